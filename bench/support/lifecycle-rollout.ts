import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { fiveStageModel } from '../../src/domains/lifecycle';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import { MS_PER_DAY } from '../../src/shared/days';
import { uuidSource } from '../../src/shared/ids';
import type { Figure } from './bench';
import { ratio, timed } from './measure';

/** The last day of the customers' histories is the day before. */
export const NOW = new Date('2026-11-20T12:00:00Z');

/**
 * What it costs to judge everybody anew after another version of a model is activated, beside the
 * plain statement that reads the same facts and writes as many rows, elsewhere.
 */
export async function benchRollout(
  [ours, elsewhere]: readonly [Database, Database],
  customers: number,
  tell: (line: string) => void,
): Promise<Figure> {
  const rolledOut = await timed(() => rollOut(ours));
  const rows = rolledOut.result;
  tell(`rolled out in ${Math.round(rolledOut.elapsedMs)} ms: ${JSON.stringify(rows)}`);
  const floor = await timed(() => writePlainly(elsewhere, rows));
  tell(`the plain statement took ${Math.round(floor.elapsedMs)} ms`);
  return {
    name: 'reevaluateRatio',
    value: ratio(rolledOut.elapsedMs, floor.elapsedMs),
    what: `judging ${customers.toLocaleString('en')} customers anew, time`,
    floor: 'one statement that reads the same facts and writes as many rows',
    bar: '≤ 3',
  };
}

/** How many rows of each table a rollout wrote. */
interface Written {
  readonly states: number;
  readonly transitions: number;
  readonly scheduled: number;
}

/** Activates a version by which lengths are a quarter shorter, and carries it through. */
async function rollOut(database: Database): Promise<Written> {
  await database.query(
    'create table schedule_before as select profile_id, next_evaluation_at from evaluation',
  );
  const version = await carryThrough(database, 0.75, NOW);
  const [written] = await database.query<Written>(
    `select
       (select count(*)::int from lifecycle_state where model_version = $1) as states,
       (select count(*)::int from lifecycle_transition where model_version = $1) as transitions,
       (select count(*)::int from evaluation e join schedule_before b using (profile_id)
        where e.next_evaluation_at is distinct from b.next_evaluation_at) as scheduled`,
    [version],
  );
  if (written === undefined) throw new Error('Counting gave no row.');
  return written;
}

/** @param factor of the lengths of time of the five stages @returns the version */
async function carryThrough(database: Database, factor: number, now: Date): Promise<number> {
  const { lifecycleRollout, lifecycleVersions } = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: { now: () => now },
    ids: uuidSource,
  });
  const { name, version: _, ...document } = fiveStageModel;
  const scaled = JSON.parse(JSON.stringify(document), (_key, value) =>
    ['tenureDays', 'activeSpanDays'].includes(value?.fact)
      ? { ...value, threshold: Math.round(factor * value.threshold) }
      : value,
  );
  const draft = { name, document: scaled, note: '' };
  const saved = await lifecycleVersions.save(draft, 'bench');
  if (saved.kind !== 'DONE') throw new Error(JSON.stringify(saved));
  await lifecycleVersions.activate(name, saved.version, 'a benchmark', 'bench');
  while ((await lifecycleRollout.run(now)) > 0);
  return saved.version;
}

/**
 * Aggregates what the five stages ask for, and writes as many rows of each table as the rollout
 * did: every state, and of the rest those whose hash is low.
 */
