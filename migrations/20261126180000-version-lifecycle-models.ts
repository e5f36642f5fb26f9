import type { MigrationInterface, QueryRunner } from 'typeorm';

export class VersionLifecycleModels1795716000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A version is never changed: what it decided can be asked about for good.
    await runner.query(`
      create table lifecycle_model (
        name text not null,
        version integer not null,
        document jsonb not null,
        note text,
        created_by text not null,
        created_at timestamptz not null,
        constraint lifecycle_model_pkey primary key (name, version),
        constraint lifecycle_model_version check (version > 0)
      )`);
    await runner.query(`
      create table lifecycle_calibration (
        calibration_id uuid not null,
        document jsonb not null,
        calibrated_at timestamptz not null,
        constraint lifecycle_calibration_pkey primary key (calibration_id)
      )`);
    // Which version decides from when on, by which calibration; none where the model was retired.
    await runner.query(`
      create table lifecycle_ruling (
        model text not null,
        since timestamptz not null,
        ruling_id uuid not null,
        version integer,
        calibration_id uuid,
        note text,
        recorded_by text not null,
        recorded_at timestamptz not null,
        constraint lifecycle_ruling_pkey primary key (model, since, ruling_id)
      )`);
    await runner.query(`
      alter table lifecycle_transition
        drop constraint lifecycle_transition_cause,
        add constraint lifecycle_transition_cause check (cause in ('EVENT', 'TIME', 'MODEL'))`);
    // The rules of the default model are others now: whoever does nothing has to be judged anew.
    await runner.query(`
      update evaluation set next_evaluation_at = now()
      where next_evaluation_at is null or next_evaluation_at > now()`);
    for (const [table, column] of REASONS) {
      // Every threshold was a number of the model so far.
      await runner.query(`
        update ${table} set ${column} = (
          select jsonb_agg(reason || '{"basis": "CONSTANT"}')
          from jsonb_array_elements(${column}) as reason)
        where ${column} <> '[]'`);
    }
    await runner.query(`
      alter table activity_day
        add csat_answers integer not null default 0,
        add csat_satisfied integer not null default 0`);
    await runner.query(`
      alter table activity_day
        alter csat_answers drop default,
        alter csat_satisfied drop default`);
    await runner.query(`
      update activity_day a set csat_answers = f.answers, csat_satisfied = f.satisfied
      from (
        select profile_id, identifier_id, (occurred_at at time zone 'UTC')::date as day,
          count(*) as answers, count(*) filter (where score >= 4) as satisfied
        from feedback where kind = 'CSAT' and score is not null
        group by 1, 2, 3
      ) f
      where a.profile_id = f.profile_id and a.identifier_id = f.identifier_id and a.day = f.day`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table activity_day drop csat_answers, drop csat_satisfied');
    for (const [table, column] of REASONS) {
      await runner.query(`
        update ${table} set ${column} = (
          select jsonb_agg(reason - 'basis') from jsonb_array_elements(${column}) as reason)
        where ${column} <> '[]'`);
    }
    await runner.query(`delete from lifecycle_transition where cause = 'MODEL'`);
    await runner.query(`
      alter table lifecycle_transition
        drop constraint lifecycle_transition_cause,
        add constraint lifecycle_transition_cause check (cause in ('EVENT', 'TIME'))`);
    await runner.query('drop table lifecycle_ruling');
    await runner.query('drop table lifecycle_calibration');
    await runner.query('drop table lifecycle_model');
  }
}

const REASONS = [
  ['lifecycle_state', 'reasons'],
  ['lifecycle_state', 'at_risk_reasons'],
  ['lifecycle_transition', 'reasons'],
] as const;
