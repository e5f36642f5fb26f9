import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Points belong to the identifier that earned them, and move house with it. */
export class AddLotIdentifier1795421520000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table point_lot add identifier_id uuid');
    // Where the event that earned the points is one of the member's own, by its receipt; rewards
    // for the referrer, whose event is another's, and adjustments go to the primary identifier.
    await runner.query(`
      with home as (
        select distinct on (profile_id) profile_id, identifier_id
        from identifier
        order by profile_id, first_seen_at, namespace, value
      ), earned as (
        select l.profile_id, l.id, coalesce(own.identifier_id, home.identifier_id) as identifier_id
        from point_lot l
        join ledger_transaction t on t.profile_id = l.profile_id and t.id = l.transaction_id
        join profile p on p.profile_id = l.profile_id
        join home on home.profile_id = coalesce(p.merged_into, p.profile_id)
        left join event_receipt r on r.event_id = t.event_id
        left join identifier own
          on own.identifier_id = r.identifier_id and own.profile_id = home.profile_id
        where l.origin_lot_id is null
      )
      update point_lot l set identifier_id = e.identifier_id
      from earned e where l.profile_id = e.profile_id and l.id = e.id`);
    // Lots that merges carried over are of whom the first of their line was.
    await runner.query(`
      with recursive line as (
        select profile_id, id, identifier_id from point_lot where origin_lot_id is null
        union all
        select l.profile_id, l.id, line.identifier_id
        from point_lot l
        join line on line.profile_id = l.origin_profile_id and line.id = l.origin_lot_id
      )
      update point_lot l set identifier_id = line.identifier_id
      from line
      where l.profile_id = line.profile_id and l.id = line.id and l.origin_lot_id is not null`);
    await runner.query('alter table point_lot alter identifier_id set not null');
    // What identifiers ever earned, whoever held them: transferred lots were earned before.
    await runner.query(`
      create index point_lot_earned on point_lot (identifier_id) where origin_lot_id is null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index point_lot_earned');
    await runner.query('alter table point_lot drop identifier_id');
  }
}
