import type { Sql, Tx } from '../../platform/database/database';
import type { EventId, IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import type { IdentifierKey, KnownIdentifier, Move } from './identity.model';
import type { PlannedMerge } from './identity.rules';

const knownIdentifierColumns = `
  i.namespace, i.value, i.identifier_id as "identifierId", i.profile_id as "profileId"`;

/** Those of the identifiers that are known. */
export function findIdentifiers(
  sql: Sql,
  keys: readonly IdentifierKey[],
): Promise<KnownIdentifier[]> {
  return sql.query<KnownIdentifier>(
    `select ${knownIdentifierColumns}
     from identifier i
     join unnest($1::text[], $2::text[]) as k (namespace, value) using (value, namespace)`,
    [keys.map((key) => key.namespace), keys.map((key) => key.value)],
  );
}

export interface IdentifierRow extends KnownIdentifier {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export function findIdentifiersOfProfiles(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<IdentifierRow[]> {
  return sql.query<IdentifierRow>(
    `select ${knownIdentifierColumns},
       i.first_seen_at as "firstSeenAt", i.last_seen_at as "lastSeenAt"
     from identifier i
     where i.profile_id = any($1::uuid[])
     order by i.first_seen_at, i.namespace, i.value`,
    [profileIds],
  );
}

/**
 * The oldest identifier of each profile that the ids stand for. One statement, since a merge between
 * two of them would leave the profile found by the first without identifiers for the second.
 */
export function findOldestIdentifiers(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<(KnownIdentifier & { askedId: ProfileId })[]> {
  return sql.query(
    `select distinct on (asked.profile_id) asked.profile_id as "askedId", ${knownIdentifierColumns}
     from profile asked
     join identifier i on i.profile_id = coalesce(asked.merged_into, asked.profile_id)
     where asked.profile_id = any($1::uuid[])
     order by asked.profile_id, i.first_seen_at, i.namespace, i.value`,
    [profileIds],
  );
}

/** The profiles that hold the identifiers now, by identifier. */
export function findProfilesOfIdentifiers(
  sql: Sql,
  identifierIds: readonly IdentifierId[],
): Promise<{ identifierId: IdentifierId; profileId: ProfileId }[]> {
  return sql.query(
    `select identifier_id as "identifierId", profile_id as "profileId"
     from identifier where identifier_id = any($1::uuid[])`,
    [identifierIds],
  );
}

export interface ProfileRow {
  /** The id asked for. */
  readonly askedId: ProfileId;
  /** The profile it stands for today. */
  readonly profileId: ProfileId;
  readonly createdAt: Date;
}

/** The profiles that the ids stand for; an absorbed one's survivor, in one hop. */
export function findProfiles(sql: Sql, profileIds: readonly ProfileId[]): Promise<ProfileRow[]> {
  return sql.query<ProfileRow>(
    `select asked.profile_id as "askedId", p.profile_id as "profileId", p.created_at as "createdAt"
     from profile asked
     join profile p on p.profile_id = coalesce(asked.merged_into, asked.profile_id)
     where asked.profile_id = any($1::uuid[])`,
    [profileIds],
  );
}

export interface SeenIdentifier extends KnownIdentifier {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** Hands identifiers over; where none is left behind, the id of the profile follows them. */
export async function moveIdentifiers(tx: Tx, move: Move): Promise<void> {
  const { from, into } = move;
  await tx.query(
    'update identifier set profile_id = $2 where profile_id = $1 and identifier_id = any($3::uuid[])',
    [from, into, move.identifierIds],
  );
  if (!move.isWhole) return;
  // Ids absorbed earlier follow too: resolving any id stays a single hop.
  await tx.query('update profile set merged_into = $2 where profile_id = $1 or merged_into = $1', [
    from,
    into,
  ]);
}

export interface Evidence {
  readonly eventId: EventId;
  readonly source: string;
}

export async function insertMerge(
  tx: Tx,
  ids: IdSource,
  merge: PlannedMerge,
  evidence: Evidence,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into profile_merge
       (survivor_id, merge_id, absorbed_id, event_id, source, merged_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [merge.survivor, ids.next(), merge.absorbed, evidence.eventId, evidence.source, now],
  );
}

export interface LinkRow extends Evidence {
  readonly identifierId: IdentifierId;
  readonly linkedIdentifierId: IdentifierId;
}

/** What a batch of events adds to the graph. */
export interface GraphRows {
  /** Of new profiles. */
  readonly profileIds: readonly ProfileId[];
  /** Identifiers that were not known before, which the transaction has locked. */
  readonly created: readonly SeenIdentifier[];
  /** Identifiers that were known before and were seen again; each once. */
  readonly seenAgain: readonly SeenIdentifier[];
  readonly links: readonly LinkRow[];
}

/**
 * Adds profiles, identifiers and edges, in one statement. Of identifiers that are known it widens
 * the time in which they were seen (found by their place, since their locks are held and nobody
 * moves them); an edge that is known keeps its first evidence.
 */
export async function recordGraph(tx: Tx, rows: GraphRows, now: Date): Promise<void> {
  const { profileIds, created, seenAgain, links } = rows;
  // Every profile and every edge comes with identifiers that were seen.
  if (created.length + seenAgain.length === 0) return;
  await tx.query(
    `with new_profile as (
       insert into profile (profile_id, created_at)
       select profile_id, $16 from unnest($1::uuid[]) as n (profile_id)
     ), new_identifier as (
       insert into identifier
         (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
       select * from unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[],
         $6::timestamptz[], $7::timestamptz[])
     ), seen_again as (
       update identifier i set
         first_seen_at = least(i.first_seen_at, n.first_seen_at),
         last_seen_at = greatest(i.last_seen_at, n.last_seen_at)
       from (
         select at.ctid, s.first_seen_at, s.last_seen_at
         from unnest($8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[])
           as s (value, namespace, first_seen_at, last_seen_at)
         cross join lateral (
           select i.ctid, i.first_seen_at, i.last_seen_at from identifier i
           where i.value = s.value and i.namespace = s.namespace
           offset 0
         ) at
         where s.first_seen_at < at.first_seen_at or s.last_seen_at > at.last_seen_at
       ) n
       where i.ctid = n.ctid
     )
     insert into identity_link (identifier_id, linked_identifier_id, event_id, source, linked_at)
     select l.*, $16
     from unnest($12::uuid[], $13::uuid[], $14::uuid[], $15::text[]) as l
     on conflict (identifier_id, linked_identifier_id) do nothing`,
    [
      uuidArray(profileIds),
      created.map((one) => one.value),
      created.map((one) => one.namespace),
      uuidArray(created.map((one) => one.identifierId)),
      uuidArray(created.map((one) => one.profileId)),
      created.map((one) => one.firstSeenAt),
      created.map((one) => one.lastSeenAt),
      seenAgain.map((one) => one.value),
      seenAgain.map((one) => one.namespace),
      seenAgain.map((one) => one.firstSeenAt),
      seenAgain.map((one) => one.lastSeenAt),
      uuidArray(links.map((link) => link.identifierId)),
      uuidArray(links.map((link) => link.linkedIdentifierId)),
      uuidArray(links.map((link) => link.eventId)),
      links.map((link) => link.source),
      now,
    ],
  );
}

/** In PostgreSQL's own spelling: the driver would look into each of thousands for quotes. */
function uuidArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}

export interface MergeRow {
  readonly mergeId: string;
  readonly survivorId: ProfileId;
  readonly absorbedId: ProfileId;
  readonly source: string;
  readonly mergedAt: Date;
}

/** Every merge that led to each of the profiles, including those of profiles absorbed earlier. */
export function findMerges(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<(MergeRow & { profileId: ProfileId })[]> {
  return sql.query(
    `select p.profile_id as "profileId", m.merge_id as "mergeId", m.survivor_id as "survivorId",
       m.absorbed_id as "absorbedId", m.source, m.merged_at as "mergedAt"
     from (
       select profile_id, profile_id as survivor_id
       from unnest($1::uuid[]) as asked (profile_id)
       union all
       select merged_into, profile_id from profile where merged_into = any($1::uuid[])
     ) p
     join profile_merge m using (survivor_id)
     order by m.merged_at, m.merge_id`,
    [profileIds],
  );
}
