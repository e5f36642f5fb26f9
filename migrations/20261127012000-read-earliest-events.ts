import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReadEarliestEvents1795742400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What `latest_events` is, from the other end; a function for the sake of its plan as well.
    await runner.query(`
      create function earliest_events(node uuid, since timestamptz, after timestamptz,
        after_id uuid, until timestamptz, page bigint) returns setof event language plpgsql stable
        rows 20 set plan_cache_mode = force_generic_plan as $$
        begin
          return query
            select * from event
            where identifier_id = node and occurred_at >= since and occurred_at >= after
              and (occurred_at, event_id) > (after, after_id) and occurred_at <= until
            order by occurred_at, event_id
            limit page;
        end
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop function earliest_events(uuid, timestamptz, timestamptz, uuid, timestamptz, bigint)',
    );
  }
}
