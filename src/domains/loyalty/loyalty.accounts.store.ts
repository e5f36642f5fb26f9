import type { Sql, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { AccountChange, LoyaltyAccountRow } from './loyalty.model';

const ACCOUNT_COLUMNS = `
  profile_id as "profileId", balance, lifetime_points as "lifetimePoints", tier,
  tier_since as "tierSince", opened_at as "openedAt"`;

/** Adds to accounts, and opens those that do not exist yet. Changes must not be negative. */
export async function creditAccounts(
  tx: Tx,
  changes: readonly AccountChange[],
  baseTier: string,
): Promise<void> {
  if (changes.length === 0) return;
  // The lower id first, so that two batches with the same members cannot deadlock.
  await tx.query(
    `insert into loyalty_account (
       profile_id, balance, lifetime_points, tier, tier_since, opened_at
     )
     select profile_id, points, lifetime_points, $5::text, null, opened_at
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[])
       as c (profile_id, points, lifetime_points, opened_at)
     order by profile_id
     on conflict (profile_id) do update set
       balance = loyalty_account.balance + excluded.balance,
       lifetime_points = loyalty_account.lifetime_points + excluded.lifetime_points,
       opened_at = least(loyalty_account.opened_at, excluded.opened_at)`,
    [...changeColumns(changes), baseTier],
  );
}

/** Adds to accounts or takes from them. They must exist and be locked. */
export async function changeAccounts(tx: Tx, changes: readonly AccountChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `update loyalty_account a
     set balance = a.balance + c.points,
       lifetime_points = a.lifetime_points + c.lifetime_points,
       opened_at = least(a.opened_at, c.opened_at)
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[])
       as c (profile_id, points, lifetime_points, opened_at)
     where a.profile_id = c.profile_id`,
    changeColumns(changes),
  );
}

/** Locks the accounts that exist among those of the profiles, in one order. */
export async function lockAccounts(
  tx: Tx,
  profileIds: readonly ProfileId[],
): Promise<LoyaltyAccountRow[]> {
  return tx.query<LoyaltyAccountRow>(
    `select ${ACCOUNT_COLUMNS} from loyalty_account
     where profile_id = any($1::uuid[]) order by profile_id for update`,
    [profileIds],
  );
}

export async function findAccounts(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<LoyaltyAccountRow[]> {
  return sql.query<LoyaltyAccountRow>(
    `select ${ACCOUNT_COLUMNS} from loyalty_account where profile_id = any($1::uuid[])`,
    [profileIds],
  );
}

/** An account as it counts at an instant: without what has expired and is not yet posted. */
export async function findAccountsAt(
  sql: Sql,
  profileIds: readonly ProfileId[],
  instant: Date,
): Promise<LoyaltyAccountRow[]> {
  const rows = await sql.query<LoyaltyAccountRow & { expired: bigint }>(
    `select ${ACCOUNT_COLUMNS}, (
       select coalesce(sum(l.points_left), 0)::bigint
       from point_lot l
       where l.profile_id = a.profile_id and l.points_left > 0 and l.expires_at <= $2
     ) as expired
     from loyalty_account a
     where profile_id = any($1::uuid[])`,
    [profileIds, instant],
  );
  return rows.map(({ expired, ...account }) => ({
    ...account,
    balance: account.balance - expired,
  }));
}

export interface TierChange {
  readonly profileId: ProfileId;
  readonly tier: string;
  readonly since: Date | null;
}

/** Writes tiers; opens an empty account where there is none. */
export async function saveTiers(tx: Tx, changes: readonly TierChange[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `insert into loyalty_account (
       profile_id, balance, lifetime_points, tier, tier_since, opened_at
     )
     select profile_id, 0, 0, tier, since, coalesce(since, $4)
     from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as c (profile_id, tier, since)
     order by profile_id
     on conflict (profile_id) do update set
       tier = excluded.tier,
       tier_since = excluded.tier_since`,
    [
      changes.map((change) => change.profileId),
      changes.map((change) => change.tier),
      changes.map((change) => change.since),
      now,
    ],
  );
}

function changeColumns(changes: readonly AccountChange[]): unknown[] {
  return [
    changes.map((change) => change.profileId),
    changes.map((change) => change.points),
    changes.map((change) => change.lifetimePoints),
    changes.map((change) => change.openedAt),
  ];
}
