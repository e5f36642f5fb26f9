import type { Sql, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type {
  KnownGraph,
  Link,
  LoadedIdentifier,
  LoadedProfile,
  RevokedPair,
} from './identity.model';
import type { DatedLink, Parting } from './identity.parting.rules';

/** All there is to know of profiles whose locks the caller holds. */
export async function loadProfiles(tx: Tx, profileIds: readonly ProfileId[]): Promise<KnownGraph> {
  const identifiers = await tx.query<LoadedIdentifier>(
    `select namespace, value, tenant, identifier_id as "identifierId",
       profile_id as "profileId", first_seen_at as "firstSeenAt", signed_in_at as "signedInAt"
     from identifier where profile_id = any($1::uuid[])`,
    [profileIds],
  );
  const profiles = await tx.query<LoadedProfile & { held: Readonly<Record<string, number>> }>(
    `select profile_id as "profileId", identifier_counts as held, merges
     from profile where profile_id = any($1::uuid[])`,
    [profileIds],
  );
  const revoked = await tx.query<RevokedPair & { profileId: ProfileId }>(
    `select profile_id as "profileId", identifier_id as "identifierId",
       other_identifier_id as "otherIdentifierId", revoked_at as "revokedAt"
     from revoked_link where profile_id = any($1::uuid[]) and lifted_at is null`,
    [profileIds],
  );
  return {
    identifiers,
    profiles: profiles.map(({ held, ...profile }) => ({
      ...profile,
      counts: new Map(Object.entries(held)),
      revokedLinks: revoked.filter(({ profileId }) => profileId === profile.profileId),
    })),
    tenancies: [],
    places: new Map(),
  };
}

/** The links among the identifiers of a profile: both ends of each are of one profile. */
export function findLinks(sql: Sql, profileId: ProfileId): Promise<DatedLink[]> {
  return sql.query<DatedLink>(
    `select l.identifier_id as "identifierId", l.linked_identifier_id as "linkedIdentifierId",
       l.event_id as "eventId", l.source, l.linked_at as "linkedAt"
     from identifier i
     join identity_link l using (identifier_id)
     where i.profile_id = $1`,
    [profileId],
  );
}

/** Adds a link that no event gave evidence of. */
export async function insertOperatorsLink(
  tx: Tx,
  { identifierId, linkedIdentifierId }: Link,
  actor: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into identity_link (identifier_id, linked_identifier_id, event_id, source, linked_at)
     values ($1, $2, null, $3, $4)
     on conflict (identifier_id, linked_identifier_id) do nothing`,
    [identifierId, linkedIdentifierId, actor, now],
  );
}

export async function createProfile(tx: Tx, profileId: ProfileId, now: Date): Promise<void> {
  await tx.query('insert into profile (profile_id, created_at) values ($1, $2)', [profileId, now]);
}

/** An absorbed profile stands for itself again. */
export async function reviveProfile(tx: Tx, profileId: ProfileId): Promise<void> {
  await tx.query('update profile set merged_into = null where profile_id = $1', [profileId]);
}

/** Where ids lead that had been absorbed by a profile, and whose past its merges are. */
export async function redirect(
  tx: Tx,
  from: ProfileId,
  { redirections, handedOver, undoneMergeIds }: Parting,
  now: Date,
): Promise<void> {
  await tx.query(
    `update profile p set merged_into = n.into_id
     from unnest($1::uuid[], $2::uuid[]) as n (absorbed_id, into_id)
     where p.profile_id = n.absorbed_id and p.merged_into = $3`,
    [redirections.map((one) => one.absorbedId), redirections.map((one) => one.into), from],
  );
  await tx.query(
    `update profile_merge m set survivor_id = n.survivor_id, absorbed_id = n.absorbed_id
     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as n (merge_id, survivor_id, absorbed_id)
     where m.merge_id = n.merge_id`,
    [
      handedOver.map((one) => one.mergeId),
      handedOver.map((one) => one.survivorId),
      handedOver.map((one) => one.absorbedId),
    ],
  );
  await tx.query('update profile_merge set undone_at = $2 where merge_id = any($1::uuid[])', [
    undoneMergeIds,
    now,
  ]);
}

/** Takes links back, which are kept with their evidence on either side. */
export async function revokeLinks(
  tx: Tx,
  links: readonly Link[],
  { unmergeId, actor, reason }: Unmerge,
  now: Date,
): Promise<void> {
  await tx.query(
    `with revoked as (
       delete from identity_link l
       using unnest($1::uuid[], $2::uuid[]) as n (identifier_id, linked_identifier_id)
       where l.identifier_id = n.identifier_id
         and l.linked_identifier_id = n.linked_identifier_id
       returning l.*
     )
     insert into revoked_link (profile_id, identifier_id, other_identifier_id, unmerge_id,
       event_id, source, linked_at, revoked_at, revoked_by, reason)
     select i.profile_id, e.own, e.other, $3, r.event_id, r.source, r.linked_at, $4, $5, $6
     from revoked r
     cross join lateral (
       values (r.identifier_id, r.linked_identifier_id), (r.linked_identifier_id, r.identifier_id)
     ) as e (own, other)
     join identifier i on i.identifier_id = e.own`,
    [
      links.map((link) => link.identifierId),
      links.map((link) => link.linkedIdentifierId),
      unmergeId,
      now,
      actor,
      reason,
    ],
  );
}

export interface Unmerge {
  readonly unmergeId: string;
  /** Of the merge that was undone; null where links were named. */
  readonly mergeId: string | null;
  readonly actor: string;
  readonly reason: string;
}

/** Records on either side of every part that left what was taken apart, by whom and why. */
export async function insertUnmerges(
  tx: Tx,
  { unmergeId, mergeId, actor, reason }: Unmerge,
  kept: ProfileId,
  left: readonly ProfileId[],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into profile_unmerge
       (profile_id, unmerge_id, other_profile_id, merge_id, actor, reason, unmerged_at)
     select e.own, $2, e.other, $3, $4, $5, $6
     from unnest($7::uuid[]) as n (left_id)
     cross join lateral (values ($1::uuid, n.left_id), (n.left_id, $1::uuid)) as e (own, other)`,
    [kept, unmergeId, mergeId, actor, reason, now, left],
  );
}
