import type { Sql, Tx } from '../../platform/database/database';
import type { EventId, IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { IdentifierKey, KnownIdentifier } from './identity.model';
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

/** Every identifier of every profile that holds one of the identifiers. */
export function findIdentifiersWithSiblings(
  sql: Sql,
  keys: readonly IdentifierKey[],
): Promise<KnownIdentifier[]> {
  return sql.query<KnownIdentifier>(
    `with named as (
       select distinct i.profile_id
       from identifier i
       join unnest($1::text[], $2::text[]) as k (namespace, value) using (value, namespace)
     )
     select ${knownIdentifierColumns}
     from identifier i
     join named using (profile_id)`,
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

export async function insertProfiles(
  tx: Tx,
  profileIds: readonly ProfileId[],
  now: Date,
): Promise<void> {
  if (profileIds.length === 0) return;
  await tx.query(
    `insert into profile (profile_id, created_at)
     select profile_id, $2 from unnest($1::uuid[]) as n (profile_id)`,
    [profileIds, now],
  );
}

export interface SeenIdentifier extends KnownIdentifier {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** Adds identifiers, and widens the time in which the known ones were seen. */
export async function recordIdentifiers(tx: Tx, seen: readonly SeenIdentifier[]): Promise<void> {
  if (seen.length === 0) return;
  await tx.query(
    `insert into identifier as i
       (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[],
       $5::timestamptz[], $6::timestamptz[])
     on conflict (value, namespace) do update set
       first_seen_at = least(i.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at)
     where excluded.first_seen_at < i.first_seen_at or excluded.last_seen_at > i.last_seen_at`,
    [
      seen.map((one) => one.value),
      seen.map((one) => one.namespace),
      seen.map((one) => one.identifierId),
      seen.map((one) => one.profileId),
      seen.map((one) => one.firstSeenAt),
      seen.map((one) => one.lastSeenAt),
    ],
  );
}

/** Hands all identifiers of the absorbed profile to the survivor, and its id with them. */
export async function moveIdentifiers(
  tx: Tx,
  absorbed: ProfileId,
  survivor: ProfileId,
): Promise<void> {
  await tx.query('update identifier set profile_id = $2 where profile_id = $1', [
    absorbed,
    survivor,
  ]);
  // Ids absorbed earlier follow too: resolving any id stays a single hop.
  await tx.query('update profile set merged_into = $2 where profile_id = $1 or merged_into = $1', [
    absorbed,
    survivor,
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

/** Records edges; one that is known keeps its first evidence. */
export async function insertLinks(tx: Tx, links: readonly LinkRow[], now: Date): Promise<void> {
  if (links.length === 0) return;
  await tx.query(
    `insert into identity_link (identifier_id, linked_identifier_id, event_id, source, linked_at)
     select l.*, $5
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as l
     on conflict (identifier_id, linked_identifier_id) do nothing`,
    [
      links.map((link) => link.identifierId),
      links.map((link) => link.linkedIdentifierId),
      links.map((link) => link.eventId),
      links.map((link) => link.source),
      now,
    ],
  );
}

export interface TraitRow {
  readonly identifierId: IdentifierId;
  readonly name: string;
  readonly value: JsonValue;
  readonly occurredAt: Date;
}

/**
 * Keeps for every identifier and name the value of the latest event, whatever the order of
 * arrival; of two at the same instant the greater text, so that both orders agree.
 */
export async function recordTraits(tx: Tx, traits: readonly TraitRow[]): Promise<void> {
  if (traits.length === 0) return;
  await tx.query(
    `insert into identifier_trait as t (identifier_id, name, value, occurred_at)
     select distinct on (n.identifier_id, n.name) n.*
     from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[])
       as n (identifier_id, name, value, occurred_at)
     order by n.identifier_id, n.name, n.occurred_at desc, n.value::text desc
     on conflict (identifier_id, name) do update set
       value = excluded.value, occurred_at = excluded.occurred_at
     where (excluded.occurred_at, excluded.value::text) > (t.occurred_at, t.value::text)`,
    [
      traits.map((trait) => trait.identifierId),
      traits.map((trait) => trait.name),
      traits.map((trait) => JSON.stringify(trait.value)),
      traits.map((trait) => trait.occurredAt),
    ],
  );
}

/** The traits of each profile that has any: per name the latest value of its identifiers. */
export function findTraits(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<{ profileId: ProfileId; traits: JsonObject }[]> {
  return sql.query(
    `select profile_id as "profileId", jsonb_object_agg(name, value) as traits
     from (
       select distinct on (i.profile_id, t.name) i.profile_id, t.name, t.value
       from identifier i
       join identifier_trait t using (identifier_id)
       where i.profile_id = any($1::uuid[])
       order by i.profile_id, t.name, t.occurred_at desc, t.value::text desc
     ) latest
     group by profile_id`,
    [profileIds],
  );
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
