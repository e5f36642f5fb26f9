import { instantArray, integerArray, textArray, uuidArray } from '../../platform/database/arrays';
import type { Sql, Tx } from '../../platform/database/database';
import { prepared } from '../../platform/database/prepared';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import {
  type IdentifierKey,
  type KnownIdentifier,
  keyText,
  type Link,
  type Move,
  type Place,
  type Tenancy,
} from './identity.model';
import type { PlannedCounts, PlannedIdentifier } from './identity.plan';

const knownIdentifierColumns = `
  i.namespace, i.value, i.identifier_id as "identifierId", i.profile_id as "profileId"`;

/** Those of the identifiers that are known, each with whom it stands for now. */
export function findIdentifiers(
  sql: Sql,
  keys: readonly IdentifierKey[],
): Promise<KnownIdentifier[]> {
  return sql.query<KnownIdentifier>(
    `select ${knownIdentifierColumns}
     from identifier i
     join unnest($1::text[], $2::text[]) as k (namespace, value) using (value, namespace)
     where i.held_until is null`,
    [keys.map((key) => key.namespace), keys.map((key) => key.value)],
  );
}

export interface HolderRow extends IdentifierKey {
  readonly profileId: ProfileId;
  readonly createdAt: Date;
}

/** The profiles that hold the identifiers now, in the order of the keys. */
export function findHolders(sql: Sql, keys: readonly IdentifierKey[]): Promise<HolderRow[]> {
  return sql.query<HolderRow>(
    `select i.namespace, i.value, p.profile_id as "profileId", p.created_at as "createdAt"
     from identifier i
     join unnest($1::text[], $2::text[]) with ordinality as k (namespace, value, place)
       using (value, namespace)
     join profile p using (profile_id)
     where i.held_until is null
     order by k.place`,
    [keys.map((key) => key.namespace), keys.map((key) => key.value)],
  );
}

