import type { Sql, Tx } from '../../../platform/database/database';
import {
  type InstantPosition,
  newestFirst,
  type PageKey,
  readOwnedPages,
} from '../../../platform/database/keyset';
import { prepared } from '../../../platform/database/prepared';
import { type EpochDay, formatDay } from '../../../shared/days';
import type { IdSource, ProfileId } from '../../../shared/ids';
import type { Reason } from './stage.rules';
import type { StoredTransition, Transition } from './transitions';

/** Where a profile stands under one model. */
export interface LifecycleState {
  readonly profileId: ProfileId;
  readonly model: string;
  readonly modelVersion: number;
  readonly stage: string;
  readonly since: Date;
  readonly reasons: readonly Reason[];
  /** Null where the profile is not at risk. */
  readonly atRiskSince: Date | null;
  readonly atRiskReasons: readonly Reason[];
  readonly lastActiveDay: EpochDay;
  readonly patienceDays: number;
  readonly nextEvaluationAt: Date | null;
}

export interface RecordedStage {
  readonly profileId: ProfileId;
  readonly model: string;
  readonly stage: string;
}

/** The stages the profiles are recorded to be in, under every model. */
export function findStages(sql: Sql, profileIds: readonly ProfileId[]): Promise<RecordedStage[]> {
  return sql.query<RecordedStage>(
    prepared(`select profile_id as "profileId", model, stage from lifecycle_state
     where profile_id = any($1::uuid[])`),
    [profileIds],
  );
}

export function findStates(
  sql: Sql,
  models: readonly string[],
  profileIds: readonly ProfileId[],
): Promise<LifecycleState[]> {
  return sql.query<LifecycleState>(
    `select profile_id as "profileId", model, model_version as "modelVersion", stage, since, reasons,
       at_risk_since as "atRiskSince", at_risk_reasons as "atRiskReasons",
       last_active_day - date '1970-01-01' as "lastActiveDay", patience_days as "patienceDays",
       next_evaluation_at as "nextEvaluationAt"
     from lifecycle_state
     where profile_id = any($2::uuid[]) and model = any($1::text[])`,
    [models, profileIds],
  );
}

/** Writes those of the states that differ from what is recorded; one for each profile and model at most. */
export function saveStates(tx: Tx, states: readonly LifecycleState[], now: Date): void {
  if (states.length === 0) return;
  // Not one upsert, which would lock, and so write, every row that it leaves as it is.
  tx.send(
    `with n as (
       select n.*, n.at_risk_since is not null as at_risk
       from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::jsonb[],
         $7::timestamptz[], $8::jsonb[], $9::date[], $10::float8[], $11::timestamptz[])
         as n (profile_id, model, model_version, stage, since, reasons, at_risk_since,
           at_risk_reasons, last_active_day, patience_days, next_evaluation_at)
     ), changed as (
       update lifecycle_state s set
         model_version = n.model_version, stage = n.stage, since = n.since, reasons = n.reasons,
         at_risk = n.at_risk, at_risk_since = n.at_risk_since, at_risk_reasons = n.at_risk_reasons,
         last_active_day = n.last_active_day, patience_days = n.patience_days,
         next_evaluation_at = n.next_evaluation_at, recorded_at = $12::timestamptz
       from n
       where s.profile_id = n.profile_id and s.model = n.model
         and (s.model_version, s.stage, s.since, s.reasons, s.at_risk_since, s.at_risk_reasons,
              s.last_active_day, s.patience_days, s.next_evaluation_at)
           is distinct from
             (n.model_version, n.stage, n.since, n.reasons, n.at_risk_since, n.at_risk_reasons,
              n.last_active_day, n.patience_days, n.next_evaluation_at)
     )
     insert into lifecycle_state
       (profile_id, model, model_version, stage, since, reasons, at_risk_since, at_risk_reasons,
        last_active_day, patience_days, next_evaluation_at, at_risk, recorded_at)
     select n.*, $12::timestamptz from n
     where not exists (
       select from lifecycle_state s where s.profile_id = n.profile_id and s.model = n.model)`,
    [
      states.map((state) => state.profileId),
      states.map((state) => state.model),
      states.map((state) => state.modelVersion),
      states.map((state) => state.stage),
      states.map((state) => state.since),
      states.map((state) => JSON.stringify(state.reasons)),
      states.map((state) => state.atRiskSince),
      states.map((state) => JSON.stringify(state.atRiskReasons)),
      states.map((state) => formatDay(state.lastActiveDay)),
      states.map((state) => state.patienceDays),
      states.map((state) => state.nextEvaluationAt),
      now,
    ],
  );
}

/** Takes profiles out of a model: they have no active day (any more), or it is not in use. */
export function removeStates(tx: Tx, stages: readonly RecordedStage[]): void {
  if (stages.length === 0) return;
  tx.send(
    `delete from lifecycle_state s
     using unnest($1::uuid[], $2::text[]) as gone (profile_id, model)
     where s.profile_id = gone.profile_id and s.model = gone.model`,
    [stages.map(({ profileId }) => profileId), stages.map(({ model }) => model)],
  );
}

