import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEventSchemas1795689600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What the events of a name look like, version by version. The name leads: it is what a batch
    // asks by.
    await runner.query(`
      create table event_schema (
        event_name text not null,
        version integer not null,
        schema jsonb not null,
        enforcement text not null,
        is_active boolean not null,
        registered_at timestamptz not null,
        registered_by text not null,
        activated_at timestamptz,
        activated_by text,
        retired_at timestamptz,
        retired_by text,
        primary key (event_name, version),
        constraint event_schema_enforcement check (enforcement in ('ALLOW', 'OMIT', 'QUARANTINE')),
        constraint event_schema_version check (version between 1 and 1000000),
        constraint event_schema_retired check (not is_active or retired_at is null)
      )`);
    await runner.query(`
      create unique index event_schema_active on event_schema (event_name) where is_active`);

    // How often each source broke each rule: counters in shards, each of which one transaction
    // writes at a time, so that batches do not wait for each other.
    await runner.query(`
      create table event_schema_violation (
        event_name text not null,
        version integer not null,
        source text not null,
        path text not null,
        rule text not null,
        shard smallint not null,
        times bigint not null,
        first_at timestamptz not null,
        last_at timestamptz not null,
        samples jsonb not null,
        primary key (event_name, version, source, path, rule, shard)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event_schema_violation');
    await runner.query('drop table event_schema');
  }
}
