import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What `analyze` reads of events. They are found by the key of their table, whatever is known of
 * their values, and grow fastest of all tables: while they are few, PostgreSQL would read 30,000 of
 * them every minute, JSON and all, and events that come in meanwhile would wait for a processor.
 */
export class SampleEventsLightly1795770000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whoever makes a partition now would make it as before.
    await runner.query(`select pg_advisory_xact_lock(hashtextextended('event partitions', 0))`);
    // A target of 10 is a sample of 3,000 rows. In the JSON nothing is looked for.
    await runner.query(`
      create function sample_events_lightly(events regclass) returns void language plpgsql as $$
        begin
          execute format('alter table %s
            alter identifier_id set statistics 10, alter occurred_at set statistics 10,
            alter event_id set statistics 10, alter source set statistics 10,
            alter message_id set statistics 10, alter name set statistics 10,
            alter channel set statistics 10, alter received_at set statistics 10,
            alter identifiers set statistics 0, alter properties set statistics 0', events);
        end
      $$`);
    // What is set of the table is set of all partitions that there are.
    await runner.query(`select sample_events_lightly('event')`);
    await runner.query(makingPartitions('perform sample_events_lightly(to_regclass(partition));'));
    await runner.query(`
      alter table event_receipt alter message_key set statistics 10,
        alter event_id set statistics 10, alter identifier_id set statistics 10`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`select pg_advisory_xact_lock(hashtextextended('event partitions', 0))`);
    await runner.query(`
      alter table event_receipt alter message_key set statistics -1,
        alter event_id set statistics -1, alter identifier_id set statistics -1`);
    await runner.query(makingPartitions(''));
    await runner.query(`
      alter table event
        alter identifier_id set statistics -1, alter occurred_at set statistics -1,
        alter event_id set statistics -1, alter source set statistics -1,
        alter message_id set statistics -1, alter name set statistics -1,
        alter channel set statistics -1, alter received_at set statistics -1,
        alter identifiers set statistics -1, alter properties set statistics -1`);
    await runner.query('drop function sample_events_lightly(regclass)');
  }
}

/** As it was, and what else is done with a new partition. */
function makingPartitions(further: string): string {
  return `
    create or replace function make_event_partition(month date) returns void language plpgsql as $$
      declare
        partition text := to_char(month, '"event_y"YYYY"m"MM');
      begin
        perform pg_advisory_xact_lock(hashtextextended('event partitions', 0));
        if exists (
          select from pg_inherits
          where inhparent = 'event'::regclass and inhrelid = to_regclass(partition)
        ) then
          return;
        end if;
        execute format('create table %I (like event including all)', partition);
        ${further}
        execute format('alter table event attach partition %I for values from (%L) to (%L)',
          partition, month::timestamp at time zone 'UTC',
          (month + interval '1 month') at time zone 'UTC');
      end
    $$`;
}
