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

/** One event for each arrival, as the pipeline hands them to identity: judged and normalised. */
export function toRequests(
  arrivals: readonly Arrival[],
  occurredAt: Date,
): readonly ResolutionRequest[] {
  return arrivals.map(({ identifier, earlier }) => ({
    eventId: uuidSource.next<EventId>(),
    occurredAt,
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
  readonly profiles: readonly ProfileId[];
  readonly identifiers: readonly KnownIdentifier[];
  readonly links: readonly {
    readonly identifierId: string;
    readonly linkedIdentifierId: string;
    readonly eventId: EventId;
  }[];
}

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
  const written = { profiles: [], identifiers: [], links: [] } as {
    profiles: ProfileId[];
    identifiers: KnownIdentifier[];
    links: { identifierId: string; linkedIdentifierId: string; eventId: EventId }[];
  };
  arrivals.forEach(({ person, identifier, earlier }, index) => {
    const [assignment, request] = [assignments[index], requests[index]];
    if (assignment === undefined || request === undefined) throw new Error('An event got lost.');
    const { profileId, identifierIds, demotions } = assignment;
    const home = homes.get(person);
    if (home === undefined) {
      homes.set(person, profileId);
      written.profiles.push(profileId);
    }
    const isRight = home === undefined ? earlier === null : home === profileId;
    if (!isRight || demotions.length > 0) throw new Error(`Person ${person} was not found.`);
    const [anchor, other] = identifierIds;
    const identifierId = newIdentifierOf(request, assignment.identifierIds, identifier);
    if (identifierId === undefined || anchor === undefined) throw new Error('It is not used.');
    written.identifiers.push({ ...identifier, identifierId, profileId });
    if (other === undefined) return;
    written.links.push({ ...linkBetween(anchor, other), eventId: request.eventId });
  });
  return written;
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
       select profile_id, $2, '{"user_id": 1}' from unnest($1::uuid[]) as n (profile_id)`,
      [profiles, now],
    );
    await tx.query(
      `insert into identifier
         (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
       select n.*, $5, $5 from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) as n`,
      [
        identifiers.map((one) => one.value),
        identifiers.map((one) => one.namespace),
        identifiers.map((one) => one.identifierId),
        identifiers.map((one) => one.profileId),
        now,
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

function toUsable(key: PersonsIdentifier): UsableIdentifier {
  const normalised = normaliseIdentifier(key, defaultIdentityPolicy);
  if (!normalised.usable) throw new Error(`${key.namespace} ${key.value}: ${normalised.reason}`);
  return normalised;
}
