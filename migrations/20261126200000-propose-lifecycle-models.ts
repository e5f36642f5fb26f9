import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProposeLifecycleModels1795723200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What a draft was proposed from, so that it can be told for as long as there is the draft.
    await runner.query(`
      create table lifecycle_proposal (
        model text not null,
        version integer not null,
        based_on integer not null,
        findings jsonb not null,
        proposed_at timestamptz not null,
        constraint lifecycle_proposal_pkey primary key (model, version)
      )`);
    // When a model was last held against how its customers live.
    await runner.query(`
      create table lifecycle_review (
        model text not null,
        reviewed_at timestamptz not null,
        constraint lifecycle_review_pkey primary key (model)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table lifecycle_review');
    await runner.query('drop table lifecycle_proposal');
  }
}
