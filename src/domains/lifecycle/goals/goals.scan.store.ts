import type { Sql, Tx } from '../../../platform/database/database';
import { dayOf, formatDay } from '../../../shared/days';
import type { ProfileId } from '../../../shared/ids';
import type { GoalStage } from './goals.stages.rules';

/** A pass over all customers that is under way. */
export interface GoalPass {
  /** Passes are counted from 1. */
  readonly pass: number;
  /** It reckons with what was known then. */
  readonly asOf: Date;
  readonly models: readonly string[];
  /** The last customer that was added up; null at the beginning. */
  readonly after: ProfileId | null;
}

export interface GoalScan {
  readonly underWay: GoalPass | null;
  /** The last pass that is complete; null before the first. */
  readonly shown: {
    readonly pass: number;
    readonly asOf: Date;
    readonly models: readonly string[];
    readonly endedAt: Date;
  } | null;
}

interface ScanRow {
  readonly pass: number;
  readonly asOf: Date | null;
  readonly models: readonly string[] | null;
  readonly after: ProfileId | null;
  readonly shownPass: number;
  readonly shownAsOf: Date | null;
  readonly shownModels: readonly string[] | null;
  readonly endedAt: Date | null;
}

const selectScan = `
  select pass, as_of as "asOf", models, after_profile_id as after, shown_pass as "shownPass",
    shown_as_of as "shownAsOf", shown_models as "shownModels", ended_at as "endedAt"
  from lifecycle_goal_scan where name = 'customers'`;

/** How far the passes have come. */
export async function findGoalScan(sql: Sql): Promise<GoalScan> {
  const [row] = await sql.query<ScanRow>(selectScan);
  if (row === undefined) throw new Error('The row of the scan is gone.');
  return toScan(row);
}

/** Takes the scan for this transaction. Null while somebody else is at it. */
export async function claimGoalScan(tx: Tx): Promise<GoalScan | null> {
  const [row] = await tx.query<ScanRow>(`${selectScan} for update skip locked`);
  return row === undefined ? null : toScan(row);
}

function toScan(row: ScanRow): GoalScan {
  const { pass, asOf, models, after, shownPass, shownAsOf, shownModels, endedAt } = row;
  return {
    underWay:
      pass === shownPass || asOf === null || models === null ? null : { pass, asOf, models, after },
    shown:
      shownAsOf === null || shownModels === null || endedAt === null
        ? null
        : { pass: shownPass, asOf: shownAsOf, models: shownModels, endedAt },
  };
}

/**
 * Begins a pass. The one that is shown stays meanwhile; what was shown before it goes only now, so
 * that whoever has just read which one is shown still finds it.
 */
export async function beginPass(
  tx: Tx,
  { shown }: GoalScan,
  models: readonly string[],
  asOf: Date,
): Promise<GoalPass> {
  const shownPass = shown?.pass ?? 0;
  for (const table of ['lifecycle_flow_day', 'lifecycle_goal', 'lifecycle_goal_stay']) {
    await tx.query(`delete from ${table} where pass <> $1`, [shownPass]);
  }
  const begun = { pass: shownPass + 1, asOf, models, after: null };
  await tx.query(
    `update lifecycle_goal_scan
     set pass = $1, as_of = $2, models = $3, after_profile_id = null
     where name = 'customers'`,
    [begun.pass, asOf, models],
  );
  return begun;
}

/** Lets the pass under way go on with these models alone. */
export async function narrowPass(tx: Tx, models: readonly string[]): Promise<void> {
  await tx.query(`update lifecycle_goal_scan set models = $1 where name = 'customers'`, [models]);
}

export async function savePosition(tx: Tx, after: ProfileId): Promise<void> {
  await tx.query(`update lifecycle_goal_scan set after_profile_id = $1 where name = 'customers'`, [
    after,
  ]);
}

/** From now on the pass under way is the one that is shown. */
export async function endPass(tx: Tx, now: Date): Promise<void> {
  await tx.query(
    `update lifecycle_goal_scan
     set shown_pass = pass, shown_as_of = as_of, shown_models = models, ended_at = $1,
       after_profile_id = null
     where name = 'customers'`,
    [now],
  );
}

