import { countOfEach } from '../../platform/database/bounded-count';
import type { Sql, Tx } from '../../platform/database/database';
import { Keyset, type PageKey, readOwnedPages } from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';
import type {
  LedgerAccount,
  LedgerTransaction,
  LotTaking,
  TransactionId,
  TransactionKind,
} from './loyalty.model';

const TRANSACTION_COLUMNS = `
  profile_id as "profileId", id, kind,
  case when to_account = 'MEMBER' then points else -points end as points,
  reason, note, actor, occurred_at as "occurredAt", posted_at as "postedAt",
  event_id as "eventId", counterpart_profile_id as "counterpartProfileId"`;

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

/** A page of what was posted to one profile's account. */
export interface TransactionPage extends PageKey<TransactionId> {
  readonly profileId: ProfileId;
}

/** Ids are made in the order of posting, so a page is a range of the primary key. */
const transactionOrder = new Keyset<TransactionId>([
  { sql: 't.id', type: 'uuid', isDescending: true, of: (id) => id },
]);

/** The transactions of each page, newest posting first. */
export function findTransactionPages(
  sql: Sql,
  pages: readonly TransactionPage[],
): Promise<readonly (readonly LedgerTransaction[])[]> {
  return readOwnedPages(sql, pages, {
    order: transactionOrder,
    owner: { owner: ['uuid', ({ profileId }) => profileId] },
    columns: TRANSACTION_COLUMNS,
    table: 'ledger_transaction',
    alias: 't',
    condition: 't.profile_id = p.owner',
  });
}

/** How many transactions were posted to each account; see `countOfEach`. */
export function countTransactions(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<readonly number[]> {
  return countOfEach(sql, profileIds, 'ledger_transaction t where t.profile_id = owner.id');
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
