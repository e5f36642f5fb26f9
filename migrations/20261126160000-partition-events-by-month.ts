import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PartitionEventsByMonth1795708800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table event rename to event_whole');
    await runner.query('alter index event_pkey rename to event_whole_pkey');
    // No default partition: whatever is attached later would have to look through it first.
    await runner.query(
      'create table event (like event_whole including all) partition by range (occurred_at)',
    );

    // Makes the partition of the UTC month that begins on a day; does nothing where it is there.
    // Made apart and then attached, since that lets others read and write events meanwhile.
    // Those who make partitions do it one at a time.
    await runner.query(`
      create function make_event_partition(month date) returns void language plpgsql as $$
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
          execute format('alter table event attach partition %I for values from (%L) to (%L)',
            partition, month::timestamp at time zone 'UTC',
            (month + interval '1 month') at time zone 'UTC');
        end
      $$`);

    // A function for the sake of its plan, which is kept: to plan a read of all partitions takes
    // longer than to read a page from two of them. Which ones is found anew for each call.
    await runner.query(`
      create function latest_events(node uuid, since timestamptz, before timestamptz,
        before_id uuid, page bigint) returns setof event language plpgsql stable rows 20
        set plan_cache_mode = force_generic_plan as $$
        begin
          return query
            select * from event
            where identifier_id = node and occurred_at >= since and occurred_at <= before
              and (occurred_at, event_id) < (before, before_id)
            order by occurred_at desc, event_id desc
            limit page;
        end
      $$`);

    // As long as it takes to read all events and write them once more.
    await runner.query(`
      select make_event_partition(month)
      from (
        select distinct date_trunc('month', occurred_at at time zone 'UTC')::date as month
        from event_whole
      ) as months
      order by month`);
    await runner.query('insert into event select * from event_whole');
    await runner.query('drop table event_whole');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function latest_events(uuid, timestamptz, timestamptz, uuid, bigint)');
    await runner.query('drop function make_event_partition(date)');
    await runner.query('alter table event rename to event_parted');
    await runner.query('alter index event_pkey rename to event_parted_pkey');
    await runner.query('create table event (like event_parted including all)');
    await runner.query('insert into event select * from event_parted');
    await runner.query('drop table event_parted');
  }
}
