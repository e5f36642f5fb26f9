import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateValue1795341840000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table customer_value (
        profile_id uuid not null,
        tier text not null,
        tier_since timestamptz not null,
        orders bigint not null,
        revenue_minor bigint not null,
        refund_minor bigint not null,
        last_order_day date,
        revenue_365_minor bigint not null,
        recorded_at timestamptz not null,
        primary key (profile_id),
        constraint customer_value_tier check (tier in ('HIGH', 'MID', 'LOW'))
      )`);
    await runner.query('create index customer_value_by_tier on customer_value (tier, profile_id)');
    // A few rows, read by everybody: not distributed by profile.
    await runner.query(`
      create table value_calibration (
        id uuid not null,
        calibrated_at timestamptz not null,
        population integer not null,
        recency_days_cuts integer[] not null,
        frequency_cuts integer[] not null,
        monetary_minor_cuts bigint[] not null,
        tier_high_minor bigint not null,
        tier_mid_minor bigint not null,
        primary key (id),
        constraint value_calibration_four_cuts check (
          cardinality(recency_days_cuts) = 4 and cardinality(frequency_cuts) = 4
          and cardinality(monetary_minor_cuts) = 4)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table value_calibration');
    await runner.query('drop table customer_value');
  }
}