async function writePlainly(database: Database, written: Written): Promise<void> {
  const within = (days: number) => `count(*) filter (where day > date '2026-11-20' - ${days})`;
  await database.transaction(async (tx) => {
    await tx.query('set local max_parallel_workers_per_gather = 0');
    await tx.query(
      `with fact as (
         select profile_id, date '2026-11-20' - min(day) as tenure, max(day) as last_day,
           date '2026-11-20' - max(day) as silence, max(day) - min(day) as span,
           count(*) as days, ${within(30)} as days30, ${within(60)} as days60,
           ${within(90)} as days90, ${within(180)} as days180, ${within(365)} as days365,
           count(*) filter (where orders > 0) as order_days,
           count(*) filter (where orders > 0 and day > date '2026-11-20' - 365) as order_days365,
           (uuid_hash(profile_id)::bigint + 2147483648) / 4294967296.0 as place
         from activity_day
         where events > 0
         group by profile_id
       ), moved as (
         insert into lifecycle_transition
           (profile_id, model, occurred_at, id, model_version, from_stage, to_stage, cause, reasons,
            recorded_at)
         select profile_id, 'five-stage', $3, profile_id, 2, 'EXPLORATION', 'GROWTH', 'MODEL',
           jsonb_build_array(jsonb_build_object('fact', 'activeSpanDays', 'value', span,
             'threshold', 42, 'operator', 'GTE', 'unit', 'DAYS', 'basis', 'CONSTANT')), $3
         from fact where place < $1
       ), told as (
         insert into outbox_message (profile_id, id, topic, payload, created_at)
         select profile_id, profile_id, 'lifecycle.stage-changed', jsonb_build_object('model',
           'five-stage', 'from', 'EXPLORATION', 'to', 'GROWTH', 'since', $3), $3
         from fact where place < $1
       ), scheduled as (
         update evaluation e set next_evaluation_at = $3
         from fact f where f.profile_id = e.profile_id and f.place < $2
       )
       update lifecycle_state s set
         model_version = 2,
         stage = case when place >= $1 then stage
           when span >= 42 and (order_days >= 3 or days >= 8) then 'GROWTH'
           when tenure >= 21 then 'EXPLORATION' else 'ACQUISITION' end,
         since = case when place >= $1 then since else $3 end,
         reasons = case when place >= $1 then reasons else jsonb_build_array(jsonb_build_object(
           'fact', 'activeSpanDays', 'value', span, 'threshold', 42, 'operator', 'GTE',
           'unit', 'DAYS', 'basis', 'CONSTANT')) end,
         at_risk = case when days60 - days30 >= 8 and days30 < 0.7 * (days60 - days30)
             or days180 - days90 >= 4 and days90 < 0.7 * (days180 - days90)
           then s.at_risk else s.at_risk end,
         next_evaluation_at = case when order_days365 >= 4 or days365 >= 24
           then s.next_evaluation_at else last_day + 90 end,
         recorded_at = $3
       from fact f
       where f.profile_id = s.profile_id and s.model = 'five-stage'`,
      [written.transitions / written.states, written.scheduled / written.states, NOW],
    );
  });
}

/** Customers in the stages that a first activation puts them in; days as they go by. */
export async function fillCustomers(database: Database, customers: number): Promise<void> {
  await database.query('alter table activity_day drop constraint activity_day_pkey');
  await database.query('select setseed(0.5)');
  await database.query(
    `insert into activity_day
       (profile_id, day, identifier_id, events, first_at, last_at, orders, revenue_minor, refunds,
        refund_minor, sign_ins, posts, comments, answers, likes, shares, attendances, check_ins,
        referrals_converted, complaints, nps_promoters, nps_detractors, nps_answers,
        sentiment_milli, sentiment_count, csat_answers, csat_satisfied)
     select id, day, id, 1 + floor(random() * 5)::int, day + time '10:00', day + time '11:00',
       o.orders, 4900 * o.orders, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
     from (
       select distinct
         ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
         date '2026-11-19' - least(floor(begun * random())::int, begun) as day
       from (
         select n, 1 + floor(730 * random())::int as begun,
           1 + floor(-8 * ln(1 - random()))::int as days
         from generate_series(1, $1::int) as n
       ) customer
       cross join lateral generate_series(1, days) as visit
     ) active
     cross join lateral (select (random() < 0.3)::int as orders where id is not null) o
     order by day`,
    [customers],
  );
  await database.query(
    `alter table activity_day
     add constraint activity_day_pkey primary key (profile_id, day, identifier_id)`,
  );
  await database.query(
    `insert into lifecycle_state
       (profile_id, model, model_version, stage, since, reasons, at_risk, at_risk_reasons,
        last_active_day, patience_days, recorded_at)
     select profile_id, 'five-stage', 1, 'ACQUISITION', min(first_at), '[]', false, '[]', max(day),
       90, max(first_at)
     from activity_day group by profile_id`,
  );
  await database.query(
    'insert into evaluation (profile_id) select profile_id from lifecycle_state',
  );
  await database.query('analyze');
  await carryThrough(database, 1, new Date(NOW.getTime() - MS_PER_DAY / 24));
  await database.query('vacuum (analyze)');
}