const transitionColumns = `
  t.profile_id as "profileId", t.model, t.id, t.occurred_at as "occurredAt",
  t.model_version as "modelVersion", t.from_stage as "fromStage", t.to_stage as "toStage", t.cause,
  t.reasons`;

/** The histories that hold, as far as we know now. */
export function findTransitions(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<StoredTransition[]> {
  return sql.query<StoredTransition>(
    prepared(`select ${transitionColumns}
     from lifecycle_transition t
     where profile_id = any($1::uuid[]) and superseded_at is null`),
    [profileIds],
  );
}

/** Marks transitions as no longer true; they stay as what was believed until now. */
export function supersedeTransitions(
  tx: Tx,
  transitions: readonly StoredTransition[],
  now: Date,
): void {
  if (transitions.length === 0) return;
  tx.send(
    `update lifecycle_transition t set superseded_at = $5
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[])
       as o (profile_id, model, occurred_at, id)
     where t.profile_id = o.profile_id and t.model = o.model and t.occurred_at = o.occurred_at
       and t.id = o.id`,
    [
      transitions.map((transition) => transition.profileId),
      transitions.map((transition) => transition.model),
      transitions.map((transition) => transition.occurredAt),
      transitions.map((transition) => transition.id),
      now,
    ],
  );
}

export function addTransitions(
  tx: Tx,
  ids: IdSource,
  transitions: readonly Transition[],
  now: Date,
): void {
  if (transitions.length === 0) return;
  tx.send(
    prepared(`insert into lifecycle_transition
       (profile_id, model, occurred_at, id, model_version, from_stage, to_stage, cause, reasons,
        recorded_at)
     select n.*, $10::timestamptz
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::int[], $6::text[],
       $7::text[], $8::text[], $9::jsonb[]) as n`),
    [
      transitions.map((transition) => transition.profileId),
      transitions.map((transition) => transition.model),
      transitions.map((transition) => transition.occurredAt),
      transitions.map(() => ids.next()),
      transitions.map((transition) => transition.modelVersion),
      transitions.map((transition) => transition.fromStage),
      transitions.map((transition) => transition.toStage),
      transitions.map((transition) => transition.cause),
      transitions.map((transition) => JSON.stringify(transition.reasons)),
      now,
    ],
  );
}

/** An absorbed profile has no stage of its own any more; that it once had one stays on record. */
export async function retireProfile(tx: Tx, absorbed: ProfileId, now: Date): Promise<void> {
  await tx.query('delete from lifecycle_state where profile_id = $1', [absorbed]);
  await tx.query(
    `update lifecycle_transition set superseded_at = $2
     where profile_id = $1 and superseded_at is null`,
    [absorbed, now],
  );
}

/** One instant of a profile's history, as it was known at another. */
export interface Moment {
  readonly profileId: ProfileId;
  readonly model: string;
  readonly asOf: Date;
  readonly knownAt: Date;
}

/** The transition that held at each moment, in the order asked for; null before the first. */
export async function findTransitionsAt(
  sql: Sql,
  moments: readonly Moment[],
): Promise<readonly (StoredTransition | null)[]> {
  const rows = await sql.query<StoredTransition & { place: number }>(
    `select m.place::int as place, ${transitionColumns}
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[])
       with ordinality as m (profile_id, model, as_of, known_at, place)
     cross join lateral (
       select * from lifecycle_transition h
       where h.profile_id = m.profile_id and h.model = m.model and h.occurred_at <= m.as_of
         and h.recorded_at <= m.known_at
         and (h.superseded_at is null or h.superseded_at > m.known_at)
       order by h.occurred_at desc, h.cause = 'MODEL' desc, h.id desc
       limit 1
     ) t`,
    [
      moments.map((moment) => moment.profileId),
      moments.map((moment) => moment.model),
      moments.map((moment) => moment.asOf),
      moments.map((moment) => moment.knownAt),
    ],
  );
  const held = new Map(rows.map((row) => [row.place, row]));
  return moments.map((_, index) => held.get(index + 1) ?? null);
}

/** A page of one profile's history under one model. */
export interface HistoryPage extends PageKey<InstantPosition> {
  readonly profileId: ProfileId;
  readonly model: string;
}

/** The order in which a history is listed. */
const historyOrder = newestFirst('t.occurred_at', 't.id');

/**
 * Pages of histories, in the order asked for. Like all pages of many, with a limit for each row of
 * its input, which a distributed database would need in another form.
 */
export function findHistoryPages(
  sql: Sql,
  pages: readonly HistoryPage[],
): Promise<readonly (readonly StoredTransition[])[]> {
  return readOwnedPages(sql, pages, {
    order: historyOrder,
    owner: {
      profile_id: ['uuid', ({ profileId }) => profileId],
      model: ['text', ({ model }) => model],
    },
    columns: transitionColumns,
    table: 'lifecycle_transition',
    alias: 't',
    condition: 't.profile_id = p.profile_id and t.model = p.model and t.superseded_at is null',
  });
}
