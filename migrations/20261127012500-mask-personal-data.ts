import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which personal data could be seen before they came masked. */
const LED_TO_PERSONAL_DATA = [
  'profiles:read',
  'events:read',
  'feedback:read',
  'feedback:write',
  'loyalty:read',
  'quarantine:manage',
];

export class MaskPersonalData1795742700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What the installation keeps to itself, and every process needs alike.
    await runner.query(`
      create table installation_secret (
        name text not null,
        value bytea not null,
        created_at timestamptz not null,
        primary key (name)
      )`);

    // Keys and sources go on seeing what they saw; new ones have to name the scope.
    for (const table of ['api_key', 'event_source']) {
      await runner.query(
        `update ${table} set scopes = array_append(scopes, 'personal-data:read')
         where scopes && $1::text[] and not 'personal-data:read' = any(scopes)`,
        [LED_TO_PERSONAL_DATA],
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['api_key', 'event_source']) {
      await runner.query(
        `update ${table} set scopes = array_remove(scopes, 'personal-data:read')
         where 'personal-data:read' = any(scopes)`,
      );
    }
    await runner.query('drop table installation_secret');
  }
}
