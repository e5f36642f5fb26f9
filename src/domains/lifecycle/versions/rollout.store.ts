import {
  instantArray,
  integerArray,
  jsonLines,
  textArray,
  uuidArray,
} from '../../../platform/database/arrays';
import { liftStatementTimeout, type Sql, type Tx } from '../../../platform/database/database';
import type { ProfileId } from '../../../shared/ids';
import type { StageSegment, StageTimeline } from '../stage/timeline';
import type { RecordedState } from './rollout.rules';

/**
 * Begins, or begins anew, the rollout of every model whose last ruling is not the one that was
 * carried through: whoever added it. What was left to do for an earlier one is not done any more.
 * @returns the models
 */
export async function planRollouts(tx: Tx, now: Date): Promise<readonly string[]> {
  const rows = await tx.query<{ model: string }>(
    `insert into lifecycle_rollout as r (model, ruling_id, awaits, started_at)
     select l.model, l.ruling_id, array(
       -- They may have counted the rulings before this one, and make profiles nobody sees yet.
       select distinct virtualtransaction from pg_locks
       where locktype = 'relation' and relation = 'profile'::regclass
         and database = (select oid from pg_database where datname = current_database())
         and mode = 'RowExclusiveLock' and granted and pid <> pg_backend_pid()), $1
     from (
       select distinct on (model) model, ruling_id from lifecycle_ruling
       order by model, since desc, ruling_id desc
     ) l
     left join lifecycle_rollout known using (model)
     where known.ruling_id is distinct from l.ruling_id
     on conflict (model) do update set
       ruling_id = excluded.ruling_id, awaits = excluded.awaits, total = null,
       started_at = excluded.started_at, finished_at = null
     where r.ruling_id is distinct from excluded.ruling_id
     returning model`,
    [now],
  );
  const models = rows.map(({ model }) => model);
  if (models.length === 0) return models;
  await tx.query('delete from lifecycle_rollout_shard where model = any($1::text[])', [models]);
  return models;
}

/**
 * Divides everybody into shards, where those are gone who may make profiles by rulings of before.
 * @returns the models that were divided
 */
export async function cutShards(
  tx: Tx,
  profilesPerShard: number,
  now: Date,
): Promise<readonly string[]> {
  const ready = await tx.query<{ model: string }>(
    `select model from lifecycle_rollout
     where total is null and not exists (
       select from pg_locks where virtualtransaction = any(awaits))
     for update skip locked`,
  );
  if (ready.length === 0) return [];
  const models = ready.map(({ model }) => model);
  // All profiles are counted by one statement.
  await liftStatementTimeout(tx);
  await tx.query(
    `insert into lifecycle_rollout_shard
       (model, first_id, last_id, total, done, is_finished)
     select m.model, s.*, 0, false
     from unnest($1::text[]) as m (model)
     cross join (
       select (array_agg(profile_id order by profile_id))[1],
         (array_agg(profile_id order by profile_id desc))[1], count(*)
       from (
         select profile_id, (row_number() over (order by profile_id) - 1) / $2 as shard
         from evaluation
       ) p
       group by shard
     ) s`,
    [models, profilesPerShard],
  );
  await tx.query(
    `update lifecycle_rollout r set awaits = '{}', total = s.total,
       finished_at = case when s.total = 0 then $2::timestamptz end
     from (
       select m.model, coalesce(sum(s.total), 0)::int as total
       from unnest($1::text[]) as m (model)
       left join lifecycle_rollout_shard s using (model)
       group by m.model
     ) s
     where r.model = s.model`,
    [models, now],
  );
  return models;
}

export interface Shard {
  readonly model: string;
  readonly firstId: ProfileId;
  readonly lastId: ProfileId;
  readonly afterId: ProfileId | null;
}

/**
 * A shard that nobody is at, for this transaction. Null where there is none. Any of them: one whose
 * page fails time and again must not keep the others waiting.
 */
export async function claimShard(tx: Tx): Promise<Shard | null> {
  const [shard] = await tx.query<Shard>(
    `select model, first_id as "firstId", last_id as "lastId", after_id as "afterId"
     from lifecycle_rollout_shard
     where not is_finished
     order by random()
     limit 1
     for update skip locked`,
  );
  return shard ?? null;
}

