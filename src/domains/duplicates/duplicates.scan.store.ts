import type { Tx } from '../../platform/database/database';
import { digestOf } from '../../shared/digest';
import type { ProfileId } from '../../shared/ids';
import type { ProfilePair, ScoredPair } from './duplicates.model';

/** How far the pass over all profiles has come. */
export interface ScanPosition {
  /** The last profile that was looked at; null between two passes. */
  readonly after: ProfileId | null;
  /** When the last pass ended; null before the end of the first. */
  readonly passEndedAt: Date | null;
}

/**
 * Takes the scan for this transaction: where it fails, somebody else has it, or the place it had
 * come to stands. Null while somebody else is at it.
 */
export async function claimScan(tx: Tx): Promise<ScanPosition | null> {
  const [row] = await tx.query<ScanPosition>(
    `select after_profile_id as after, pass_ended_at as "passEndedAt"
     from duplicate_scan where name = 'profiles'
     for update skip locked`,
  );
  return row ?? null;
}

export async function saveScan(tx: Tx, { after, passEndedAt }: ScanPosition): Promise<void> {
  await tx.query(
    `update duplicate_scan set after_profile_id = $1, pass_ended_at = $2 where name = 'profiles'`,
    [after, passEndedAt],
  );
}

export interface ScannedProfile {
  readonly profileId: ProfileId;
  readonly isAbsorbed: boolean;
}

/** The next profiles by id. Absorbed ones too: what was found of them has to go. */
export function findScanPage(
  tx: Tx,
  after: ProfileId | null,
  limit: number,
): Promise<ScannedProfile[]> {
  return tx.query<ScannedProfile>(
    `select profile_id as "profileId", merged_into is not null as "isAbsorbed"
     from profile
     where profile_id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
     order by profile_id
     limit $2`,
    [after, limit],
  );
}

/** Puts a page of profiles into the blocks named, and into no other. What stays is not written. */
export async function replaceBlocks(
  tx: Tx,
  profileIds: readonly ProfileId[],
  keys: ReadonlyMap<ProfileId, readonly string[]>,
): Promise<void> {
  const rows = [...keys].flatMap(([profileId, own]) => own.map((key) => ({ profileId, key })));
  await tx.query(
    `with wanted as (
       select * from unnest($2::uuid[], $3::uuid[]) as w (block_key, profile_id)
     ), left_behind as (
       delete from duplicate_block b
       where b.profile_id = any($1::uuid[])
         and not exists (
           select from wanted w where w.block_key = b.block_key and w.profile_id = b.profile_id
         )
     )
     insert into duplicate_block (block_key, profile_id)
     select * from wanted
     on conflict (block_key, profile_id) do nothing`,
    [profileIds, rows.map(({ key }) => digestOf(key)), rows.map(({ profileId }) => profileId)],
  );
}

/**
 * The blocks of a page that have at least two members and at most `sizeMax`, with their members.
 * No more than one member above that is read of any, however large it is.
 */
export function findBlocks(
  tx: Tx,
  profileIds: readonly ProfileId[],
  sizeMax: number,
): Promise<{ members: ProfileId[] }[]> {
  return tx.query<{ members: ProfileId[] }>(
    `select b.members
     from (
       select distinct block_key from duplicate_block where profile_id = any($1::uuid[])
     ) own
     cross join lateral (
       select array_agg(member.profile_id) as members
       from (
         select profile_id from duplicate_block where block_key = own.block_key limit $2 + 1
       ) member
     ) b
     where cardinality(b.members) between 2 and $2`,
    [profileIds, sizeMax],
  );
}

/**
 * Those of the pairs that somebody has said are two people. What was said of a profile holds for
 * the one that has absorbed it.
 */
export async function findDismissed(tx: Tx, pairs: readonly ProfilePair[]): Promise<ProfilePair[]> {
  if (pairs.length === 0) return [];
  return tx.query<ProfilePair>(
    `select asked.profile_id as "profileId", asked.other_profile_id as "otherProfileId"
     from unnest($1::uuid[], $2::uuid[]) as asked (profile_id, other_profile_id)
     where exists (
       select
       from (
         select asked.profile_id
         union all
         select profile_id from profile where merged_into = asked.profile_id
       ) one
       cross join (
         select asked.other_profile_id as profile_id
         union all
         select profile_id from profile where merged_into = asked.other_profile_id
       ) other
       join duplicate_candidate c
         on c.profile_id = least(one.profile_id, other.profile_id)
         and c.other_profile_id = greatest(one.profile_id, other.profile_id)
       where c.status = 'DISMISSED'
     )`,
    [pairs.map((pair) => pair.profileId), pairs.map((pair) => pair.otherProfileId)],
  );
}

/**
 * Records what was found of a page: every pair whose second profile is in it. Open candidates of
 * these that were not found again are dropped; decided ones stay as they were decided.
 */
export async function saveCandidates(
  tx: Tx,
  profileIds: readonly ProfileId[],
  found: readonly ScoredPair[],
  now: Date,
): Promise<void> {
  await tx.query(
    `with found as (
       select * from unnest($2::uuid[], $3::uuid[], $4::float8[], $5::jsonb[])
         as f (profile_id, other_profile_id, score, reasons)
     ), dropped as (
       delete from duplicate_candidate c
       where c.other_profile_id = any($1::uuid[]) and c.status = 'OPEN'
         and not exists (
           select from found f
           where f.profile_id = c.profile_id and f.other_profile_id = c.other_profile_id
         )
     )
     insert into duplicate_candidate as c
       (profile_id, other_profile_id, score, reasons, status, found_at)
     select profile_id, other_profile_id, score, reasons, 'OPEN', $6::timestamptz
     from found
     order by profile_id, other_profile_id
     on conflict (profile_id, other_profile_id) do update set
       score = excluded.score, reasons = excluded.reasons
     where c.status = 'OPEN'
       and (c.score, c.reasons) is distinct from (excluded.score, excluded.reasons)`,
    [
      profileIds,
      found.map((pair) => pair.profileId),
      found.map((pair) => pair.otherProfileId),
      found.map((pair) => pair.score),
      found.map((pair) => JSON.stringify(pair.reasons)),
      now,
    ],
  );
}
