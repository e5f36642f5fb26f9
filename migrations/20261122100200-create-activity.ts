import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateActivity1795341720000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A row belongs to the identifier whose events it adds up, so that it moves with it when
    // profiles are merged, and moves back when the merge is undone.
    await runner.query(`
      create table activity_day (
        profile_id uuid not null,
        day date not null,
        identifier_id uuid not null,
        events integer not null,
        first_at timestamptz not null,
        last_at timestamptz not null,
        orders integer not null,
        revenue_minor bigint not null,
        refunds integer not null,
        refund_minor bigint not null,
        sign_ins integer not null,
        posts integer not null,
        comments integer not null,
        answers integer not null,
        likes integer not null,
        shares integer not null,
        attendances integer not null,
        check_ins integer not null,
        referrals_converted integer not null,
        complaints integer not null,
        nps_promoters integer not null,
        nps_detractors integer not null,
        nps_answers integer not null,
        sentiment_milli integer not null,
        sentiment_count integer not null,
        primary key (profile_id, day, identifier_id)
      )`);
    // The one schedule of what time alone will change; the sweep reads it in order.
    await runner.query(`
      create table evaluation (
        profile_id uuid not null,
        evaluated_at timestamptz not null,
        next_evaluation_at timestamptz,
        primary key (profile_id)
      )`);
    await runner.query(`
      create index evaluation_due on evaluation (next_evaluation_at)
      where next_evaluation_at is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table evaluation');
    await runner.query('drop table activity_day');
  }
}
