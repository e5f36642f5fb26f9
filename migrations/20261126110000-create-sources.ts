import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSources1795690800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Small tables that every request may read: where storage is sharded they are copied to every
    // node, which is why they may be unique by what does not lead their primary key.
    await runner.query(`
      create table event_source (
        source_id uuid not null,
        name text not null,
        scopes text[] not null,
        events_per_minute_max integer,
        namespaces text[],
        event_names text[],
        origins text[] not null,
        created_by text not null,
        created_at timestamptz not null,
        disabled_at timestamptz,
        primary key (source_id),
        constraint event_source_rate check (events_per_minute_max >= 2500)
      )`);
    // For ever, also of a source that is disabled: its messages are known by it.
    await runner.query('create unique index event_source_name on event_source (name)');
    await runner.query(`
      create table write_key (
        hash bytea not null,
        write_key_id uuid not null,
        source_id uuid not null,
        created_by text not null,
        created_at timestamptz not null,
        last_used_at timestamptz,
        revoked_at timestamptz,
        primary key (hash),
        constraint write_key_hash_is_sha256 check (octet_length(hash) = 32)
      )`);
    await runner.query('create unique index write_key_id on write_key (write_key_id)');
    await runner.query('create index write_key_of_source on write_key (source_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table write_key');
    await runner.query('drop table event_source');
  }
}
