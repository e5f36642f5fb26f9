import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DropEvaluatedAt1795687200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Nobody reads it, and it made every evaluation a write.
    await runner.query('alter table evaluation drop column evaluated_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table evaluation add column evaluated_at timestamptz not null default now()',
    );
    await runner.query('alter table evaluation alter column evaluated_at drop default');
  }
}
