import { isDeepStrictEqual } from 'node:util';
import {
  defaultIdentityPolicy,
  type IdentityService,
  type KnownIdentifier,
  linkBetween,
  normaliseIdentifier,
  type UsableIdentifier,
} from '../../src/domains/identity';
import type { Database, Tx } from '../../src/platform/database/database';
import { type EventId, type IdentifierId, type ProfileId, uuidSource } from '../../src/shared/ids';
import type { Arrival, PersonsIdentifier } from './arrivals';

type ResolutionRequest = Parameters<IdentityService['resolve']>[2][number];

export const SOURCE = 'bench';

/**
 * One event for each arrival, as the pipeline hands them to identity: judged and normalised. Each
 * happened a millisecond after the one before it, the last of them now.
 */
export function toRequests(arrivals: readonly Arrival[], now: Date): readonly ResolutionRequest[] {
  return arrivals.map(({ identifier, earlier }, index) => ({
    eventId: uuidSource.next<EventId>(),
    occurredAt: new Date(now.getTime() - arrivals.length + 1 + index),
    identifiers: [identifier, earlier].flatMap((one) => (one === null ? [] : [toUsable(one)])),
  }));
}

/** Identity's part of a batch, in its transaction: lock, load, decide, write. */
export async function resolveIn(
  tx: Tx,
  identity: IdentityService,
  requests: readonly ResolutionRequest[],
  now: Date,
) {
  const known = await identity.lockAndLoad(tx, requests);
  return identity.resolve(tx, SOURCE, requests, known, now);
}

type Resolution = Awaited<ReturnType<IdentityService['resolve']>>;

/** What identity wrote for a batch, and a plain insert would have to write. */
export interface WrittenRows {
  readonly profiles: readonly WrittenProfile[];
  readonly identifiers: readonly WrittenIdentifier[];
  readonly links: readonly WrittenLink[];
}

interface WrittenProfile {
  readonly profileId: ProfileId;
  /** How many identifiers of each namespace the batch gave it. */
  readonly counts: Record<string, number>;
}

interface WrittenIdentifier extends KnownIdentifier {
  readonly firstSeenAt: Date;
  /** Later where a later event of the batch names it again. */
  lastSeenAt: Date;
  readonly signedInAt: Date | null;
}

type WrittenLink = ReturnType<typeof linkBetween> & {
  readonly eventId: EventId;
};

/**
 * Whether the graph found who is who, and which rows it took.
 * @param homes the profile of each person so far; added to
 * @throws where somebody has two profiles, or a profile two people
 */
export function checkResolution(
  arrivals: readonly Arrival[],
  requests: readonly ResolutionRequest[],
  { assignments }: Resolution,
  homes: Map<number, ProfileId>,
): WrittenRows {
  const profiles = new Map<ProfileId, WrittenProfile>();
  const identifiers = new Map<string, WrittenIdentifier>();
  const links: WrittenLink[] = [];
  arrivals.forEach(({ person, identifier, earlier }, index) => {
    const [assignment, request] = [assignments[index], requests[index]];
    if (assignment === undefined || request === undefined) throw new Error('An event got lost.');
    const { profileId, identifierIds, demotions } = assignment;
    const home = homes.get(person);
    if (home === undefined) {
      homes.set(person, profileId);
      profiles.set(profileId, { profileId, counts: {} });
    }
    const isRight = home === undefined ? earlier === null : home === profileId;
    if (!isRight || demotions.length > 0) throw new Error(`Person ${person} was not found.`);
    const [anchor, other] = identifierIds;
    const identifierId = newIdentifierOf(request, identifierIds, identifier);
    if (identifierId === undefined || anchor === undefined) throw new Error('It is not used.');
    const { occurredAt, eventId } = request;
    identifiers.set(identifier.value, {
      ...identifier,
      identifierId,
      profileId,
      firstSeenAt: occurredAt,
      lastSeenAt: occurredAt,
      signedInAt: isSignIn(identifier, earlier) ? occurredAt : null,
    });
    const counts = profiles.get(profileId)?.counts;
    const { namespace } = identifier;
    if (counts !== undefined) counts[namespace] = (counts[namespace] ?? 0) + 1;
    if (earlier === null || other === undefined) return;
    const seenAgain = identifiers.get(earlier.value);
    if (seenAgain !== undefined) seenAgain.lastSeenAt = occurredAt;
    links.push({ ...linkBetween(anchor, other), eventId });
  });
  return { profiles: [...profiles.values()], identifiers: [...identifiers.values()], links };
}

/** A device named together with who uses it. */
function isSignIn({ namespace }: PersonsIdentifier, earlier: PersonsIdentifier | null): boolean {
  const policy = defaultIdentityPolicy.namespaces.find(({ name }) => name === namespace);
  return policy?.followsPerson === true && earlier?.namespace === 'user_id';
}

/** The identifiers that were used are in the order of their priority, and so are these. */
function newIdentifierOf(
  { identifiers }: ResolutionRequest,
  identifierIds: readonly IdentifierId[],
  { value }: PersonsIdentifier,
): IdentifierId | undefined {
  const ranked = [...identifiers].sort((left, right) => right.priority - left.priority);
  return identifierIds[ranked.findIndex(({ key }) => key.value === value)];
}

/** The floor: the same rows into the same tables, asking nothing and in one statement each. */
export function insertPlainly(database: Database, rows: WrittenRows, now: Date): Promise<void> {
  const { profiles, identifiers, links } = rows;
  return database.transaction(async (tx) => {
    await tx.query(
      `insert into profile (profile_id, created_at, identifier_counts)
       select profile_id, $3, counts
       from unnest($1::uuid[], $2::jsonb[]) as n (profile_id, counts)`,
      [profiles.map((one) => one.profileId), profiles.map((one) => one.counts), now],
    );
    await tx.query(
      `insert into identifier (value, namespace, identifier_id, profile_id, first_seen_at,
         last_seen_at, signed_in_at)
       select * from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[],
         $6::timestamptz[], $7::timestamptz[])`,
      [
        identifiers.map((one) => one.value),
        identifiers.map((one) => one.namespace),
        identifiers.map((one) => one.identifierId),
        identifiers.map((one) => one.profileId),
        identifiers.map((one) => one.firstSeenAt),
        identifiers.map((one) => one.lastSeenAt),
        identifiers.map((one) => one.signedInAt),
      ],
    );
    await tx.query(
      `insert into identity_link (identifier_id, linked_identifier_id, event_id, source, linked_at)
       select n.*, $4, $5 from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as n`,
      [
        links.map((link) => link.identifierId),
        links.map((link) => link.linkedIdentifierId),
        links.map((link) => link.eventId),
        SOURCE,
        now,
      ],
    );
  });
}

/**
 * To be asked after the first batch: later ones also change rows, which the floor does not.
 * @throws where the floor is not the very same rows
 */
export async function checkSameRows(graph: Database, floor: Database): Promise<void> {
  for (const table of ['profile', 'identifier', 'identity_link']) {
    const digest = `select count(*), sum(hashtextextended(t::text, 0))::text from ${table} t`;
    const [[ours], [plain]] = [await graph.query(digest), await floor.query(digest)];
    if (!isDeepStrictEqual(ours, plain)) throw new Error(`The floor has other rows in ${table}.`);
  }
}

function toUsable(key: PersonsIdentifier): UsableIdentifier {
  const normalised = normaliseIdentifier(key, defaultIdentityPolicy);
  if (!normalised.usable) throw new Error(`${key.namespace} ${key.value}: ${normalised.reason}`);
  return normalised;
}
