import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDuplicates1795673400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What profiles have in common, as a digest: the key leads, since the other members of a block
    // are what is looked for, and nothing personal is in it.
    await runner.query(`
      create table duplicate_block (
        block_key uuid not null,
        profile_id uuid not null,
        primary key (block_key, profile_id)
      )`);
    await runner.query('create index duplicate_block_of_profile on duplicate_block (profile_id)');

    // A pair is one row, whichever of the two it was found by.
    await runner.query(`
      create table duplicate_candidate (
        profile_id uuid not null,
        other_profile_id uuid not null,
        score double precision not null,
        reasons jsonb not null,
        status text not null,
        found_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        decision_reason text,
        primary key (profile_id, other_profile_id),
        constraint duplicate_candidate_order check (profile_id < other_profile_id),
        constraint duplicate_candidate_status check (status in ('OPEN', 'DISMISSED'))
      )`);
    await runner.query(`
      create index duplicate_candidate_by_score
        on duplicate_candidate (status, score, profile_id, other_profile_id)`);
    await runner.query(`
      create index duplicate_candidate_of_other
        on duplicate_candidate (other_profile_id, profile_id)`);

    // How far the pass over all profiles has come: one row, which is also the lock of the pass.
    await runner.query(`
      create table duplicate_scan (
        name text not null,
        after_profile_id uuid,
        pass_ended_at timestamptz,
        primary key (name)
      )`);
    await runner.query(`insert into duplicate_scan (name) values ('profiles')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table duplicate_scan');
    await runner.query('drop table duplicate_candidate');
    await runner.query('drop table duplicate_block');
  }
}