/** The next profiles of a shard, by id. */
export async function findShardPage(tx: Tx, shard: Shard, limit: number): Promise<ProfileId[]> {
  const rows = await tx.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId" from evaluation
     where profile_id >= $1 and profile_id <= $2 and ($3::uuid is null or profile_id > $3)
     order by profile_id
     limit $4`,
    [shard.firstId, shard.lastId, shard.afterId, limit],
  );
  return rows.map(({ profileId }) => profileId);
}

/** @param afterId the last profile that is done; null where the shard is */
export function saveShard(tx: Tx, shard: Shard, afterId: ProfileId | null, done: number): void {
  tx.send(
    `update lifecycle_rollout_shard set
       after_id = coalesce($3, after_id), is_finished = $3::uuid is null,
       done = case when $3::uuid is null then total else least(done + $4, total) end
     where model = $1 and first_id = $2`,
    [shard.model, shard.firstId, afterId, done],
  );
}

export async function finishRollouts(sql: Sql, now: Date): Promise<void> {
  await sql.query(
    `update lifecycle_rollout r set finished_at = $1
     where finished_at is null and total is not null and not exists (
       select from lifecycle_rollout_shard s where s.model = r.model and not s.is_finished)`,
    [now],
  );
}

export interface PageState extends RecordedState {
  readonly profileId: ProfileId;
  readonly modelVersion: number;
  readonly patienceDays: number;
}

/** Of all profiles from one to another. */
export function findStatesBetween(
  tx: Tx,
  model: string,
  first: ProfileId,
  last: ProfileId,
): Promise<PageState[]> {
  return tx.query<PageState>(
    `select profile_id as "profileId", stage, at_risk as "atRisk", model_version as "modelVersion",
       patience_days as "patienceDays",
       (extract(epoch from recorded_at) * 1000)::float8 as "recordedAtMs",
       (extract(epoch from next_evaluation_at) * 1000)::float8 as "nextEvaluationAtMs"
     from lifecycle_state
     where profile_id >= $1 and profile_id <= $2 and model = $3`,
    [first, last, model],
  );
}

export function removePageStates(tx: Tx, model: string, profileIds: readonly ProfileId[]): void {
  tx.send('delete from lifecycle_state where profile_id = any($1::uuid[]) and model = $2', [
    uuidArray(profileIds),
    model,
  ]);
}

/** What is new about a state that is there. */
export interface StateChange {
  readonly profileId: ProfileId;
  /** Null where it stays. */
  readonly segment: StageSegment | null;
  /** Undefined where it stays. */
  readonly risk: StageTimeline['risk'] | undefined;
  readonly patienceDays: number;
  readonly nextEvaluationAt: Date | null;
}

/** Writes what is new, and puts the profiles on the schedule earlier where that is due earlier. */
export function changeStates(
  tx: Tx,
  model: string,
  modelVersion: number,
  changes: readonly StateChange[],
  now: Date,
): void {
  const profileIds = changes.map((change) => change.profileId).sort();
  const [first, last] = [profileIds[0], profileIds.at(-1)];
  if (first === undefined || last === undefined) return;
  // The bounds say what the planner cannot know of arrays: that they are neighbours.
  tx.send(
    `with n as (
       select u.profile_id, from_ms(u.next_ms) as next_evaluation_at, u.patience_days,
         nullif(u.stage, '') as stage, from_ms(u.since_ms) as since, u.reasons::jsonb as reasons,
         u.risk, from_ms(u.risk_ms) as risk_since, u.risk_reasons::jsonb as risk_reasons
       from rows from (
         unnest($3::uuid[]), unnest($4::bigint[]), unnest($5::float8[]), unnest($6::text[]),
         unnest($7::bigint[]), unnest($8::int[]), unnest($9::bigint[]),
         unnest(string_to_array($10, e'\\n')), unnest(string_to_array($11, e'\\n'))
       ) as u (profile_id, next_ms, patience_days, stage, since_ms, risk, risk_ms, reasons,
         risk_reasons)
     ), scheduled as (
       -- The others who evaluate the profile have called for it no later than it says.
       update evaluation e set next_evaluation_at = n.next_evaluation_at
       from n
       where e.profile_id = n.profile_id and e.profile_id between $13 and $14
         and n.next_evaluation_at is not null
         and (e.next_evaluation_at is null or e.next_evaluation_at > n.next_evaluation_at)
     )
     update lifecycle_state s set
       model_version = $2,
       stage = coalesce(n.stage, s.stage),
       since = coalesce(n.since, s.since),
       reasons = case when n.stage is null then s.reasons else n.reasons end,
       at_risk = case n.risk when 0 then s.at_risk else n.risk = 2 end,
       at_risk_since = case n.risk when 0 then s.at_risk_since else n.risk_since end,
       at_risk_reasons = case n.risk when 0 then s.at_risk_reasons else n.risk_reasons end,
       patience_days = n.patience_days,
       next_evaluation_at = n.next_evaluation_at,
       recorded_at = $12
     from n
     where s.profile_id = n.profile_id and s.profile_id between $13 and $14 and s.model = $1`,
    [
      model,
      modelVersion,
      uuidArray(changes.map((change) => change.profileId)),
      instantArray(changes.map((change) => change.nextEvaluationAt)),
      integerArray(changes.map((change) => change.patienceDays)),
      textArray(changes.map(({ segment }) => segment?.stage ?? '')),
      instantArray(changes.map(({ segment }) => segment?.since ?? null)),
      integerArray(changes.map(({ risk }) => riskCode(risk))),
      instantArray(changes.map(({ risk }) => risk?.since ?? null)),
      jsonLines(changes.map(({ segment }) => segment?.reasons ?? [])),
      jsonLines(changes.map(({ risk }) => risk?.reasons ?? [])),
      now,
      first,
      last,
    ],
  );
}

/** 0: as it is; 1: none any more; 2: a new one. */
function riskCode(risk: StateChange['risk']): number {
  if (risk === undefined) return 0;
  return risk === null ? 1 : 2;
}

/** How far the carrying through of a model's last ruling has come. */
export interface RolloutProgress {
  /** Null where the model goes. */
  readonly version: number | null;
  /** Null where it is not known yet how many there are. */
  readonly total: number | null;
  readonly done: number;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Null where nothing was ever decided of the model. */
export async function findProgress(sql: Sql, model: string): Promise<RolloutProgress | null> {
  const [row] = await sql.query<RolloutProgress>(
    `select l.version, r.total, coalesce(s.done, 0)::int as done, r.started_at as "startedAt",
       r.finished_at as "finishedAt"
     from (
       select ruling_id, version from lifecycle_ruling
       where model = $1
       order by since desc, ruling_id desc
       limit 1
     ) l
     left join lifecycle_rollout r on r.model = $1 and r.ruling_id = l.ruling_id
     left join lateral (
       select sum(done) as done from lifecycle_rollout_shard
       where model = $1 and r.model is not null
     ) s on true`,
    [model],
  );
  return row ?? null;
}
