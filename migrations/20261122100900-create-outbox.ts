import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOutbox1795342140000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox_message (
        profile_id uuid not null,
        id uuid not null,
        topic text not null,
        payload jsonb not null,
        created_at timestamptz not null,
        primary key (profile_id, id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox_message');
  }
}