export interface IdentifierRow extends KnownIdentifier {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** What the profiles are known by; shared identifiers that stand for somebody else now apart. */
export function findIdentifiersOfProfiles(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<IdentifierRow[]> {
  return sql.query<IdentifierRow>(
    `select ${knownIdentifierColumns},
       i.first_seen_at as "firstSeenAt", i.last_seen_at as "lastSeenAt"
     from identifier i
     where i.profile_id = any($1::uuid[]) and i.held_until is null
     order by i.first_seen_at, i.namespace, i.value`,
    [profileIds],
  );
}

/** Whether an identifier stands, or stood, for other people as well. */
const isShared = `exists (
  select from identifier o
  where o.value = i.value and o.namespace = i.namespace and o.tenant <> i.tenant)`;

/**
 * The oldest identifier of each profile that the ids stand for; one that others share only where
 * there is no other. One statement, since a merge between two of them would leave the profile
 * found by the first without identifiers for the second.
 */
export function findOldestIdentifiers(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<(KnownIdentifier & { askedId: ProfileId; isShared: boolean })[]> {
  return sql.query(
    `select distinct on (asked.profile_id) asked.profile_id as "askedId", ${knownIdentifierColumns},
       ${isShared} as "isShared"
     from profile asked
     join identifier i on i.profile_id = coalesce(asked.merged_into, asked.profile_id)
     where asked.profile_id = any($1::uuid[])
     order by asked.profile_id,
       ${isShared},
       i.first_seen_at, i.namespace, i.value`,
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

/**
 * The profiles that the ids stand for, in the order of the ids; an absorbed one's survivor, in one
 * hop.
 */
export function findProfiles(sql: Sql, profileIds: readonly ProfileId[]): Promise<ProfileRow[]> {
  return sql.query<ProfileRow>(
    `select asked.profile_id as "askedId", p.profile_id as "profileId", p.created_at as "createdAt"
     from unnest($1::uuid[]) with ordinality as k (profile_id, place)
     join profile asked using (profile_id)
     join profile p on p.profile_id = coalesce(asked.merged_into, asked.profile_id)
     order by k.place`,
    [profileIds],
  );
}

/** All nodes of each profile, those of shared identifiers that stand for somebody else now too. */
export function findNodesOfProfiles(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<{ readonly profileId: ProfileId; readonly identifierId: IdentifierId }[]> {
  return sql.query(
    `select profile_id as "profileId", identifier_id as "identifierId"
     from identifier where profile_id = any($1::uuid[])`,
    [profileIds],
  );
}

/** Within what time the events of a batch named a node. */
export interface Sighting {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** The latest of them by which somebody signed in on it. */
  readonly signedInAt: Date | null;
}

export interface NewIdentifier {
  readonly identifier: PlannedIdentifier;
  readonly sighting: Sighting;
}

/** A node that was there before, and where its row is. */
export interface SeenIdentifier {
  readonly identifierId: IdentifierId;
  readonly place: Place;
  readonly sighting: Sighting;
}

export interface ChangedProfile extends PlannedCounts {
  readonly place: Place;
}

/** Hands identifiers over; where none is left behind, the id of the profile follows them. */
export async function moveIdentifiers(tx: Tx, move: Move): Promise<void> {
  const { from, into } = move;
  await tx.query(
    'update identifier set profile_id = $2 where profile_id = $1 and identifier_id = any($3::uuid[])',
    [from, into, move.identifierIds],
  );
  await tx.query(
    `update revoked_link set profile_id = $2
     where profile_id = $1 and identifier_id = any($3::uuid[])`,
    [from, into, move.identifierIds],
  );
  if (!move.isWhole) return;
  // Ids absorbed earlier follow too: resolving any id stays a single hop.
  await tx.query(
    `update profile set merged_into = $2, identifier_counts = '{}', merges = 0
     where profile_id = $1 or merged_into = $1`,
    [from, into],
  );
}

/** Counts what profiles hold and have absorbed anew: for moves, which are few. */
export async function recountProfiles(tx: Tx, profileIds: readonly ProfileId[]): Promise<void> {
  await tx.query(
    `update profile p set
       identifier_counts = coalesce((
         select jsonb_object_agg(namespace, held)
         from (
           select namespace, count(*) as held from identifier i
           where i.profile_id = p.profile_id group by namespace
         ) n), '{}'),
       merges = (select count(*) from profile a where a.merged_into = p.profile_id)
     where p.profile_id = any($1::uuid[])`,
    [profileIds],
  );
}

/** A link, and the event that is evidence of it. */
export interface LinkRow extends Link {
  /** Whether one of its ends is new. */
  readonly isNew: boolean;
  readonly eventId: EventId;
}

/** What a batch of events of one source adds to the graph. */
export interface GraphRows {
  readonly source: string;
  readonly createdProfiles: readonly PlannedCounts[];
  readonly changedProfiles: readonly ChangedProfile[];
  /** Identifiers that were not known before, which the transaction has locked. */
  readonly created: readonly NewIdentifier[];
  /** Identifiers that were known before and were seen again; each once. */
  readonly seenAgain: readonly SeenIdentifier[];
  readonly links: readonly LinkRow[];
}

/**
 * Adds profiles, identifiers and edges, and widens the time in which known identifiers were seen,
 * in one call of the database (`record_identities` says more). Before anything else is written of
 * them: what is changed is found by the place where it was loaded from.
 */
export function recordGraph(tx: Tx, rows: GraphRows, now: Date): void {
  const { createdProfiles, changedProfiles, created, seenAgain } = rows;
  const newLinks = rows.links.filter((link) => link.isNew);
  const links = rows.links.filter((link) => !link.isNew);
  // Every profile and every edge comes with identifiers that were seen.
  if (created.length + seenAgain.length === 0) return;
  tx.send(
    prepared(`select record_identities($1::timestamptz, $2::text, $3::uuid[], $4::text[], $5::uuid[],
       $6::tid[], $7::text[], $8::int[], $9::text[], $10::text[], $11::smallint[], $12::uuid[],
       $13::uuid[], $14::bigint[], $15::bigint[], $16::bigint[], $17::uuid[], $18::tid[],
       $19::bigint[], $20::bigint[], $21::bigint[], $22::uuid[], $23::uuid[], $24::uuid[],
       $25::uuid[], $26::uuid[], $27::uuid[])`),
    [
      now,
      rows.source,
      uuidArray(createdProfiles.map((one) => one.profileId)),
      textArray(createdProfiles.map(toCountsText)),
      uuidArray(changedProfiles.map((one) => one.profileId)),
      textArray(changedProfiles.map((one) => one.place)),
      textArray(changedProfiles.map(toCountsText)),
      integerArray(changedProfiles.map((one) => one.merges)),
      textArray(created.map(({ identifier }) => identifier.value)),
      textArray(created.map(({ identifier }) => identifier.namespace)),
      integerArray(created.map(({ identifier }) => identifier.tenant)),
      uuidArray(created.map(({ identifier }) => identifier.identifierId)),
      uuidArray(created.map(({ identifier }) => identifier.profileId)),
      instantArray(created.map(({ sighting }) => sighting.firstSeenAt)),
      instantArray(created.map(({ sighting }) => sighting.lastSeenAt)),
      instantArray(created.map(({ sighting }) => sighting.signedInAt)),
      uuidArray(seenAgain.map((one) => one.identifierId)),
      textArray(seenAgain.map((one) => one.place)),
      instantArray(seenAgain.map(({ sighting }) => sighting.firstSeenAt)),
      instantArray(seenAgain.map(({ sighting }) => sighting.lastSeenAt)),
      instantArray(seenAgain.map(({ sighting }) => sighting.signedInAt)),
      uuidArray(newLinks.map((link) => link.identifierId)),
      uuidArray(newLinks.map((link) => link.linkedIdentifierId)),
      uuidArray(newLinks.map((link) => link.eventId)),
      uuidArray(links.map((link) => link.identifierId)),
      uuidArray(links.map((link) => link.linkedIdentifierId)),
      uuidArray(links.map((link) => link.eventId)),
    ],
  );
}

function toCountsText({ counts }: PlannedCounts): string {
  return JSON.stringify(Object.fromEntries(counts));
}

/**
 * Hands shared identifiers on. Of each it is then told anew until when every one of its people
 * held it.
 */
export function recordTenancies(tx: Tx, tenancies: readonly Tenancy[]): void {
  if (tenancies.length === 0) return;
  // Of several at one instant the last counts; a statement changes no row twice.
  const last = [
    ...new Map(tenancies.map((one) => [`${keyText(one)} ${one.since.getTime()}`, one])).values(),
  ];
  const keys = [last.map((one) => one.value), last.map((one) => one.namespace)];
  tx.send(
    `insert into identifier_tenancy (value, namespace, since, tenant)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::smallint[])
     on conflict (value, namespace, since) do update set tenant = excluded.tenant`,
    [...keys, last.map((one) => one.since), last.map((one) => one.tenant)],
  );
  tx.send(
    `update identifier i set held_until = s.held_until
     from (
       -- Until somebody else had it for the first time after the last time it was theirs.
       select n.value, n.namespace, n.tenant, (
         select min(t.since) from identifier_tenancy t
         where t.value = n.value and t.namespace = n.namespace
           and t.since > coalesce(last.since, '-infinity')
       ) as held_until
       from (select distinct * from unnest($1::text[], $2::text[]) as k (value, namespace)) named
       join identifier n using (value, namespace)
       cross join lateral (
         select max(t.since) as since from identifier_tenancy t
         where t.value = n.value and t.namespace = n.namespace and t.tenant = n.tenant
       ) last
     ) s
     where (i.value, i.namespace, i.tenant) = (s.value, s.namespace, s.tenant)
       and i.held_until is distinct from s.held_until`,
    keys,
  );
}
