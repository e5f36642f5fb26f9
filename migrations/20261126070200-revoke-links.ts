import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RevokeLinks1795676520000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // One row for an edge, whichever end was named first: from the younger identifier to the
    // older. Of two rows the first evidence stays.
    await runner.query(`
      delete from identity_link l using identity_link o
      where o.identifier_id = l.linked_identifier_id and o.linked_identifier_id = l.identifier_id
        and (o.linked_at, o.identifier_id) < (l.linked_at, l.identifier_id)`);
    await runner.query(`
      update identity_link
      set identifier_id = linked_identifier_id, linked_identifier_id = identifier_id
      where identifier_id < linked_identifier_id`);
    // What an operator links has no event behind it.
    await runner.query('alter table identity_link alter column event_id drop not null');

    // The link that made two profiles one, and what became of the merge.
    await runner.query(`
      alter table profile_merge
        alter column event_id drop not null,
        add column absorbed_identifier_id uuid,
        add column survivor_identifier_id uuid,
        add column reason text,
        add column undone_at timestamptz`);
    await runner.query('create index profile_merge_by_id on profile_merge (merge_id)');

    // Links that were taken back, with their evidence; one row on either side, each kept with the
    // profile that holds its identifier. As long as they are not lifted the two never meet again.
    await runner.query(`
      create table revoked_link (
        profile_id uuid not null,
        identifier_id uuid not null,
        other_identifier_id uuid not null,
        unmerge_id uuid not null,
        event_id uuid,
        source text not null,
        linked_at timestamptz not null,
        revoked_at timestamptz not null,
        revoked_by text not null,
        reason text not null,
        lifted_at timestamptz,
        primary key (profile_id, identifier_id, other_identifier_id, unmerge_id)
      )`);

    // What operators took apart; one row on either side.
    await runner.query(`
      create table profile_unmerge (
        profile_id uuid not null,
        unmerge_id uuid not null,
        other_profile_id uuid not null,
        merge_id uuid,
        actor text not null,
        reason text not null,
        unmerged_at timestamptz not null,
        primary key (profile_id, unmerge_id, other_profile_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table profile_unmerge');
    await runner.query('drop table revoked_link');
    await runner.query('drop index profile_merge_by_id');
    await runner.query('delete from profile_merge where event_id is null or undone_at is not null');
    await runner.query(`
      alter table profile_merge
        drop column undone_at, drop column reason,
        drop column survivor_identifier_id, drop column absorbed_identifier_id,
        alter column event_id set not null`);
    await runner.query('delete from identity_link where event_id is null');
    await runner.query('alter table identity_link alter column event_id set not null');
  }
}
