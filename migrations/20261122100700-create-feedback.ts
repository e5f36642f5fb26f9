import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFeedback1795342020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A feedback is known by the event that told it: id is that event's id.
    await runner.query(`
      create table feedback (
        profile_id uuid not null,
        id uuid not null,
        kind text not null,
        score smallint,
        comment text,
        sentiment_milli smallint,
        channel text,
        occurred_at timestamptz not null,
        received_at timestamptz not null,
        primary key (profile_id, id)
      )`);
    // Read backwards, newest first.
    await runner.query(`
      create index feedback_of_profile on feedback (profile_id, occurred_at, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table feedback');
  }
}
