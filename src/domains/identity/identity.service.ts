import type { Sql, Tx } from '../../platform/database/database';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import { findOwners } from './identity.directory';
import { joinProfiles, type MovingParts } from './identity.joining';
import { KeyMap } from './identity.key-map';
import { lockAndLoadIdentifiers, lockEverybody, type NamedIdentifier } from './identity.locks';
import { type DemotingEvent, warningsOf } from './identity.log.rules';
import { recordWarnings } from './identity.log.store';
import type { IdentifierKey, KnownGraph } from './identity.model';
import type { Assignment, IdentityPlan, IdentityRequest } from './identity.plan';
import { foldingStrategies, type IdentityPolicy } from './identity.policy';
import { planIdentities } from './identity.rules';
import * as store from './identity.store';
import { foldByIdentifier, type IdentifierTrait } from './identity.traits.rules';
import * as traitStore from './identity.traits.store';

/** An event's identifiers, with what the graph records of it. */
export interface ResolutionRequest extends IdentityRequest {
  readonly eventId: EventId;
}

export interface Resolution {
  /** One for each request, in their order. */
  readonly assignments: readonly Assignment[];
  /**
   * For each request that asks, every identifier its profile held once it was placed, with those it
   * brought; none for the others.
   */
  readonly heldIdentifierIds: readonly (readonly IdentifierId[])[];
  /** Profiles that absorbed another one, and those that were absorbed. */
  readonly mergedProfileIds: readonly ProfileId[];
  readonly absorbedProfileIds: readonly ProfileId[];
}

/** Whose is it: the profile graph's one writer. */
export class IdentityService {
  constructor(
    private readonly policy: IdentityPolicy,
    private readonly parts: MovingParts,
  ) {}

  /**
   * Locks everything a batch of events names, and reads what is known of it. Whatever the caller
   * then writes about these profiles is in one order with every other batch.
   * @param companions profiles to be locked together with those that the events name
   * @param isAlone wait for all others, and let all others wait
   */
  async lockAndLoad(
    tx: Tx,
    requests: readonly IdentityRequest[],
    companions: readonly ProfileId[] = [],
    isAlone = false,
  ): Promise<KnownGraph> {
    if (requests.length === 0)
      return { identifiers: [], profiles: [], tenancies: [], places: new Map() };
    if (isAlone) lockEverybody(tx);
    const windowed = this.policy.namespaces.filter(({ limit }) => limit.windowDays !== null);
    return lockAndLoadIdentifiers(
      tx,
      namedBy(requests),
      companions,
      windowed.map(({ name }) => name),
    );
  }

  /** Whose the identifiers of each list are as yet: before the locks nothing of it is certain. */
  async findHolders(
    sql: Sql,
    lists: readonly (readonly IdentifierKey[])[],
  ): Promise<readonly (readonly ProfileId[])[]> {
    const keys = lists.flat();
    if (keys.length === 0) return lists.map(() => []);
    const held = await store.findIdentifiers(sql, keys);
    const holders = new KeyMap<ProfileId>();
    for (const one of held) holders.set(one, one.profileId);
    return lists.map((list) => [...new Set(list.flatMap((key) => holders.get(key) ?? []))]);
  }

  /**
   * Finds, creates or merges the profiles of a batch of events of one source.
   * @param known what `lockAndLoad` gave, in this transaction, for at least these requests
   */
  async resolve(
    tx: Tx,
    source: string,
    requests: readonly ResolutionRequest[],
    known: KnownGraph,
    now: Date,
  ): Promise<Resolution> {
    const plan = planIdentities(requests, known, this.policy, this.parts.ids);
    // Before the merges, which leave nothing with those that are absorbed.
    const heldIdentifierIds = await findHeld(tx, plan);
    await this.apply(tx, source, plan, requests, known, now);
    return {
      assignments: plan.assignments,
      heldIdentifierIds,
      mergedProfileIds: plan.merges.map((merge) => merge.survivor),
      absorbedProfileIds: plan.merges.map((merge) => merge.absorbed),
    };
  }

  /**
   * Keeps what events told of the customers, by each trait's strategy. The traits are of
   * identifiers whose locks this transaction holds.
   */
  async recordTraits(tx: Tx, traits: readonly IdentifierTrait[]): Promise<void> {
    const strategies = foldingStrategies(this.policy);
    traitStore.recordLatestTraits(
      tx,
      traits.filter(({ name }) => !strategies.has(name)),
    );
    const told = traits.filter(({ name }) => strategies.has(name));
    if (told.length === 0) return;
    const kept = await traitStore.findIdentifierTraits(tx, told);
    traitStore.replaceTraits(tx, foldByIdentifier([...kept, ...told], strategies));
  }

  /**
   * Logs the identifiers that events came with and that were not used. Of events accepted in this
   * transaction only: what was accepted before is logged. To be called after everything that locks.
   */
  recordWarnings(tx: Tx, events: readonly DemotingEvent[], now: Date): void {
    recordWarnings(tx, warningsOf(events), now);
  }

