import { type Sql, TransactionConflict, type Tx } from '../../platform/database/database';
import { appendToOutbox } from '../../platform/outbox/outbox';
import type { EventId, IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import { toPublicId } from '../../shared/ids';
import { lockIdentities } from './identity.locks';
import type { IdentifierKey, KnownIdentifier, Rehoming } from './identity.model';
import type { IdentityPolicy } from './identity.policy';
import {
  type Assignment,
  type IdentityPlan,
  type IdentityRequest,
  keyText,
  type PlannedMerge,
  planIdentities,
} from './identity.rules';
import * as store from './identity.store';

/** An event's identifiers, with what the graph records of it. */
export interface ResolutionRequest extends IdentityRequest {
  readonly eventId: EventId;
  readonly source: string;
  readonly occurredAt: Date;
}

export interface Resolution {
  /** One for each request, in their order. */
  readonly assignments: readonly Assignment[];
  /** Profiles that absorbed another one, and those that were absorbed. */
  readonly mergedProfileIds: readonly ProfileId[];
  readonly absorbedProfileIds: readonly ProfileId[];
}

/**
 * Between reading whose an identifier is and holding the lock, another transaction merged it away.
 * Locking the survivor as well, on top of the locks held, could close a circle of waiting; so all
 * of them are let go and the transaction starts over.
 */
class ProfilesChanged extends TransactionConflict {
  constructor() {
    super('Profiles were merged while they were being locked.');
  }
}

/** Whose is it: the profile graph's one writer. */
export class IdentityService {
  constructor(
    private readonly policy: IdentityPolicy,
    private readonly ids: IdSource,
    /** How each domain's rows follow a merge, in the order to call them. */
    private readonly rehomings: readonly Rehoming[],
  ) {}

  /**
   * Locks everything a batch of events names, and reads what is known of it. Whatever the caller
   * then writes about these profiles is in one order with every other batch.
   * @param companionsOf profiles to be locked together with those that hold the keys, of which it
   *   is handed what is known before the locks
   * @returns every identifier of every profile that a key names
   */
  async lockAndLoad(
    tx: Tx,
    keys: readonly IdentifierKey[],
    companionsOf: (
      held: readonly KnownIdentifier[],
    ) => Promise<readonly ProfileId[]> = async () => [],
  ): Promise<KnownIdentifier[]> {
    const before = await store.findIdentifiers(tx, keys);
    const found = new Set(before.map(keyText));
    const companions = await companionsOf(before);
    await lockIdentities(
      tx,
      [...before.map((identifier) => identifier.profileId), ...companions],
      keys.filter((key) => !found.has(keyText(key))),
    );
    const after = await store.findIdentifiersWithSiblings(tx, keys);
    const named = new Set(keys.map(keyText));
    const held = after.filter((identifier) => named.has(keyText(identifier)));
    if (!isSameHolding(before, held)) throw new ProfilesChanged();
    return after;
  }

  /**
   * Finds, creates or merges the profiles of a batch of events.
   * @param known what `lockAndLoad` gave, in this transaction, for at least these requests
   */
  async resolve(
    tx: Tx,
    requests: readonly ResolutionRequest[],
    known: readonly KnownIdentifier[],
    now: Date,
  ): Promise<Resolution> {
    const plan = planIdentities(requests, known, this.policy, this.ids);
    await this.apply(tx, plan, requests, known, now);
    return {
      assignments: plan.assignments,
      mergedProfileIds: plan.merges.map((merge) => merge.survivor),
      absorbedProfileIds: plan.merges.map((merge) => merge.absorbed),
    };
  }

  /** Keeps what events told of the customers; of each trait the latest value by event time. */
  async recordTraits(tx: Tx, traits: readonly store.TraitRow[]): Promise<void> {
    await store.recordTraits(tx, traits);
  }

  /** The profile each identifier belongs to now. */
  async ownersOf(
    sql: Sql,
    identifierIds: readonly IdentifierId[],
  ): Promise<ReadonlyMap<IdentifierId, ProfileId>> {
    if (identifierIds.length === 0) return new Map();
    const rows = await store.findProfilesOfIdentifiers(sql, identifierIds);
    return new Map(rows.map((row) => [row.identifierId, row.profileId]));
  }

  private async apply(
    tx: Tx,
    plan: IdentityPlan,
    requests: readonly ResolutionRequest[],
    known: readonly KnownIdentifier[],
    now: Date,
  ): Promise<void> {
    await store.insertProfiles(tx, plan.createdProfiles, now);
    for (const merge of plan.merges) {
      await this.merge(tx, merge, requestAt(requests, merge.requestIndex), now);
    }
    await store.recordIdentifiers(tx, seenIdentifiers(plan, requests, known));
    const links = plan.links.map(({ requestIndex, ...link }) => {
      const { eventId, source } = requestAt(requests, requestIndex);
      return { ...link, eventId, source };
    });
    await store.insertLinks(tx, links, now);
  }

  private async merge(
    tx: Tx,
    merge: PlannedMerge,
    evidence: store.Evidence,
    now: Date,
  ): Promise<void> {
    await store.moveIdentifiers(tx, merge.absorbed, merge.survivor);
    await store.insertMerge(tx, this.ids, merge, evidence, now);
    for (const rehoming of this.rehomings) {
      await rehoming.rehome(tx, merge.absorbed, merge.survivor, now);
    }
    const message = {
      profileId: merge.survivor,
      topic: 'identity.profiles-merged',
      payload: {
        survivor: toPublicId('prf', merge.survivor),
        absorbed: toPublicId('prf', merge.absorbed),
      },
    };
    await appendToOutbox(tx, this.ids, [message], now);
  }
}

/** The profiles behind public ids, for the other domains' services. */
export class ProfileDirectory {
  /**
   * The profile an id stands for today, or null where there is none; holds the profile's lock until
   * the transaction ends.
   */
  async lockProfile(tx: Tx, profileId: ProfileId): Promise<ProfileId | null> {
    const [locked = null] = await this.lockProfiles(tx, [profileId]);
    return locked;
  }

  /** Locks the profiles that the ids stand for, in one order; gives them in the order asked. */
  async lockProfiles(
    tx: Tx,
    profileIds: readonly ProfileId[],
  ): Promise<readonly (ProfileId | null)[]> {
    const before = await this.resolveAll(tx, profileIds);
    await lockIdentities(
      tx,
      before.filter((profileId) => profileId !== null),
    );
    const after = await this.resolveAll(tx, profileIds);
    if (!after.every((profileId, index) => profileId === before[index])) {
      throw new ProfilesChanged();
    }
    return after;
  }

  /**
   * An identifier of the profile each id stands for today, the same one every time: where what the
   * profile did itself belongs.
   * @returns by the id asked for; ids of nobody are left out
   */
  async primaryIdentifiers(
    sql: Sql,
    profileIds: readonly ProfileId[],
  ): Promise<ReadonlyMap<ProfileId, KnownIdentifier>> {
    const rows = await store.findOldestIdentifiers(sql, profileIds);
    return new Map(rows.map(({ askedId, ...identifier }) => [askedId, identifier]));
  }

  private async resolveAll(
    sql: Sql,
    profileIds: readonly ProfileId[],
  ): Promise<readonly (ProfileId | null)[]> {
    const rows = await store.findProfiles(sql, profileIds);
    const resolved = new Map(rows.map((row) => [row.askedId, row.profileId]));
    return profileIds.map((profileId) => resolved.get(profileId) ?? null);
  }
}

function isSameHolding(
  before: readonly KnownIdentifier[],
  after: readonly KnownIdentifier[],
): boolean {
  const holders = new Map(before.map((one) => [one.identifierId, one.profileId]));
  return (
    holders.size === after.length &&
    after.every((one) => holders.get(one.identifierId) === one.profileId)
  );
}

/** Every identifier that an event of the batch used, with the span of time it was seen in. */
function seenIdentifiers(
  plan: IdentityPlan,
  requests: readonly ResolutionRequest[],
  known: readonly KnownIdentifier[],
): store.SeenIdentifier[] {
  const identifiers = new Map(
    [...known, ...plan.createdIdentifiers].map((one) => [one.identifierId, one]),
  );
  const spans = new Map<IdentifierId, { firstSeenAt: Date; lastSeenAt: Date }>();
  plan.assignments.forEach(({ identifierIds }, index) => {
    const { occurredAt } = requestAt(requests, index);
    for (const identifierId of identifierIds) {
      const span = spans.get(identifierId) ?? { firstSeenAt: occurredAt, lastSeenAt: occurredAt };
      if (occurredAt < span.firstSeenAt) span.firstSeenAt = occurredAt;
      if (occurredAt > span.lastSeenAt) span.lastSeenAt = occurredAt;
      spans.set(identifierId, span);
    }
  });
  return [...spans].map(([identifierId, span]) => {
    const identifier = identifiers.get(identifierId);
    if (identifier === undefined) throw new Error('The plan uses an identifier it does not know.');
    return { ...identifier, ...span };
  });
}

function requestAt(requests: readonly ResolutionRequest[], index: number): ResolutionRequest {
  const request = requests[index];
  if (request === undefined) throw new Error('The plan and its requests do not belong together.');
  return request;
}
