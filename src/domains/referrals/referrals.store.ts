import type { Sql, Tx } from '../../platform/database/database';
import {
  type InstantPosition,
  newestFirst,
  type PageKey,
  readOwnedPages,
} from '../../platform/database/keyset';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { Move } from '../identity';
import type { Referral, ReferralStatus } from './referrals.rules';

export interface CodeRow {
  readonly code: string;
  /** Whose the code is, for ever. */
  readonly identifierId: IdentifierId;
  /** The profile that holds the identifier now. */
  readonly profileId: ProfileId;
  readonly createdAt: Date;
}

const codeColumns = `
  code, identifier_id as "identifierId", profile_id as "profileId", created_at as "createdAt"`;

/** Those of the codes that exist. */
export function findCodes(sql: Sql, codes: readonly string[]): Promise<CodeRow[]> {
  return sql.query<CodeRow>(
    `select ${codeColumns} from referral_code where code = any($1::text[])`,
    [codes],
  );
}

/** The code each profile goes by: its newest. Older ones can still be claimed. */
export function findCurrentCodes(sql: Sql, profileIds: readonly ProfileId[]): Promise<CodeRow[]> {
  return sql.query<CodeRow>(
    `select distinct on (profile_id) ${codeColumns}
     from referral_code
     where profile_id = any($1::uuid[])
     order by profile_id, created_at desc, code`,
    [profileIds],
  );
}

/** Adds a code; null where it is taken. */
export async function insertCode(tx: Tx, row: CodeRow): Promise<CodeRow | null> {
  const [inserted] = await tx.query<CodeRow>(
    `insert into referral_code (code, profile_id, created_at, identifier_id)
     values ($1, $2, $3, $4)
     on conflict (code) do nothing
     returning ${codeColumns}`,
    [row.code, row.profileId, row.createdAt, row.identifierId],
  );
  return inserted ?? null;
}

/** Hands over the codes of identifiers. @returns which they are */
export async function moveCodes(
  tx: Tx,
  { from, into, identifierIds }: Move,
): Promise<readonly string[]> {
  const moved = await tx.query<{ code: string }>(
    `update referral_code set profile_id = $2
     where profile_id = $1 and identifier_id = any($3::uuid[])
     returning code`,
    [from, into, identifierIds],
  );
  return moved.map(({ code }) => code);
}

const referralColumns = `
  r.id, r.identifier_id as "identifierId", r.referrer_profile_id as referrer,
  r.referee_profile_id as referee, r.code, r.status, r.claimed_at as "claimedAt",
  r.converted_at as "convertedAt"`;

/** The referral that stands for each of the referees; at most one each. */
export function findStandingReferrals(
  sql: Sql,
  referees: readonly ProfileId[],
): Promise<Referral[]> {
  return sql.query<Referral>(
    `select ${referralColumns} from referral r
     where r.referee_profile_id = any($1::uuid[]) and r.status <> 'VOID'`,
    [referees],
  );
}

/** All referrals by which the profiles were brought, also those that do not stand. */
export function findReceivedReferrals(
  sql: Sql,
  referees: readonly ProfileId[],
): Promise<Referral[]> {
  return sql.query<Referral>(
    `select ${referralColumns} from referral r where r.referee_profile_id = any($1::uuid[])`,
    [referees],
  );
}

/**
 * The referrals that speak against another one for each of the referees: the one that stands, and
 * those that converted, and were rewarded, before they were void.
 */
export function findReferralsThatCount(
  sql: Sql,
  referees: readonly ProfileId[],
): Promise<Referral[]> {
  return sql.query<Referral>(
    `select ${referralColumns} from referral r
     where r.referee_profile_id = any($1::uuid[])
       and (r.status <> 'VOID' or r.converted_at is not null)`,
    [referees],
  );
}

/**
 * Lets the transactions that claim codes through one by one, until they end. Two claims that are
 * sound each for itself can close a circle together, at whatever remove, and locks on those whom
 * they name do not show it. Comes before the locks of profiles, always.
 */
