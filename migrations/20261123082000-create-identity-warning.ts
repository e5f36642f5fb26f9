import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdentityWarning1795422000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A row belongs to the identifier its event belongs to, so a merge moves none and taking one
    // apart leaves each with its own. The fingerprint tells what counts as the same warning again.
    await runner.query(`
      create table identity_warning (
        identifier_id uuid not null,
        fingerprint uuid not null,
        rule text not null,
        namespace text not null,
        value text not null,
        source text not null,
        event_id uuid not null,
        occurred_at timestamptz not null,
        recorded_at timestamptz not null,
        last_at timestamptz not null,
        times integer not null,
        primary key (identifier_id, fingerprint)
      )`);
    // Neither index holds what changes when a warning is seen again: such an update touches no
    // index.
    await runner.query(`
      create index identity_warning_of_identifier
        on identity_warning (identifier_id, recorded_at, fingerprint)`);
    await runner.query(`
      create index identity_warning_by_rule
        on identity_warning (rule, source, recorded_at, identifier_id, fingerprint)`);

    // Counts for operators. Shards, so that batches do not queue for one row.
    await runner.query(`
      create table identity_warning_day (
        day date not null,
        rule text not null,
        source text not null,
        shard smallint not null,
        times bigint not null,
        primary key (day, rule, source, shard)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table identity_warning_day');
    await runner.query('drop table identity_warning');
  }
}
