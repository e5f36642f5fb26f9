import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountEvents1795690860000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What became of the events of each source. A count is spread over shards, one for each
    // connection as far as they go, so that batches of one source do not wait for each other:
    // a row that was counted up is held until its batch is committed.
    await runner.query(`
      create table event_count (
        source text not null,
        outcome text not null,
        reason text not null,
        shard smallint not null,
        times bigint not null,
        first_at timestamptz not null,
        last_at timestamptz not null,
        primary key (source, outcome, reason, shard),
        constraint event_count_outcome check (outcome in ('ACCEPTED', 'DUPLICATE', 'QUARANTINED')),
        constraint event_count_times check (times > 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event_count');
  }
}
