import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Codes and claims belong to identifiers, and move house with them. */
export class AddReferralIdentifiers1795421460000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table referral_code add identifier_id uuid');
    // Whose code it was before an earlier merge is not on record: it goes to the primary identifier.
    await runner.query(`
      update referral_code c set identifier_id = (
        select i.identifier_id from identifier i where i.profile_id = c.profile_id
        order by i.first_seen_at, i.namespace, i.value limit 1
      )`);
    await runner.query('alter table referral_code alter identifier_id set not null');

    await runner.query('alter table referral add identifier_id uuid');
    // A referral is known by the event of its claim, and the receipt says whose that is.
    await runner.query(`
      update referral r set identifier_id = e.identifier_id
      from event_receipt e where e.event_id = r.id`);
    await runner.query('alter table referral alter identifier_id set not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table referral drop identifier_id');
    await runner.query('alter table referral_code drop identifier_id');
  }
}
