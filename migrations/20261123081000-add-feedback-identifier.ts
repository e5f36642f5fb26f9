import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Feedback belongs to the identifier that told it, and moves house with it. */
export class AddFeedbackIdentifier1795421400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table feedback add identifier_id uuid');
    // A feedback is known by its event, and the receipt says whose that is.
    await runner.query(`
      update feedback f set identifier_id = r.identifier_id
      from event_receipt r where r.event_id = f.id`);
    await runner.query('alter table feedback alter identifier_id set not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table feedback drop identifier_id');
  }
}
