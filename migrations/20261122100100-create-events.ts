import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEvents1795341660000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The key serves the one everyday read: the latest events of some identifiers.
    await runner.query(`
      create table event (
        identifier_id uuid not null,
        occurred_at timestamptz not null,
        event_id uuid not null,
        source text not null,
        message_id text not null,
        name text not null,
        channel text,
        identifiers jsonb not null,
        properties jsonb not null,
        received_at timestamptz not null,
        primary key (identifier_id, occurred_at, event_id)
      )`);

    // What was received, by a digest of (source, message id): it holds for a message whichever
    // identifier it came with, which a unique key on the events themselves could not.
    await runner.query(`
      create table event_receipt (
        message_key uuid not null,
        event_id uuid not null,
        identifier_id uuid not null,
        primary key (message_key)
      )`);

    // The payload is text: it may hold what jsonb refuses.
    await runner.query(`
      create table quarantined_event (
        message_key uuid not null,
        quarantine_id uuid not null,
        source text not null,
        message_id text not null,
        reason text not null,
        detail text not null,
        payload text not null,
        received_at timestamptz not null,
        primary key (message_key)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['quarantined_event', 'event_receipt', 'event']) {
      await runner.query(`drop table ${table}`);
    }
  }
}