export async function lockReferralGraph(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('referral graph', 0))`);
}

/** No chain of referrals is followed further: a bound, far beyond what customers do. */
const ANCESTOR_LEVELS_MAX = 100;

/** Who brought the profiles, and their referrers, and so on: referrer by referee. */
export async function findReferrersUpwards(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, ProfileId>> {
  const referrers = new Map<ProfileId, ProfileId>();
  // One statement a level: a recursive query would have to join rows of different referees.
  let level = new Set(profileIds);
  for (let depth = 1; level.size > 0 && depth <= ANCESTOR_LEVELS_MAX; depth += 1) {
    const found = await findStandingReferrals(sql, [...level]);
    for (const { referee, referrer } of found) referrers.set(referee, referrer);
    level = new Set(found.map(({ referrer }) => referrer).filter((one) => !referrers.has(one)));
  }
  return referrers;
}

export async function insertReferrals(tx: Tx, referrals: readonly Referral[]): Promise<void> {
  if (referrals.length === 0) return;
  await tx.query(
    `insert into referral
       (referee_profile_id, id, referrer_profile_id, code, status, claimed_at, converted_at,
        identifier_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
       $6::timestamptz[], $7::timestamptz[], $8::uuid[])`,
    [
      referrals.map((one) => one.referee),
      referrals.map((one) => one.id),
      referrals.map((one) => one.referrer),
      referrals.map((one) => one.code),
      referrals.map((one) => one.status),
      referrals.map((one) => one.claimedAt),
      referrals.map((one) => one.convertedAt),
      referrals.map((one) => one.identifierId),
    ],
  );
}

/** Writes the status of referrals and when they converted. */
export async function updateReferrals(tx: Tx, referrals: readonly Referral[]): Promise<void> {
  if (referrals.length === 0) return;
  await tx.query(
    `update referral r set status = u.status, converted_at = u.converted_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
       as u (referee_profile_id, id, status, converted_at)
     where r.referee_profile_id = u.referee_profile_id and r.id = u.id`,
    [
      referrals.map((one) => one.referee),
      referrals.map((one) => one.id),
      referrals.map((one) => one.status),
      referrals.map((one) => one.convertedAt),
    ],
  );
}

/** Hands over what codes brought. */
export async function moveReferralsMade(
  tx: Tx,
  { from, into }: Move,
  codes: readonly string[],
): Promise<void> {
  if (codes.length === 0) return;
  await tx.query(
    `update referral set referrer_profile_id = $2
     where referrer_profile_id = $1 and code = any($3::text[])`,
    [from, into, codes],
  );
}

/**
 * Hands over the referrals that identifiers claimed. Those of one profile that stand must be one at
 * most by then. Deleted and inserted anew, because a distributed table does not let a row's
 * distribution key change.
 */
export async function moveReferralsReceived(
  tx: Tx,
  { from, into, identifierIds }: Move,
): Promise<void> {
  const rest = 'id, referrer_profile_id, code, status, claimed_at, converted_at, identifier_id';
  await tx.query(
    `with moved as (
       delete from referral
       where referee_profile_id = $1 and identifier_id = any($3::uuid[])
       returning *
     )
     insert into referral (referee_profile_id, ${rest}) select $2, ${rest} from moved`,
    [from, into, identifierIds],
  );
}

/** How many a profile brought. */
export interface MadeCounts {
  readonly profileId: ProfileId;
  readonly invited: number;
  readonly converted: number;
}

/** Those who brought nobody are left out. */
export function countMade(sql: Sql, profileIds: readonly ProfileId[]): Promise<MadeCounts[]> {
  return sql.query<MadeCounts>(
    `select referrer_profile_id as "profileId", count(*)::int as invited,
       count(*) filter (where status = 'CONVERTED')::int as converted
     from referral
     where referrer_profile_id = any($1::uuid[]) and status <> 'VOID'
     group by referrer_profile_id`,
    [profileIds],
  );
}

/** A page of what one profile brought. */
export interface ReferralPage extends PageKey<InstantPosition> {
  readonly referrer: ProfileId;
}

export interface MadeReferral {
  readonly id: EventId;
  readonly code: string;
  readonly status: ReferralStatus;
  readonly claimedAt: Date;
  readonly convertedAt: Date | null;
}

/** The order in which a profile's referrals are listed: the latest claim first. */
const madeReferralOrder = newestFirst('r.claimed_at', 'r.id');

const madeReferralColumns = `
  r.id, r.code, r.status, r.claimed_at as "claimedAt", r.converted_at as "convertedAt"`;

/** The referrals of each page, in the order of the pages. */
export function findReferralPages(
  sql: Sql,
  pages: readonly ReferralPage[],
): Promise<MadeReferral[][]> {
  return readOwnedPages(sql, pages, {
    order: madeReferralOrder,
    owner: { profile_id: ['uuid', ({ referrer }) => referrer] },
    columns: madeReferralColumns,
    table: 'referral',
    alias: 'r',
    condition: 'r.referrer_profile_id = p.profile_id',
  });
}
