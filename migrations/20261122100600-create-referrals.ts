import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateReferrals1795341960000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table referral_code (
        code text not null,
        profile_id uuid not null,
        created_at timestamptz not null,
        primary key (code)
      )`);
    await runner.query('create index referral_code_of_profile on referral_code (profile_id)');

    // Kept with the one who was brought: that is whose orders decide it. id is that of the event
    // of the claim.
    await runner.query(`
      create table referral (
        referee_profile_id uuid not null,
        id uuid not null,
        referrer_profile_id uuid not null,
        code text not null,
        status text not null,
        claimed_at timestamptz not null,
        converted_at timestamptz,
        primary key (referee_profile_id, id)
      )`);
    // Nobody is brought twice; claims voided by a merge stay on record.
    await runner.query(`
      create unique index referral_one_per_referee on referral (referee_profile_id)
      where status <> 'VOID'`);
    await runner.query(`
      create index referral_of_referrer on referral (referrer_profile_id, claimed_at, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table referral');
    await runner.query('drop table referral_code');
  }
}
