import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RollOutLifecycleModels1795716600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The last ruling of each model that was, or is being, carried through everybody.
    await runner.query(`
      create table lifecycle_rollout (
        model text not null,
        ruling_id uuid not null,
        awaits text[] not null,
        total integer,
        started_at timestamptz not null,
        finished_at timestamptz,
        constraint lifecycle_rollout_pkey primary key (model),
        constraint lifecycle_rollout_finished check (finished_at is null or total is not null)
      )`);
    // Ranges of profiles, which any number of workers share. Every page of one updates its row.
    await runner.query(`
      create table lifecycle_rollout_shard (
        model text not null,
        first_id uuid not null,
        last_id uuid not null,
        after_id uuid,
        total integer not null,
        done integer not null,
        is_finished boolean not null,
        constraint lifecycle_rollout_shard_pkey primary key (model, first_id)
      ) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table lifecycle_rollout_shard');
    await runner.query('drop table lifecycle_rollout');
  }
}
