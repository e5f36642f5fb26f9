import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateProfileGraph1795341600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // An absorbed profile stays, pointing at the survivor, so that its id resolves for ever.
    await runner.query(`
      create table profile (
        profile_id uuid not null,
        created_at timestamptz not null,
        merged_into uuid,
        primary key (profile_id)
      )`);
    await runner.query(`
      create index profile_merged_into on profile (merged_into) where merged_into is not null`);

    // The nodes of the graph. The value leads the key: it is what a node is looked up by.
    await runner.query(`
      create table identifier (
        value text not null,
        namespace text not null,
        identifier_id uuid not null,
        profile_id uuid not null,
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null,
        primary key (value, namespace)
      )`);
    await runner.query('create index identifier_of_profile on identifier (profile_id)');
    // Events and days know an identifier by its id only. Not unique: that would have to lead with
    // the distribution key.
    await runner.query('create index identifier_by_id on identifier (identifier_id)');

    // The edges, each with the first event that gave evidence of it.
    await runner.query(`
      create table identity_link (
        identifier_id uuid not null,
        linked_identifier_id uuid not null,
        event_id uuid not null,
        source text not null,
        linked_at timestamptz not null,
        primary key (identifier_id, linked_identifier_id)
      )`);

    await runner.query(`
      create table profile_merge (
        survivor_id uuid not null,
        merge_id uuid not null,
        absorbed_id uuid not null,
        event_id uuid not null,
        source text not null,
        merged_at timestamptz not null,
        primary key (survivor_id, merge_id)
      )`);

    // Traits belong to the identifier that told them; a profile's traits are those of its
    // identifiers, the latest by event time winning. A merge therefore moves none of them.
    await runner.query(`
      create table identifier_trait (
        identifier_id uuid not null,
        name text not null,
        value jsonb not null,
        occurred_at timestamptz not null,
        primary key (identifier_id, name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'identifier_trait',
      'profile_merge',
      'identity_link',
      'identifier',
      'profile',
    ]) {
      await runner.query(`drop table ${table}`);
    }
  }
}
