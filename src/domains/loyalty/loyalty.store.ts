import type { Sql, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type {
  AccountChange,
  LedgerAccount,
  LedgerTransaction,
  LotId,
  LotTaking,
  LoyaltyAccountRow,
  PointLot,
  TransactionId,
  TransactionKind,
} from './loyalty.model';

const TRANSACTION_COLUMNS = `
  profile_id as "profileId", id, kind,
  case when to_account = 'MEMBER' then points else -points end as points,
  reason, note, actor, occurred_at as "occurredAt", posted_at as "postedAt",
  event_id as "eventId", counterpart_profile_id as "counterpartProfileId"`;

const LOT_COLUMNS = `
  profile_id as "profileId", id, transaction_id as "transactionId",
  points_earned as "pointsEarned", points_left as "pointsLeft", earned_at as "earnedAt",
  expires_at as "expiresAt", origin_profile_id as "originProfileId", origin_lot_id as "originLotId"`;

const ACCOUNT_COLUMNS = `
  profile_id as "profileId", balance, lifetime_points as "lifetimePoints", tier,
  tier_since as "tierSince", opened_at as "openedAt"`;

/** The account on the other side of the member's own. */
const contraAccounts: Readonly<Record<TransactionKind, LedgerAccount>> = {
  ACCRUAL: 'ISSUANCE',
  EXPIRY: 'EXPIRY',
  ADJUSTMENT: 'ADJUSTMENT',
  TRANSFER: 'TRANSFER',
};

/**
 * Posts transactions, a whole batch in one statement. One whose event has already earned the
 * profile points for the same reason is left out.
 * @returns the ids of those that were posted
 */
export async function insertTransactions(
  tx: Tx,
  transactions: readonly LedgerTransaction[],
): Promise<ReadonlySet<TransactionId>> {
  if (transactions.length === 0) return new Set();
  // Sorted by what is unique, so that two batches telling of the same events cannot deadlock.
  const rows = await tx.query<{ id: TransactionId }>(
    `insert into ledger_transaction (
       profile_id, id, kind, from_account, to_account, points, reason, note, actor, occurred_at,
       posted_at, event_id, counterpart_profile_id
     )
     select *
     from unnest(
       $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
       $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::uuid[], $13::uuid[]
     ) as t (
       profile_id, id, kind, from_account, to_account, points, reason, note, actor, occurred_at,
       posted_at, event_id, counterpart_profile_id
     )
     order by profile_id, event_id, reason, id
     on conflict (profile_id, event_id, reason) where event_id is not null do nothing
     returning id`,
    [
      transactions.map((one) => one.profileId),
      transactions.map((one) => one.id),
      transactions.map((one) => one.kind),
      transactions.map((one) => (one.points > 0n ? contraAccounts[one.kind] : 'MEMBER')),
      transactions.map((one) => (one.points > 0n ? 'MEMBER' : contraAccounts[one.kind])),
      transactions.map((one) => (one.points > 0n ? one.points : -one.points)),
      transactions.map((one) => one.reason),
      transactions.map((one) => one.note),
      transactions.map((one) => one.actor),
      transactions.map((one) => one.occurredAt),
      transactions.map((one) => one.postedAt),
      transactions.map((one) => one.eventId),
      transactions.map((one) => one.counterpartProfileId),
    ],
  );
  return new Set(rows.map((row) => row.id));
}

export async function insertLots(tx: Tx, lots: readonly PointLot[]): Promise<void> {
  if (lots.length === 0) return;
  await tx.query(
    `insert into point_lot (
       profile_id, id, transaction_id, points_earned, points_left, earned_at, expires_at,
       origin_profile_id, origin_lot_id
     )
     select *
     from unnest(
       $1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[],
       $7::timestamptz[], $8::uuid[], $9::uuid[]
     )`,
    [
      lots.map((lot) => lot.profileId),
      lots.map((lot) => lot.id),
      lots.map((lot) => lot.transactionId),
      lots.map((lot) => lot.pointsEarned),
      lots.map((lot) => lot.pointsLeft),
      lots.map((lot) => lot.earnedAt),
      lots.map((lot) => lot.expiresAt),
      lots.map((lot) => lot.origin?.profileId ?? null),
      lots.map((lot) => lot.origin?.lotId ?? null),
    ],
  );
}

/** Records which lots transactions took from. */
export async function insertConsumptions(tx: Tx, takings: readonly LotTaking[]): Promise<void> {
  if (takings.length === 0) return;
  await tx.query(
    `insert into lot_consumption (profile_id, transaction_id, lot_id, points)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])`,
    [
      takings.map((taking) => taking.profileId),
      takings.map((taking) => taking.transactionId),
      takings.map((taking) => taking.lotId),
      takings.map((taking) => taking.points),
    ],
  );
}

/** Lowers what is left of lots; each lot at most once. The accounts must be locked. */
export async function reduceLots(tx: Tx, takings: readonly LotTaking[]): Promise<void> {
  if (takings.length === 0) return;
  await tx.query(
    `update point_lot l
     set points_left = l.points_left - t.points
     from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as t (profile_id, lot_id, points)
     where l.profile_id = t.profile_id and l.id = t.lot_id`,
    [
      takings.map((taking) => taking.profileId),
      takings.map((taking) => taking.lotId),
      takings.map((taking) => taking.points),
    ],
  );
}

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

/** The unspent lots of profiles, in the order a spend takes them. The accounts must be locked. */
export async function findOpenLots(
  tx: Tx,
  profileIds: readonly ProfileId[],
): Promise<readonly PointLot[]> {
  const rows = await tx.query<LotRow>(
    `select ${LOT_COLUMNS} from point_lot
     where profile_id = any($1::uuid[]) and points_left > 0
     order by profile_id, expires_at, id`,
    [profileIds],
  );
  return rows.map(toLot);
}

/**
 * Locks accounts that have lots due and that nobody else is working on. The one place that skips
 * locked rows: on a database sharded by profile it has to run per shard.
 * @param lotsMax how many due lots to look at
 */
export async function claimAccountsWithDueLots(
  tx: Tx,
  now: Date,
  lotsMax: number,
): Promise<ProfileId[]> {
  const rows = await tx.query<{ profileId: ProfileId }>(
    `select a.profile_id as "profileId"
     from point_lot l
     join loyalty_account a on a.profile_id = l.profile_id
     where l.points_left > 0 and l.expires_at <= $1
     order by l.expires_at
     limit $2
     for update of a skip locked`,
    [now, lotsMax],
  );
  return [...new Set(rows.map((row) => row.profileId))];
}

/** The due lots of profiles, earliest first. The accounts must be locked. */
export async function findDueLots(
  tx: Tx,
  profileIds: readonly ProfileId[],
  now: Date,
  lotsMax: number,
): Promise<readonly PointLot[]> {
  const rows = await tx.query<LotRow>(
    `select ${LOT_COLUMNS} from point_lot
     where profile_id = any($1::uuid[]) and points_left > 0 and expires_at <= $2
     order by expires_at, id
     limit $3`,
    [profileIds, now, lotsMax],
  );
  return rows.map(toLot);
}

export interface ExpiringSpan {
  readonly profileId: ProfileId;
  /** Lots that expire up to and including this instant count. */
  readonly until: Date;
}

export interface ExpiringRow {
  /** The position of the query it answers, from 0. */
  readonly index: number;
  readonly points: bigint;
  readonly lot: PointLot;
}

/** The lots that expire after `now` and until then, earliest first, with the points of all. */
export async function findExpiringLots(
  sql: Sql,
  queries: readonly ExpiringSpan[],
  now: Date,
  lotsMax: number,
): Promise<ExpiringRow[]> {
  const rows = await sql.query<LotRow & { index: number; points: bigint }>(
    `select * from (
       select ${LOT_COLUMNS}, (q.ordinality - 1)::integer as index,
         sum(points_left) over (partition by q.ordinality)::bigint as points,
         row_number() over (partition by q.ordinality order by expires_at, id) as place
       from unnest($1::uuid[], $2::timestamptz[]) with ordinality
         as q (asked_profile_id, until, ordinality)
       join point_lot on profile_id = q.asked_profile_id
       where points_left > 0 and expires_at > $3 and expires_at <= q.until
     ) expiring
     where place <= $4
     order by index, place`,
    [queries.map((query) => query.profileId), queries.map((query) => query.until), now, lotsMax],
  );
  return rows.map((row) => ({ index: row.index, points: row.points, lot: toLot(row) }));
}

export interface PageQuery<Id> {
  readonly profileId: ProfileId;
  readonly size: number;
  /** The last one of the page before. */
  readonly after: Id | null;
}

/** For each query one row more than its size, newest posting first. */
export async function findTransactionPages(
  sql: Sql,
  queries: readonly PageQuery<TransactionId>[],
): Promise<readonly (readonly LedgerTransaction[])[]> {
  // Ids are made in the order of posting, so a page is a range of the primary key.
  const rows = await sql.query<LedgerTransaction & { index: number }>(
    `select t.*, (q.ordinality - 1)::integer as index
     from unnest($1::uuid[], $2::integer[], $3::uuid[]) with ordinality
       as q (profile_id, size, after_id, ordinality)
     cross join lateral (
       select ${TRANSACTION_COLUMNS} from ledger_transaction
       where profile_id = q.profile_id
         and id < coalesce(q.after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
       order by id desc
       limit q.size + 1
     ) t
     order by q.ordinality, t.id desc`,
    pageColumns(queries),
  );
  return queries.map((_, index) => rows.filter((row) => row.index === index));
}

/** For each query one good lot more than its size, in the order a spend takes them. */
export async function findLotPages(
  sql: Sql,
  queries: readonly PageQuery<LotId>[],
  now: Date,
): Promise<readonly (readonly PointLot[])[]> {
  const rows = await sql.query<LotRow & { index: number }>(
    `select l.*, (q.ordinality - 1)::integer as index
     from unnest($1::uuid[], $2::integer[], $3::uuid[]) with ordinality
       as q (profile_id, size, after_id, ordinality)
     left join point_lot seen on seen.profile_id = q.profile_id and seen.id = q.after_id
     cross join lateral (
       select ${LOT_COLUMNS}, expires_at, id as lot_id from point_lot
       where profile_id = q.profile_id and points_left > 0
         and (expires_at is null or expires_at > $4)
         and (
           seen.id is null
           or (coalesce(expires_at, 'infinity'), id) > (coalesce(seen.expires_at, 'infinity'), seen.id)
         )
       order by expires_at, id
       limit q.size + 1
     ) l
     order by q.ordinality, l.expires_at, l.lot_id`,
    [...pageColumns(queries), now],
  );
  return queries.map((_, index) => rows.filter((row) => row.index === index).map(toLot));
}

export async function getTransaction(
  sql: Sql,
  profileId: ProfileId,
  id: TransactionId,
): Promise<LedgerTransaction> {
  const [transaction] = await sql.query<LedgerTransaction>(
    `select ${TRANSACTION_COLUMNS} from ledger_transaction where profile_id = $1 and id = $2`,
    [profileId, id],
  );
  if (transaction === undefined) throw new Error('A posted transaction is missing.');
  return transaction;
}

export interface IdempotencyKey {
  readonly key: string;
  readonly operation: string;
  /** SHA-256 of the input. */
  readonly requestHash: Buffer;
  readonly profileId: ProfileId;
  readonly transactionId: TransactionId;
}

/** Waits for whoever holds the key, keeps it until the transaction ends, and looks it up. */
export async function lockIdempotencyKey(tx: Tx, key: string): Promise<IdempotencyKey | null> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('idempotency key ' || $1, 0))`, [
    key,
  ]);
  // A statement of its own: its snapshot sees what the holder before us committed.
  const [found = null] = await tx.query<IdempotencyKey>(
    `select key, operation, request_hash as "requestHash", profile_id as "profileId",
       transaction_id as "transactionId"
     from idempotency_key where key = $1`,
    [key],
  );
  return found;
}

export async function insertIdempotencyKey(tx: Tx, key: IdempotencyKey, now: Date): Promise<void> {
  await tx.query(
    `insert into idempotency_key (
       key, operation, request_hash, profile_id, transaction_id, created_at
     ) values ($1, $2, $3, $4, $5, $6)`,
    [key.key, key.operation, key.requestHash, key.profileId, key.transactionId, now],
  );
}

interface LotRow extends Omit<PointLot, 'origin'> {
  readonly originProfileId: ProfileId | null;
  readonly originLotId: LotId | null;
}

function toLot(row: LotRow): PointLot {
  return {
    profileId: row.profileId,
    id: row.id,
    transactionId: row.transactionId,
    pointsEarned: row.pointsEarned,
    pointsLeft: row.pointsLeft,
    earnedAt: row.earnedAt,
    expiresAt: row.expiresAt,
    origin:
      row.originProfileId === null || row.originLotId === null
        ? null
        : { profileId: row.originProfileId, lotId: row.originLotId },
  };
}

function changeColumns(changes: readonly AccountChange[]): unknown[] {
  return [
    changes.map((change) => change.profileId),
    changes.map((change) => change.points),
    changes.map((change) => change.lifetimePoints),
    changes.map((change) => change.openedAt),
  ];
}

function pageColumns(queries: readonly PageQuery<string>[]): unknown[] {
  return [
    queries.map((query) => query.profileId),
    queries.map((query) => query.size),
    queries.map((query) => query.after),
  ];
}
