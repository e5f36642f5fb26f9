import type { Sql } from '../../platform/database/database';
import { type EpochDay, formatDay } from '../../shared/days';

/** Which quantiles of the buying population are wanted. Fractions 0 … 1. */
export interface PopulationQuery {
  readonly today: EpochDay;
  /** The length of the window that ends with `today`. */
  readonly windowDays: number;
  readonly lifetimeFractions: readonly number[];
  readonly windowFractions: readonly number[];
}

/**
 * Quantiles over customers, one for each fraction asked for: the smallest value that at least
 * that part of them does not exceed, so always one that some customer has. Empty where there are
 * no customers.
 */
export interface PopulationFacts {
  /** Customers with an order up to `today`. */
  readonly customers: number;
  /** Days since the last order day. */
  readonly recencyDays: readonly number[];
  readonly orders: readonly number[];
  /** All-time revenue less refunds. Minor units. */
  readonly revenueMinor: readonly number[];
  /** Customers with an order in the window. */
  readonly windowCustomers: number;
  /** Their revenue less refunds in the window. Minor units. */
  readonly windowRevenueMinor: readonly number[];
}

/**
 * What the buying population looks like. Reads every day of every customer once: for jobs, not
 * for requests.
 */
export async function populationFacts(sql: Sql, query: PopulationQuery): Promise<PopulationFacts> {
  const { today, windowDays, lifetimeFractions, windowFractions } = query;
  const [facts] = await sql.query<PopulationFacts>(
    `with customer as (
       select $1::date - max(day) filter (where orders > 0) as recency_days,
         sum(orders) as orders,
         sum(revenue_minor - refund_minor) as revenue_minor,
         sum(orders) filter (where day > $1::date - $2::int) as window_orders,
         sum(revenue_minor - refund_minor) filter (where day > $1::date - $2::int)
           as window_revenue_minor
       from activity_day
       where day <= $1::date
       group by profile_id
       having sum(orders) > 0
     )
     select count(*)::int as customers,
       coalesce(percentile_disc($3::float8[]) within group (order by recency_days)::float8[], '{}')
         as "recencyDays",
       coalesce(percentile_disc($3::float8[]) within group (order by orders)::float8[], '{}')
         as orders,
       coalesce(percentile_disc($3::float8[]) within group (order by revenue_minor)::float8[], '{}')
         as "revenueMinor",
       (count(*) filter (where window_orders > 0))::int as "windowCustomers",
       coalesce((percentile_disc($4::float8[]) within group (order by window_revenue_minor)
         filter (where window_orders > 0))::float8[], '{}') as "windowRevenueMinor"
     from customer`,
    [formatDay(today), windowDays, lifetimeFractions, windowFractions],
  );
  if (facts === undefined) throw new Error('An aggregate without groups gave no row.');
  return facts;
}
