import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What profiles are listed by, each beside what is narrowed by with it. */
export class ListProfilesByMore1795743000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Paid for by new profiles only: neither column of one that is not absorbed ever changes.
    await runner.query(`
      create index profile_by_creation on profile (created_at, profile_id)
      where merged_into is null`);
    // Paid for by changes of stage, not by the days between: those leave the columns as they are.
    await runner.query(`
      create index lifecycle_state_by_since on lifecycle_state (model, stage, since, profile_id)`);
    // Few customers are at risk at a time, and the others are not in these.
    await runner.query(`
      create index lifecycle_state_now_at_risk on lifecycle_state (model, profile_id) where at_risk`);
    await runner.query(`
      create index lifecycle_state_by_risk_since
      on lifecycle_state (model, at_risk_since, profile_id) where at_risk`);
    // Paid for by orders and refunds, which are seldom among events.
    await runner.query(`
      create index customer_value_by_revenue
      on customer_value (tier, (revenue_minor - refund_minor), profile_id)`);
    // Paid for by what earns, spends or expires points.
    await runner.query(`
      create index loyalty_account_by_balance on loyalty_account (tier, balance, profile_id)`);
    // Paid for by changes of the membership tier.
    await runner.query(`
      create index loyalty_account_by_tier on loyalty_account (tier, profile_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index loyalty_account_by_tier');
    await runner.query('drop index loyalty_account_by_balance');
    await runner.query('drop index customer_value_by_revenue');
    await runner.query('drop index lifecycle_state_by_risk_since');
    await runner.query('drop index lifecycle_state_now_at_risk');
    await runner.query('drop index lifecycle_state_by_since');
    await runner.query('drop index profile_by_creation');
  }
}
