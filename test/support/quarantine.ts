import type { App } from '../../src/app';
import type { EventOutcome, IncomingEvent } from '../../src/domains/events';
import type { QuarantinedRow, ReplayOutcome } from '../../src/domains/quarantine';
import type { QuarantineConditions } from '../../src/domains/quarantine/quarantine.model';
import type { Database } from '../../src/platform/database/database';
import type { EventId, QuarantineId } from '../../src/shared/ids';
import { createTestApp } from './app';
import { TestClock } from './clock';
import { useTestDatabase } from './database';

/** When everything arrives first. */
export const FIRST = '2026-06-15T12:00:00.000Z';
/** Who decides. */
export const ACTOR = 'key:help-desk';

let serial = 0;

/** One that is set aside, since it names nobody who can be told apart. */
export function nameless(changes: Partial<IncomingEvent> = {}): IncomingEvent {
  serial += 1;
  return {
    messageId: `m-${serial}`,
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: 'undefined' }],
    ...changes,
  };
}

/** The same as it should have been. */
export function named({ messageId, ...event }: IncomingEvent): Omit<IncomingEvent, 'messageId'> {
  return { ...event, identifiers: [{ namespace: 'user_id', value: `u-${messageId.trim()}` }] };
}

export function conditions(changes: Partial<QuarantineConditions>): QuarantineConditions {
  return { source: null, reason: null, state: null, since: null, until: null, ...changes };
}

/**
 * Gives this test file an app on a database of its own, and what operators do in it. Call once at
 * the top level of the file; read the properties inside the tests.
 */
export function useQuarantine(): Quarantine {
  const testing = useTestDatabase();
  const quarantine = new Quarantine(testing.database);
  beforeAll(() => quarantine.start());
  beforeEach(() => quarantine.clock.set(FIRST));
  return quarantine;
}

class Quarantine {
  readonly clock = new TestClock(FIRST);
  private started: App | undefined;

  constructor(readonly database: Database) {}

  start(): void {
    this.started = createTestApp(this.database, this.clock);
  }

  get app(): App {
    if (this.started === undefined) throw new Error('It is there inside the tests only.');
    return this.started;
  }

  readonly send = async (
    event: IncomingEvent,
    source = 'shop',
  ): Promise<EventOutcome | undefined> => {
    const { outcomes } = await this.app.events.ingest(source, [event]);
    return outcomes[0];
  };

  readonly find = async (messageId: string): Promise<QuarantinedRow> => {
    const rows = await this.database.query<{ id: QuarantineId }>(
      'select quarantine_id as id from quarantined_event where message_id = $1',
      [messageId],
    );
    expect(rows).toHaveLength(1);
    return this.read(rows[0]?.id);
  };

  readonly read = async (id: QuarantineId | undefined): Promise<QuarantinedRow> => {
    const row = await this.app.reads.quarantine.findOne(id as QuarantineId);
    if (row === null) throw new Error('It is gone.');
    return row;
  };

  /** Sets one aside. */
  readonly setAside = async (event: IncomingEvent, source = 'shop'): Promise<QuarantinedRow> => {
    expect(await this.send(event, source)).toMatchObject({ status: 'QUARANTINED' });
    return this.find(event.messageId);
  };

  readonly correct = (
    { quarantineId }: QuarantinedRow,
    event: Omit<IncomingEvent, 'messageId'>,
  ) => {
    const asked = { id: quarantineId, event, reason: ' They meant this. ', actor: ACTOR };
    return this.app.quarantine.correct(asked);
  };

  /** Sets one aside and corrects it. */
  readonly setAsideAndCorrect = async (
    event = nameless(),
    source = 'shop',
  ): Promise<QuarantinedRow> => {
    const row = await this.setAside(event, source);
    expect(await this.correct(row, named(event))).toMatchObject({ kind: 'CORRECTED' });
    return row;
  };

  readonly replay = async (
    ...rows: readonly QuarantinedRow[]
  ): Promise<readonly ReplayOutcome[]> => {
    const ids = rows.map(({ quarantineId }) => quarantineId);
    return (await this.app.quarantineReplay.replay({ kind: 'IDS', ids }, ACTOR)).outcomes;
  };

  /** The events of a message id. */
  readonly stored = (messageId: string) =>
    this.database.query<{ eventId: EventId }>(
      `select event_id as "eventId", source, message_id as "messageId", name,
         occurred_at as "occurredAt", received_at as "receivedAt"
       from event where message_id = $1`,
      [messageId],
    );
}
