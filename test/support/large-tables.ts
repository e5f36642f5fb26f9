import { type Database, liftStatementTimeout, type Tx } from '../../src/platform/database/database';
import type { ProfileId } from '../../src/shared/ids';

/** Profiles of a company that is not small. */
export const PROFILES = 100_000;

/** Rows of what one customer has, and of the lists of operators. */
export const ROWS = 20_000;

/** The one who has that many of everything. */
export const BUSY = profileIdAt(1);

/** The nth id: they sort as they count. */
export function uuidAt(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

export function profileIdAt(n: number): ProfileId {
  return uuidAt(n) as ProfileId;
}

/** A minute for each. */
export function instantAt(n: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + n * 60_000);
}

const ID = `('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const AT = `timestamptz '2026-01-01Z' + n * interval '1 minute'`;
/** As if drawn from 0 … 99, and another one. */
const DRAW = '(n::bigint * 7919 % 100)';
const DRAW_TOO = '(n::bigint * 104729 / 7 % 100)';

const STAGE = `case when ${DRAW} < 50 then 'CHURN' when ${DRAW} < 80 then 'ACQUISITION'
  when ${DRAW} < 95 then 'EXPLORATION' when ${DRAW} < 99 then 'GROWTH' else 'MATURITY' end`;

/** Statements that fill the tables, `n` from 1 on. */
const profiles: readonly string[] = [
  `insert into profile (profile_id, created_at, merged_into)
   select ${ID}, ${AT}, case when n % 50 = 7 then '${uuidAt(1)}'::uuid end from many`,
  `insert into lifecycle_state (profile_id, model, model_version, stage, since, reasons, at_risk,
     at_risk_since, at_risk_reasons, last_active_day, patience_days, recorded_at)
   select ${ID}, model, 1, ${STAGE}, ${AT}, '[]', ${DRAW_TOO} < 3,
     case when ${DRAW_TOO} < 3 then ${AT} end, '[]', '2026-01-01', 30, ${AT}
   from many cross join (values ('five-stage'), ('six-stage')) as m (model) where n % 50 <> 7`,
  `insert into customer_value (profile_id, tier, tier_since, orders, revenue_minor, refund_minor,
     revenue_365_minor, recorded_at)
   select ${ID}, case when ${DRAW_TOO} < 5 then 'HIGH' when ${DRAW_TOO} < 20 then 'MID'
     else 'LOW' end, ${AT}, 1, n % 5000, n % 7, 0, ${AT}
   from many where n % 50 <> 7`,
  `insert into loyalty_account (profile_id, balance, lifetime_points, tier, opened_at)
   select ${ID}, n % 3000, n % 3000, case when ${DRAW_TOO} < 2 then 'GOLD'
     when ${DRAW_TOO} < 20 then 'SILVER' else 'BRONZE' end, ${AT}
   from many where n % 3 <> 0`,
  `insert into identifier (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
   select 'u' || n, 'user_id', ${ID}, ${ID}, timestamptz '2026-01-01Z', ${AT} from many`,
];

const rows: readonly string[] = [
  `insert into event (identifier_id, occurred_at, event_id, source, message_id, name, identifiers,
     properties, received_at)
   select '${uuidAt(1)}', ${AT}, ${ID}, 'web', 'm' || n, 'A', '[]', '{}', ${AT} from many`,
  `insert into feedback (profile_id, id, kind, occurred_at, received_at, identifier_id)
   select '${BUSY}', ${ID}, 'REVIEW', ${AT}, ${AT}, '${uuidAt(1)}' from many`,
  `insert into referral (referee_profile_id, id, referrer_profile_id, code, status, claimed_at,
     identifier_id)
   select ${ID}, ${ID}, '${BUSY}', 'CODE', 'PENDING', ${AT}, ${ID} from many`,
  `insert into lifecycle_transition (profile_id, model, occurred_at, id, model_version, to_stage,
     cause, reasons, recorded_at)
   select '${BUSY}', 'five-stage', ${AT}, ${ID}, 1, 'GROWTH', 'EVENT', '[]', ${AT} from many`,
  `insert into ledger_transaction (profile_id, id, kind, from_account, to_account, points, reason,
     actor, occurred_at, posted_at)
   select '${BUSY}', ${ID}, 'ACCRUAL', 'ISSUANCE', 'MEMBER', 1, 'ORDER', 'web', ${AT}, ${AT}
   from many`,
  `insert into point_lot (profile_id, id, transaction_id, points_earned, points_left, earned_at,
     expires_at, identifier_id)
   select '${BUSY}', ${ID}, ${ID}, 1, 1, ${AT}, case when n % 3 > 0 then ${AT} end, '${uuidAt(1)}'
   from many`,
  `insert into identity_warning (identifier_id, fingerprint, rule, namespace, value, source,
     event_id, occurred_at, recorded_at, last_at, times)
   select '${uuidAt(1)}', ${ID}, 'JUNK_VALUE', 'user_id', 'x', 'web' || n % 3, ${ID}, ${AT}, ${AT},
     ${AT}, 1
   from many`,
  `insert into quarantined_event (message_key, quarantine_id, source, message_id, reason, detail,
     payload, last_received_at, first_received_at, times_received, state)
   select ${ID}, ${ID}, 'web' || n % 3, 'm' || n, 'R' || n % 4, 'd', '{}', ${AT}, ${AT}, 1,
     case when n % 10 = 0 then 'DISCARDED' else 'PENDING' end
   from many`,
  `insert into duplicate_candidate (profile_id, other_profile_id, score, reasons, status, found_at)
   select ('01900000-0000-7000-8000-' || lpad(to_hex(n * 2), 12, '0'))::uuid,
     ('01900000-0000-7000-8000-' || lpad(to_hex(n * 2 + 1), 12, '0'))::uuid,
     n / ${ROWS}.0, '[]', 'OPEN', ${AT}
   from many`,
  `insert into event_schema_violation (event_name, version, source, path, rule, shard, times,
     first_at, last_at, samples)
   select 'e' || n % 100, 1, 'web', '/p' || n, 'required', 0, 1, ${AT}, ${AT}, '[]' from many`,
];

/**
 * Fills the tables that lists are read from, so that a plan which is wrong for them shows, and takes
 * the statistics. Tens of seconds, most of them spent on indexes.
 */
export async function fillLargeTables(database: Database): Promise<void> {
  for (let month = 1; month <= 12; month += 1) {
    await database.query(`select make_event_partition(make_date(2026, ${month}, 1))`);
  }
  await database.transaction(async (tx) => {
    await liftStatementTimeout(tx);
    await fill(tx, profiles, PROFILES);
    await fill(tx, rows, ROWS);
    await tx.query('analyze');
  });
}

async function fill(tx: Tx, statements: readonly string[], count: number): Promise<void> {
  for (const statement of statements) {
    const start = statement.indexOf('\n   select');
    await tx.query(`${statement.slice(0, start)}
      with many as (select n from generate_series(1, ${count}) as s (n)) ${statement.slice(start)}`);
  }
}
