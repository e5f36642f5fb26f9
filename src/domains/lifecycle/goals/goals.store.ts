import type { Sql } from '../../../platform/database/database';
import { type EpochDay, formatDay } from '../../../shared/days';
import type { Moves } from './flow.rules';
import type { Period, PeriodLength } from './goals.periods.rules';
import type { GoalSums, MedianStay } from './goals.rules';

/** The sums of one pass for one model. */
export interface Reckoned {
  readonly pass: number;
  readonly model: string;
}

/**
 * Who moved from where to where in each of some periods, and before the first.
 * @param starts the first days of the periods, each of which ends where the next begins; ascending
 * @param end where the last one ends
 */
export function findMoves(
  sql: Sql,
  { pass, model }: Reckoned,
  starts: readonly EpochDay[],
  end: EpochDay,
): Promise<Moves[]> {
  return sql.query<Moves>(
    `select width_bucket(day, $3::date[]) as period, nullif(from_stage, '') as from,
       to_stage as to, cause, sum(moves)::float8 as moves
     from lifecycle_flow_day
     where pass = $1 and model = $2 and day < $4
     group by 1, 2, 3, 4`,
    [pass, model, starts.map(formatDay), formatDay(end)],
  );
}

/** What customers did by the stage they were in at the beginning of their period. */
export function findGoalSums(
  sql: Sql,
  { pass, model }: Reckoned,
  every: PeriodLength,
  periods: readonly Period[],
): Promise<GoalSums[]> {
  return sql.query<GoalSums>(
    `select width_bucket(starts, $4::date[]) as period, stage, sum(departed)::float8 as departed,
       sum(converted)::float8 as converted, sum(churned)::float8 as churned,
       sum(buyers_change)::float8 as "buyersChange", sum(repurchased)::float8 as repurchased,
       sum(revenue_minor)::float8 as "revenueMinor", sum(nps_promoters)::float8 as "npsPromoters",
       sum(nps_detractors)::float8 as "npsDetractors", sum(nps_answers)::float8 as "npsAnswers"
     from lifecycle_goal
     where pass = $1 and model = $2 and every = $3 and starts <= ($4::date[])[cardinality($4)]
     group by 1, 2`,
    [pass, model, every, periods.map(({ starts }) => formatDay(starts))],
  );
}

/** Medians of the stays that ended in each of some periods. */
export function findMedianStays(
  sql: Sql,
  { pass, model }: Reckoned,
  every: PeriodLength,
  periods: readonly Period[],
): Promise<MedianStay[]> {
  return sql.query<MedianStay>(
    `with counted as (
       select starts, stage, days,
         sum(stays) over (partition by starts, stage order by days) as up_to,
         sum(stays) over (partition by starts, stage) as total
       from lifecycle_goal_stay
       where pass = $1 and model = $2 and every = $3 and starts = any($4::date[])
     )
     select array_position($4::date[], starts) as period, stage, min(days) as days
     from counted
     where up_to * 2 >= total
     group by starts, stage`,
    [pass, model, every, periods.map(({ starts }) => formatDay(starts))],
  );
}
