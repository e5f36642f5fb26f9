import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateConsents1795672800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What each identifier said last of each purpose. A row belongs to the identifier, so a merge
    // moves none and taking one apart leaves each side with its own.
    await runner.query(`
      create table identifier_consent (
        identifier_id uuid not null,
        purpose text not null,
        is_granted boolean not null,
        occurred_at timestamptz not null,
        event_id uuid not null,
        primary key (identifier_id, purpose)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table identifier_consent');
  }
}
