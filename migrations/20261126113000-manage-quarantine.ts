import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ManageQuarantine1795692600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // When it arrived first is when an event without a time of its own happened.
    await runner.query('alter table quarantined_event rename received_at to last_received_at');
    await runner.query(`
      alter table quarantined_event
        add first_received_at timestamptz,
        add times_received integer not null default 1`);
    await runner.query('update quarantined_event set first_received_at = last_received_at');
    await runner.query(`
      alter table quarantined_event
        alter first_received_at set not null,
        alter times_received drop default`);

    // What an operator made of it stands beside what was sent, and what became of it beside both.
    await runner.query(`
      alter table quarantined_event
        add correction text,
        add corrected_at timestamptz,
        add corrected_by text,
        add correction_reason text,
        add state text not null default 'PENDING',
        add event_id uuid,
        add settled_at timestamptz,
        add settled_by text,
        add settlement_reason text,
        add constraint quarantined_event_state
          check (state in ('PENDING', 'REPLAYED', 'SUPERSEDED', 'DISCARDED'))`);

    // The list is read newest first: the whole of it, by state, or as the counts lead to it. The
    // reason alone is found through the state, which leaves few.
    const lists = {
      quarantined_event_by_time: 'first_received_at, quarantine_id',
      quarantined_event_by_state: 'state, first_received_at, quarantine_id',
      quarantined_event_by_source: 'source, reason, state, first_received_at, quarantine_id',
    };
    for (const [name, columns] of Object.entries(lists)) {
      await runner.query(`create index ${name} on quarantined_event (${columns})`);
    }
    await runner.query('create index quarantined_event_by_id on quarantined_event (quarantine_id)');
    await runner.query(`
      create index quarantined_event_settled on quarantined_event (settled_at)
        where settled_at is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['by_time', 'by_state', 'by_source', 'by_id', 'settled']) {
      await runner.query(`drop index quarantined_event_${name}`);
    }
    await runner.query(`
      alter table quarantined_event
        drop constraint quarantined_event_state,
        drop first_received_at, drop times_received,
        drop correction, drop corrected_at, drop corrected_by, drop correction_reason,
        drop state, drop event_id, drop settled_at, drop settled_by, drop settlement_reason`);
    await runner.query('alter table quarantined_event rename last_received_at to received_at');
  }
}