  /** The profile each identifier belongs to now. */
  async ownersOf(
    sql: Sql,
    identifierIds: readonly IdentifierId[],
  ): Promise<ReadonlyMap<IdentifierId, ProfileId>> {
    return findOwners(sql, identifierIds);
  }

  private async apply(
    tx: Tx,
    source: string,
    plan: IdentityPlan,
    requests: readonly ResolutionRequest[],
    known: KnownGraph,
    now: Date,
  ): Promise<void> {
    // First: merges move rows, and what is seen again is found where it was loaded from.
    store.recordGraph(tx, toRows(source, plan, requests, known), now);
    for (const { requestIndex, ...merge } of plan.merges) {
      const { eventId } = requestAt(requests, requestIndex);
      const evidence = { eventId, source, reason: null };
      await joinProfiles(tx, this.parts, { ...merge, ...evidence }, known, now);
    }
    store.recordTenancies(tx, plan.tenancies);
  }
}

/** What each assignment holds, in their order; nothing where it was not asked for. */
async function findHeld(
  sql: Sql,
  { assignments }: IdentityPlan,
): Promise<readonly (readonly IdentifierId[])[]> {
  const profileIds = new Set(assignments.flatMap(({ held }) => held?.profileIds ?? []));
  const nodes = new Map([...profileIds].map((profileId) => [profileId, [] as IdentifierId[]]));
  if (profileIds.size > 0) {
    for (const row of await store.findNodesOfProfiles(sql, [...profileIds])) {
      nodes.get(row.profileId)?.push(row.identifierId);
    }
  }
  return assignments.map(({ held }) => [
    ...(held?.profileIds.flatMap((profileId) => nodes.get(profileId) ?? []) ?? []),
    ...(held?.createdIdentifierIds ?? []),
  ]);
}

/** Each identifier once, with the time in which the events name it. */
function namedBy(requests: readonly IdentityRequest[]): readonly NamedIdentifier[] {
  const named = new KeyMap<NamedIdentifier>();
  for (const { identifiers, occurredAt } of requests) {
    for (const { key } of identifiers) {
      const known = named.get(key);
      const { namespace, value } = key;
      if (known === undefined) {
        named.set(key, { namespace, value, from: occurredAt, until: occurredAt });
      } else if (occurredAt < known.from) named.set(key, { ...known, from: occurredAt });
      else if (occurredAt > known.until) named.set(key, { ...known, until: occurredAt });
    }
  }
  return named.values();
}

function toRows(
  source: string,
  plan: IdentityPlan,
  requests: readonly ResolutionRequest[],
  { identifiers, places }: KnownGraph,
): store.GraphRows {
  const sightings = sightingsOf(plan, requests);
  return {
    source,
    createdProfiles: plan.createdProfiles,
    changedProfiles: plan.changedProfiles.map(({ profileId, counts, merges }) => ({
      profileId,
      counts,
      merges,
      place: must(places.get(profileId)),
    })),
    created: plan.createdIdentifiers.map((identifier) => ({
      identifier,
      sighting: must(sightings.get(identifier.identifierId)),
    })),
    seenAgain: identifiers
      .filter(({ identifierId }) => sightings.has(identifierId))
      .map(({ identifierId }) => ({
        identifierId,
        place: must(places.get(identifierId)),
        sighting: must(sightings.get(identifierId)),
      })),
    links: plan.links.map(({ identifierId, linkedIdentifierId, isNew, requestIndex }) => {
      const { eventId } = requestAt(requests, requestIndex);
      return { identifierId, linkedIdentifierId, isNew, eventId };
    }),
  };
}

/** Within what time the events of the batch used each identifier. */
function sightingsOf(
  { assignments, signIns }: IdentityPlan,
  requests: readonly ResolutionRequest[],
): ReadonlyMap<IdentifierId, store.Sighting> {
  const sightings = new Map<IdentifierId, store.Sighting>();
  assignments.forEach(({ identifierIds }, index) => {
    const { occurredAt } = requestAt(requests, index);
    for (const identifierId of identifierIds) {
      const known = sightings.get(identifierId);
      if (known === undefined) {
        const signedInAt = signIns.get(identifierId) ?? null;
        sightings.set(identifierId, {
          firstSeenAt: occurredAt,
          lastSeenAt: occurredAt,
          signedInAt,
        });
      } else if (occurredAt < known.firstSeenAt) {
        sightings.set(identifierId, { ...known, firstSeenAt: occurredAt });
      } else if (occurredAt > known.lastSeenAt) {
        sightings.set(identifierId, { ...known, lastSeenAt: occurredAt });
      }
    }
  });
  return sightings;
}

function requestAt(requests: readonly ResolutionRequest[], index: number): ResolutionRequest {
  return must(requests[index]);
}

/** A value that the plan guarantees. */
function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The plan and what it was made of do not fit.');
  return value;
}
