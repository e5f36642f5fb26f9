import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLifecycle1795341780000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table lifecycle_state (
        profile_id uuid not null,
        model text not null,
        model_version integer not null,
        stage text not null,
        since timestamptz not null,
        reasons jsonb not null,
        at_risk boolean not null,
        at_risk_since timestamptz,
        at_risk_reasons jsonb not null,
        last_active_day date not null,
        patience_days double precision not null,
        next_evaluation_at timestamptz,
        recorded_at timestamptz not null,
        primary key (profile_id, model),
        constraint lifecycle_state_at_risk check (at_risk = (at_risk_since is not null))
      )`);
    await runner.query(`
      create index lifecycle_state_by_stage on lifecycle_state (model, stage, profile_id)`);
    // Append-only, save for the mark on rows that turned out not to be true: what held at a time
    // is in the rows without the mark, what was believed at a time in those not marked by then.
    await runner.query(`
      create table lifecycle_transition (
        profile_id uuid not null,
        model text not null,
        occurred_at timestamptz not null,
        id uuid not null,
        model_version integer not null,
        from_stage text,
        to_stage text not null,
        cause text not null,
        reasons jsonb not null,
        recorded_at timestamptz not null,
        superseded_at timestamptz,
        primary key (profile_id, model, occurred_at, id),
        constraint lifecycle_transition_cause check (cause in ('EVENT', 'TIME'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table lifecycle_transition');
    await runner.query('drop table lifecycle_state');
  }
}
