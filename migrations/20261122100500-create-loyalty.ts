import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was posted stays as posted; a mistake is mended by posting its opposite. */
const APPEND_ONLY = ['ledger_transaction', 'lot_consumption', 'idempotency_key'] as const;

export class CreateLoyalty1795341900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createLedger(runner);
    await createLots(runner);
    await createAccounts(runner);
    await refuseChanges(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view ledger_entry');
    await runner.query('drop table idempotency_key');
    await runner.query('drop table loyalty_account');
    await runner.query('drop table lot_consumption');
    await runner.query('drop table point_lot');
    await runner.query('drop table ledger_transaction');
    await runner.query('drop function refuse_ledger_change()');
  }
}

async function createLedger(runner: QueryRunner): Promise<void> {
  // One row moves points from one account to another, so a transaction that does not balance
  // cannot be written down. System accounts are kept per member: no row is shared by all.
  await runner.query(`
    create table ledger_transaction (
      profile_id uuid not null,
      id uuid not null,
      kind text not null,
      from_account text not null,
      to_account text not null,
      points bigint not null,
      reason text not null,
      note text,
      actor text not null,
      occurred_at timestamptz not null,
      posted_at timestamptz not null,
      event_id uuid,
      counterpart_profile_id uuid,
      primary key (profile_id, id),
      constraint ledger_transaction_points_check check (points > 0),
      constraint ledger_transaction_accounts_check check (
        (kind = 'ACCRUAL' and from_account = 'ISSUANCE' and to_account = 'MEMBER')
        or (kind = 'EXPIRY' and from_account = 'MEMBER' and to_account = 'EXPIRY')
        or (kind = 'ADJUSTMENT' and from_account = 'ADJUSTMENT' and to_account = 'MEMBER')
        or (kind = 'ADJUSTMENT' and from_account = 'MEMBER' and to_account = 'ADJUSTMENT')
        or (kind = 'TRANSFER' and from_account = 'TRANSFER' and to_account = 'MEMBER')
        or (kind = 'TRANSFER' and from_account = 'MEMBER' and to_account = 'TRANSFER')
      ),
      constraint ledger_transaction_counterpart_check check (
        (kind = 'TRANSFER') = (counterpart_profile_id is not null)
      )
    )`);
  // An event earns a profile points once for each reason, however often it is told.
  await runner.query(`
    create unique index ledger_transaction_event
    on ledger_transaction (profile_id, event_id, reason) where event_id is not null`);
  // The books as an auditor reads them: two entries per transaction, which sum to zero.
  await runner.query(`
    create view ledger_entry as
    select profile_id, id as transaction_id, to_account as account, points
    from ledger_transaction
    union all
    select profile_id, id, from_account, -points
    from ledger_transaction`);
}

async function createLots(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table point_lot (
      profile_id uuid not null,
      id uuid not null,
      transaction_id uuid not null,
      points_earned bigint not null,
      points_left bigint not null,
      earned_at timestamptz not null,
      expires_at timestamptz,
      origin_profile_id uuid,
      origin_lot_id uuid,
      primary key (profile_id, id),
      constraint point_lot_points_check check (
        points_earned > 0 and points_left >= 0 and points_left <= points_earned
      ),
      constraint point_lot_origin_check check (
        (origin_profile_id is null) = (origin_lot_id is null)
      )
    )`);
  // In the order a spend takes them; never-expiring lots (null) sort last.
  await runner.query(`
    create index point_lot_open on point_lot (profile_id, expires_at, id) where points_left > 0`);
  await runner.query(`
    create index point_lot_due on point_lot (expires_at) where points_left > 0`);
  await runner.query(`
    create table lot_consumption (
      profile_id uuid not null,
      transaction_id uuid not null,
      lot_id uuid not null,
      points bigint not null,
      primary key (profile_id, transaction_id, lot_id),
      constraint lot_consumption_points_check check (points > 0)
    )`);
}

async function createAccounts(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table loyalty_account (
      profile_id uuid not null,
      balance bigint not null,
      lifetime_points bigint not null,
      tier text not null,
      tier_since timestamptz,
      opened_at timestamptz not null,
      primary key (profile_id),
      constraint loyalty_account_balance_check check (balance >= 0),
      constraint loyalty_account_lifetime_points_check check (lifetime_points >= 0)
    )`);
  // The key leads: a client's retry knows nothing else for certain.
  await runner.query(`
    create table idempotency_key (
      key text not null,
      operation text not null,
      request_hash bytea not null,
      profile_id uuid not null,
      transaction_id uuid not null,
      created_at timestamptz not null,
      primary key (key)
    )`);
}

async function refuseChanges(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create function refuse_ledger_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only: % is refused', tg_table_name, tg_op
        using errcode = 'restrict_violation';
    end
    $$`);
  for (const table of APPEND_ONLY) {
    await runner.query(`
      create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function refuse_ledger_change()`);
  }
}
