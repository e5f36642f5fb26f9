import type { Sql, Tx } from '../../platform/database/database';
import { prepared } from '../../platform/database/prepared';
import type { Currency } from '../../shared/currency';
import { formatDay } from '../../shared/days';
import type { IdSource, ProfileId } from '../../shared/ids';
import { defaultCalibration, type ValueCalibration } from './value.calibration';
import type { Cutoffs, OrderFacts, Tier } from './value.rules';

/** What a profile is worth, as far as it does not change by the day. */
export interface ValueRow extends OrderFacts {
  readonly profileId: ProfileId;
  readonly tier: Tier;
  readonly tierSince: Date;
  readonly windowRevenueMinor: number;
}

export function findValues(sql: Sql, profileIds: readonly ProfileId[]): Promise<ValueRow[]> {
  // Doubles hold whole numbers up to 2^53, which no customer's revenue comes near.
  return sql.query<ValueRow>(
    `select profile_id as "profileId", tier, tier_since as "tierSince",
       orders::float8 as orders, revenue_minor::float8 as "revenueMinor",
       refund_minor::float8 as "refundMinor",
       last_order_day - date '1970-01-01' as "lastOrderDay",
       revenue_365_minor::float8 as "windowRevenueMinor"
     from customer_value
     where profile_id = any($1::uuid[])`,
    [profileIds],
  );
}

/** Whether at least so many customers have ordered. Looks at no more of them than that. */
export async function hasBuyers(sql: Sql, buyersMin: number): Promise<boolean> {
  const [row] = await sql.query<{ buyers: number }>(
    `select count(*)::int as buyers
     from (select from customer_value where orders > 0 limit $1) as buyer`,
    [buyersMin],
  );
  return row?.buyers === buyersMin;
}

/** Writes those of the rows that differ from what is recorded; at most one for each profile. */
export function saveValues(tx: Tx, rows: readonly ValueRow[], now: Date): void {
  if (rows.length === 0) return;
  // Not one upsert, which would lock, and so write, every row that it leaves as it is.
  tx.send(
    `with n as (
       select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[],
         $6::bigint[], $7::date[], $8::bigint[])
         as n (profile_id, tier, tier_since, orders, revenue_minor, refund_minor, last_order_day,
           revenue_365_minor)
     ), changed as (
       update customer_value v set
         tier = n.tier, tier_since = n.tier_since, orders = n.orders,
         revenue_minor = n.revenue_minor, refund_minor = n.refund_minor,
         last_order_day = n.last_order_day, revenue_365_minor = n.revenue_365_minor,
         recorded_at = $9::timestamptz
       from n
       where v.profile_id = n.profile_id
         and (v.tier, v.tier_since, v.orders, v.revenue_minor, v.refund_minor, v.last_order_day,
              v.revenue_365_minor)
           is distinct from
             (n.tier, n.tier_since, n.orders, n.revenue_minor, n.refund_minor, n.last_order_day,
              n.revenue_365_minor)
     )
     insert into customer_value
       (profile_id, tier, tier_since, orders, revenue_minor, refund_minor, last_order_day,
        revenue_365_minor, recorded_at)
     select n.*, $9::timestamptz from n
     where not exists (select from customer_value v where v.profile_id = n.profile_id)`,
    [
      rows.map((row) => row.profileId),
      rows.map((row) => row.tier),
      rows.map((row) => row.tierSince),
      rows.map((row) => row.orders),
      rows.map((row) => row.revenueMinor),
      rows.map((row) => row.refundMinor),
      rows.map((row) => (row.lastOrderDay === null ? null : formatDay(row.lastOrderDay))),
      rows.map((row) => row.windowRevenueMinor),
      now,
    ],
  );
}

export function removeValues(tx: Tx, profileIds: readonly ProfileId[]): void {
  if (profileIds.length === 0) return;
  tx.send('delete from customer_value where profile_id = any($1::uuid[])', [profileIds]);
}

/** The calibration in force. Read anew for each use, since another process may have calibrated. */
export async function findCalibration(sql: Sql, currency: Currency): Promise<ValueCalibration> {
  const [row] = await sql.query<CalibrationRow>(
    prepared(`select calibrated_at as "calibratedAt", population,
       recency_days_cuts as "recencyDaysCuts", frequency_cuts as "frequencyCuts",
       monetary_minor_cuts::float8[] as "monetaryMinorCuts",
       tier_high_minor::float8 as "tierHighMinor", tier_mid_minor::float8 as "tierMidMinor"
     from value_calibration
     order by calibrated_at desc, id desc
     limit 1`),
  );
  if (row === undefined) return defaultCalibration(currency);
  const { calibratedAt, population, ...cutoffs } = row;
  return { calibratedAt, population, cutoffs };
}

export async function addCalibration(
  tx: Tx,
  ids: IdSource,
  population: number,
  cutoffs: Cutoffs,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into value_calibration
       (id, calibrated_at, population, recency_days_cuts, frequency_cuts, monetary_minor_cuts,
        tier_high_minor, tier_mid_minor)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ids.next(),
      now,
      population,
      cutoffs.recencyDaysCuts,
      cutoffs.frequencyCuts,
      cutoffs.monetaryMinorCuts,
      cutoffs.tierHighMinor,
      cutoffs.tierMidMinor,
    ],
  );
}

interface CalibrationRow extends Cutoffs {
  readonly calibratedAt: Date;
  readonly population: number;
}