/** The last customer of a page of `states` stages; null where there are not so many left. */
export async function findPageEnd(
  tx: Tx,
  after: ProfileId | null,
  states: number,
): Promise<ProfileId | null> {
  const [row] = await tx.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId" from lifecycle_state
     where profile_id > $1
     order by profile_id, model
     offset $2 limit 1`,
    [after ?? FIRST_ID, states - 1],
  );
  return row?.profileId ?? null;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Adds what the customers of a page did to the sums of the pass.
 * @param last the last customer of the page; all that are left where null
 * @param stages those customers can be in, by model
 */
export async function addPage(
  tx: Tx,
  { pass, asOf, after }: GoalPass,
  last: ProfileId | null,
  stages: ReadonlyMap<string, readonly GoalStage[]>,
): Promise<void> {
  const rows = [...stages].flatMap(([model, ofModel]) =>
    ofModel.map((stage) => ({ ...stage, model })),
  );
  await tx.query(RECKON, [
    pass,
    asOf,
    formatDay(dayOf(asOf)),
    after ?? FIRST_ID,
    last ?? LAST_ID,
    rows.map(({ model }) => model),
    rows.map(({ name }) => name),
    rows.map(({ rank }) => rank),
    rows.map(({ isLost }) => isLost),
  ]);
}

/**
 * Reads the histories and the days of the page once, side by side by profile. Who is in a stage
 * at the beginning of a period is never listed: sizes come of adding up moves, and the rest is
 * told of those who moved, ordered or answered. So a customer who is gone costs nothing for the
 * years they have been gone.
 *
 * A customer is in a stage at the beginning of day `d` by their last transition of a day before it:
 * `day < d and (next_day is null or next_day >= d)`. Of transitions of one instant that of the
 * model comes last, as in `stageTimeline`.
 */
const RECKON = `
with stage as (
  select * from unnest($6::text[], $7::text[], $8::int[], $9::bool[])
    as s (model, stage, rank, is_lost)
), moved as materialized (
  select *, date_trunc('week', day::timestamp)::date as week,
    date_trunc('month', day::timestamp)::date as month
  from (
    select profile_id, model, from_stage, to_stage, cause, occurred_at,
      (occurred_at at time zone 'UTC')::date as day,
      lag(occurred_at) over life as since,
      (lag(occurred_at) over life at time zone 'UTC')::date as previous_day,
      (lead(occurred_at) over life at time zone 'UTC')::date as next_day
    from lifecycle_transition
    where profile_id > $4 and profile_id <= $5
      and model in (select model from stage)
      and recorded_at <= $2 and (superseded_at is null or superseded_at > $2)
    window life as (partition by profile_id, model order by occurred_at, cause = 'MODEL', id)
  ) as life
), valued as materialized (
  select profile_id, day, date_trunc('week', day::timestamp)::date as week,
    date_trunc('month', day::timestamp)::date as month, orders, revenue_minor - refund_minor as revenue_minor,
    nps_promoters, nps_detractors, nps_answers,
    min(day) filter (where orders > 0) over (partition by profile_id) as first_order_day
  from activity_day
  where profile_id > $4 and profile_id <= $5 and day <= $3
    and (orders > 0 or revenue_minor <> 0 or refund_minor <> 0 or nps_answers > 0)
), flow as (
  insert into lifecycle_flow_day as f (pass, model, day, from_stage, to_stage, cause, moves)
  select $1::int, model, day, coalesce(from_stage, ''), to_stage, cause, count(*)
  from moved
  group by model, day, from_stage, to_stage, cause
  on conflict (pass, model, day, from_stage, to_stage, cause)
    do update set moves = f.moves + excluded.moves
), stay as (
  insert into lifecycle_goal_stay as s (pass, model, every, starts, stage, days, stays)
  select $1::int, model, every, starts, from_stage,
    floor(extract(epoch from occurred_at - since) / 86400)::int, count(*)
  from moved cross join lateral (values ('WEEK', week), ('MONTH', month)) as p (every, starts)
  where from_stage is not null and since is not null and cause <> 'MODEL'
  group by 2, 3, 4, 5, 6
  on conflict (pass, model, every, starts, stage, days)
    do update set stays = s.stays + excluded.stays
), travel as (
  -- Of each customer who moved in a period: where they were before and after, and how far they
  -- came meanwhile.
  select m.model, p.every, p.starts,
    max(from_stage) filter (where previous_day is null or previous_day < p.starts) as stage,
    max(to_stage) filter (where next_day is null or next_day >= p.ends) as end_stage,
    max(s.rank) filter (where cause <> 'MODEL' and not s.is_lost) as rank_max,
    coalesce(bool_or(s.is_lost) filter (where cause <> 'MODEL'), false) as is_lost
  from moved m
  join stage s on s.model = m.model and s.stage = m.to_stage
  cross join lateral (
    values ('WEEK', week, week + 7), ('MONTH', month, (month + interval '1 month')::date)
  ) as p (every, starts, ends)
  group by m.profile_id, m.model, p.every, p.starts
), spent as (
  select profile_id, every, starts,
    bool_or(orders > 0) and min(first_order_day) < starts as is_repurchase,
    sum(revenue_minor) as revenue_minor, sum(nps_promoters) as nps_promoters,
    sum(nps_detractors) as nps_detractors, sum(nps_answers) as nps_answers
  from valued cross join lateral (values ('WEEK', week), ('MONTH', month)) as p (every, starts)
  group by profile_id, every, starts
), buyer as (
  select distinct profile_id, first_order_day from valued where first_order_day is not null
), buyers as (
  select m.model, m.to_stage as stage, b.first_order_day as day, 1 as change
  from buyer b join moved m using (profile_id)
  where m.day <= b.first_order_day
    and (m.next_day is null or m.next_day > b.first_order_day)
  union all
  select m.model, moving.stage, m.day, moving.change
  from buyer b join moved m using (profile_id)
  cross join lateral (values (m.from_stage, -1), (m.to_stage, 1)) as moving (stage, change)
  where m.day > b.first_order_day and moving.stage is not null
), part as (
  select t.model, t.every, t.starts, t.stage, count(*) filter (where t.end_stage <> t.stage) as departed,
    count(*) filter (where t.rank_max > s.rank) as converted,
    count(*) filter (where t.is_lost) as churned,
    0 as buyers_change, 0 as repurchased, 0 as revenue_minor,
    0 as nps_promoters, 0 as nps_detractors, 0 as nps_answers
  from travel t join stage s using (model, stage)
  group by t.model, t.every, t.starts, t.stage
  union all
  select model, every, starts, stage, 0, 0, 0, sum(change), 0, 0, 0, 0, 0
  from (
    select model, stage, date_trunc('week', day::timestamp)::date as week,
      date_trunc('month', day::timestamp)::date as month, sum(change) as change
    from buyers
    group by model, stage, day
  ) as of_day
  cross join lateral (values ('WEEK', week), ('MONTH', month)) as p (every, starts)
  group by model, every, starts, stage
  union all
  select m.model, s.every, s.starts, m.to_stage, 0, 0, 0, 0,
    count(*) filter (where s.is_repurchase), sum(s.revenue_minor), sum(s.nps_promoters),
    sum(s.nps_detractors), sum(s.nps_answers)
  from spent s join moved m using (profile_id)
  where m.day < s.starts and (m.next_day is null or m.next_day >= s.starts)
  group by 1, 2, 3, 4
)
insert into lifecycle_goal as g
  (pass, model, every, starts, stage, departed, converted, churned, buyers_change, repurchased,
   revenue_minor, nps_promoters, nps_detractors, nps_answers)
select $1::int, model, every, starts, stage, sum(departed), sum(converted), sum(churned),
  sum(buyers_change), sum(repurchased), sum(revenue_minor), sum(nps_promoters),
  sum(nps_detractors), sum(nps_answers)
from part
group by model, every, starts, stage
on conflict (pass, model, every, starts, stage) do update set
  departed = g.departed + excluded.departed,
  converted = g.converted + excluded.converted,
  churned = g.churned + excluded.churned,
  buyers_change = g.buyers_change + excluded.buyers_change,
  repurchased = g.repurchased + excluded.repurchased,
  revenue_minor = g.revenue_minor + excluded.revenue_minor,
  nps_promoters = g.nps_promoters + excluded.nps_promoters,
  nps_detractors = g.nps_detractors + excluded.nps_detractors,
  nps_answers = g.nps_answers + excluded.nps_answers`;
