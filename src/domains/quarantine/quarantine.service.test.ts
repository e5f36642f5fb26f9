import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import type { App } from '../../app';
import type { EventId, QuarantineId } from '../../shared/ids';
import type { EventOutcome, IncomingEvent } from '../events';
import type { QuarantineConditions, QuarantinedRow, ReplayOutcome } from './quarantine.model';
import { toConditions } from './quarantine.selection.input';
import * as store from './quarantine.store';

const FIRST = '2026-06-15T12:00:00.000Z';
const ACTOR = 'key:help-desk';

const testing = useTestDatabase();
const clock = new TestClock(FIRST);
let app: App;

beforeAll(() => {
  app = createTestApp(testing.database, clock);
});

beforeEach(() => clock.set(FIRST));

let serial = 0;

/** One that is set aside, since it names nobody who can be told apart. */
function nameless(changes: Partial<IncomingEvent> = {}): IncomingEvent {
  serial += 1;
  return {
    messageId: `m-${serial}`,
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: 'undefined' }],
    ...changes,
  };
}

/** The same as it should have been. */
function named({ messageId, ...event }: IncomingEvent): Omit<IncomingEvent, 'messageId'> {
  return { ...event, identifiers: [{ namespace: 'user_id', value: `u-${messageId.trim()}` }] };
}

async function send(event: IncomingEvent, source = 'shop'): Promise<EventOutcome | undefined> {
  const { outcomes } = await app.events.ingest(source, [event]);
  return outcomes[0];
}

async function find(messageId: string): Promise<QuarantinedRow> {
  const rows = await testing.database.query<{ id: QuarantineId }>(
    'select quarantine_id as id from quarantined_event where message_id = $1',
    [messageId],
  );
  expect(rows).toHaveLength(1);
  return read(rows[0]?.id);
}

async function read(id: QuarantineId | undefined): Promise<QuarantinedRow> {
  const row = await app.reads.quarantine.findOne(id as QuarantineId);
  if (row === null) throw new Error('It is gone.');
  return row;
}

/** Sets one aside. */
async function setAside(event: IncomingEvent, source = 'shop'): Promise<QuarantinedRow> {
  expect(await send(event, source)).toMatchObject({ status: 'QUARANTINED' });
  return find(event.messageId);
}

async function correct({ quarantineId }: QuarantinedRow, event: Omit<IncomingEvent, 'messageId'>) {
  const asked = { id: quarantineId, event, reason: ' They meant this. ', actor: ACTOR };
  return app.quarantine.correct(asked);
}

/** Sets one aside and corrects it. */
async function setAsideAndCorrect(event = nameless(), source = 'shop'): Promise<QuarantinedRow> {
  const row = await setAside(event, source);
  expect(await correct(row, named(event))).toMatchObject({ kind: 'CORRECTED' });
  return row;
}

async function replay(...rows: readonly QuarantinedRow[]): Promise<readonly ReplayOutcome[]> {
  const ids = rows.map(({ quarantineId }) => quarantineId);
  return (await app.quarantineReplay.replay({ kind: 'IDS', ids }, ACTOR)).outcomes;
}

async function stored(messageId: string) {
  return testing.database.query<{ eventId: EventId }>(
    `select event_id as "eventId", source, message_id as "messageId", name,
       occurred_at as "occurredAt", received_at as "receivedAt"
     from event where message_id = $1`,
    [messageId],
  );
}

/** Resolves when a transaction of this database waits for another one. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
  for (let tries = 1; tries <= 2_000; tries += 1) {
    if ((await testing.database.query(waiting)).length > 0) return;
  }
}

function conditions(changes: Partial<QuarantineConditions>): QuarantineConditions {
  return { ...toConditions(null), ...changes };
}

describe('what is kept', () => {
  it('is the whole event as it was sent, with when and how often', async () => {
    const event = nameless({
      occurredAt: new Date('2026-06-01T08:00:00Z'),
      properties: { page: '/cart' },
      traits: { name: 'Mei' },
      channel: 'web',
    });
    await setAside(event);
    clock.set('2026-06-16T12:00:00Z');
    const row = await setAside(event);
    expect(JSON.parse(row.payload)).toEqual(JSON.parse(JSON.stringify(event)));
    expect(row).toMatchObject({
      source: 'shop',
      reason: 'NO_USABLE_IDENTIFIER',
      detail: 'None can be used (user_id: JUNK_VALUE).',
      firstReceivedAt: new Date(FIRST),
      lastReceivedAt: new Date('2026-06-16T12:00:00Z'),
      timesReceived: 2,
      state: 'PENDING',
      correction: null,
      settledAt: null,
    });
  });

  it('counts a message that came twice in one batch, and keeps the later one', async () => {
    const event = nameless();
    await app.events.ingest('shop', [event, { ...event, name: 'Later' }]);
    const row = await find(event.messageId);
    expect([row.timesReceived, JSON.parse(row.payload).name]).toEqual([2, 'Later']);
  });

  it('is what was sent last, and a correction of something else is void', async () => {
    const event = nameless();
    const row = await setAsideAndCorrect(event);
    expect((await setAside(event)).correction).not.toBeNull();
    const changed = { ...event, name: ' ' };
    expect(await setAside(changed)).toMatchObject({
      quarantineId: row.quarantineId,
      reason: 'MISSING_NAME',
      payload: JSON.stringify(changed),
      correction: null,
      correctedBy: null,
      timesReceived: 3,
    });
  });
});

describe('a replay', () => {
  it('keeps source, message id and time, and records who wanted it', async () => {
    const occurredAt = new Date('2026-05-01T08:00:00Z');
    const event = nameless({ occurredAt });
    const row = await setAsideAndCorrect(event, 'key:partner');
    clock.set('2026-07-01T00:00:00Z');
    const [outcome] = await replay(row);
    expect(outcome).toMatchObject({ status: 'ACCEPTED', profileId: expect.any(String) });
    const [kept, ...more] = await stored(event.messageId);
    expect(more).toEqual([]);
    expect(kept).toMatchObject({
      source: 'key:partner',
      name: 'Page Viewed',
      occurredAt,
      receivedAt: new Date(FIRST),
    });
    expect(await read(row.quarantineId)).toMatchObject({
      state: 'REPLAYED',
      eventId: kept?.eventId,
      settledAt: clock.now(),
      settledBy: ACTOR,
      timesReceived: 1,
    });
    // And the sender's own retry is the same event.
    expect(await send({ ...named(event), messageId: event.messageId }, 'key:partner')).toEqual({
      status: 'DUPLICATE',
      eventId: kept?.eventId,
      profileId: expect.any(String),
    });
  });

  it('of an event without a time puts it where it arrived first', async () => {
    const event = nameless();
    await setAside(event);
    clock.set('2026-06-20T00:00:00Z');
    const row = await setAsideAndCorrect(event);
    clock.set('2026-07-01T00:00:00Z');
    await replay(row);
    const day = await testing.database.query(
      `select to_char(d.day, 'YYYY-MM-DD') as day
       from activity_day d join identifier i using (identifier_id) where i.value = $1`,
      [`u-${event.messageId}`],
    );
    expect(day).toEqual([{ day: '2026-06-15' }]);
    expect(await stored(event.messageId)).toMatchObject([{ occurredAt: new Date(FIRST) }]);
  });

  it('judges a time in the future by the present', async () => {
    const event = {
      ...nameless(),
      identifiers: [{ namespace: 'user_id', value: 'early-bird' }],
      occurredAt: new Date('2026-06-16T00:00:00Z'),
    };
    const row = await setAside(event);
    expect(row.reason).toBe('OCCURRED_IN_FUTURE');
    expect(await replay(row)).toMatchObject([
      { status: 'QUARANTINED', reason: 'OCCURRED_IN_FUTURE' },
    ]);
    clock.set('2026-06-16T00:00:00Z');
    expect(await replay(row)).toMatchObject([{ status: 'ACCEPTED' }]);
    expect(await stored(event.messageId)).toMatchObject([{ occurredAt: event.occurredAt }]);
  });

  it('that is rejected again leaves what was sent, with the new reason', async () => {
    const event = nameless({ name: ' ' });
    const row = await setAside(event);
    await correct(row, { ...event, name: 'Page Viewed' });
    clock.set('2026-06-16T00:00:00Z');
    expect(await replay(row)).toMatchObject([
      { status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' },
    ]);
    expect(await find(event.messageId)).toMatchObject({
      state: 'PENDING',
      reason: 'NO_USABLE_IDENTIFIER',
      payload: JSON.stringify(event),
      correction: expect.any(String),
      lastReceivedAt: new Date(FIRST),
      timesReceived: 1,
      settledAt: null,
    });
  });

  it('takes those of several sources, more than a batch, each with its outcome', async () => {
    const events = Array.from({ length: 502 }, () => nameless());
    await app.events.ingest('bulk', events);
    const other = await setAsideAndCorrect(nameless(), 'other');
    const rows = await app.reads.quarantine.findPage(conditions({ source: 'bulk' }), null, 1_000);
    await testing.database.query(
      `update quarantined_event set correction = replace(payload, 'undefined', 'u-' || message_id),
         corrected_at = now(), corrected_by = 'test', correction_reason = 'test'
       where source = 'bulk'`,
    );
    const missing = '00000000-0000-7000-8000-000000000000' as QuarantineId;
    const ids = [...rows.map(({ quarantineId }) => quarantineId), other.quarantineId, missing];
    const { outcomes, end } = await app.quarantineReplay.replay({ kind: 'IDS', ids }, ACTOR);
    expect(end).toBeNull();
    expect(outcomes).toHaveLength(504);
    expect(outcomes.filter(({ status }) => status === 'ACCEPTED')).toHaveLength(503);
    expect(outcomes.at(-1)).toEqual({ quarantineId: missing, status: 'NOT_FOUND' });
  });

  it('by two operators at once makes one event', async () => {
    const rows = await Promise.all(Array.from({ length: 20 }, () => setAsideAndCorrect()));
    const both = await Promise.all([replay(...rows), replay(...rows.toReversed())]);
    for (const row of rows) {
      const statuses = both.map(
        (outcomes) =>
          outcomes.find(({ quarantineId }) => quarantineId === row.quarantineId)?.status,
      );
      expect(statuses.toSorted()).toEqual(['ACCEPTED', 'DUPLICATE']);
      const [event, ...more] = await stored(row.messageId);
      expect(more).toEqual([]);
      expect(await read(row.quarantineId)).toMatchObject({
        state: 'REPLAYED',
        eventId: event?.eventId,
      });
    }
  });

  it('waits for whoever is at the row, and heeds what was decided', async () => {
    const row = await setAsideAndCorrect();
    const { replaying } = await testing.database.transaction(async (tx) => {
      await store.lock(tx, [row.quarantineId]);
      // In an object, since it ends only after the transaction does.
      const begun = { replaying: replay(row) };
      await somebodyWaits();
      const decision = { actor: 'another', reason: 'It is a test.' };
      const discarded = {
        quarantineId: row.quarantineId,
        state: 'DISCARDED',
        eventId: null,
      } as const;
      await store.settle(tx, [discarded], decision, clock.now());
      return begun;
    });
    expect(await replaying).toMatchObject([{ status: 'DISCARDED' }]);
    expect(await stored(row.messageId)).toEqual([]);
    expect(await read(row.quarantineId)).toMatchObject({
      state: 'DISCARDED',
      settledBy: 'another',
    });
  });

  it('beside the sender who corrects it makes one event', async () => {
    const events = Array.from({ length: 20 }, () => nameless());
    const rows = await Promise.all(events.map((event) => setAsideAndCorrect(event)));
    const sent = events.map((event) => ({ ...named(event), messageId: event.messageId }));
    await Promise.all([replay(...rows), app.events.ingest('shop', sent)]);
    for (const row of rows) {
      expect(await stored(row.messageId)).toHaveLength(1);
      expect((await read(row.quarantineId)).state).toMatch(/^(REPLAYED|SUPERSEDED)$/);
    }
  });
});

describe('one that its sender corrected', () => {
  async function superseded(): Promise<QuarantinedRow> {
    const event = nameless();
    const row = await setAside(event);
    await send({ ...named(event), messageId: event.messageId });
    return row;
  }

  it('is superseded, wherever it is looked at', async () => {
    const row = await superseded();
    const [event] = await stored(row.messageId);
    const seen = await read(row.quarantineId);
    expect(seen).toMatchObject({ state: 'SUPERSEDED', eventId: event?.eventId });
    const listed = async (state: 'PENDING' | 'SUPERSEDED') =>
      (await app.reads.quarantine.findPage(conditions({ state }), null, 1_000)).map(
        ({ quarantineId }) => quarantineId,
      );
    expect(await listed('SUPERSEDED')).toContain(row.quarantineId);
    expect(await listed('PENDING')).not.toContain(row.quarantineId);
    expect(await correct(row, named(nameless()))).toEqual({ kind: 'REFUSED', fault: 'SETTLED' });
  });

  it('is not counted as pending', async () => {
    const event = nameless();
    await setAside(event, 'counted');
    await setAside(nameless(), 'counted');
    await send({ ...named(event), messageId: event.messageId }, 'counted');
    const counts = await app.reads.quarantine.countPending();
    expect(counts.filter(({ source }) => source === 'counted')).toEqual([
      { source: 'counted', reason: 'NO_USABLE_IDENTIFIER', pending: 1n },
    ]);
  });

  it('is a duplicate when replayed', async () => {
    const row = await superseded();
    const [event] = await stored(row.messageId);
    expect(await replay(row)).toMatchObject([{ status: 'DUPLICATE', eventId: event?.eventId }]);
    expect(await stored(row.messageId)).toHaveLength(1);
  });

  it('is not discarded', async () => {
    const row = await superseded();
    const selection = { kind: 'IDS', ids: [row.quarantineId] } as const;
    expect(await app.quarantine.discard(selection, { reason: 'x', actor: ACTOR })).toMatchObject({
      discarded: 0,
      skipped: 1,
    });
  });

  it('is settled by a pass over the pending ones, and deleted in the end', async () => {
    const row = await superseded();
    const pending = await setAside(nameless());
    expect(await app.quarantineUpkeep.settleAccepted(clock.now())).toBeGreaterThan(0);
    expect(await app.quarantineUpkeep.settleAccepted(clock.now())).toBe(0);
    expect((await read(row.quarantineId)).settledAt).toEqual(clock.now());
    clock.advanceDays(30);
    const deletedUpTo = async () => {
      let deleted = 0;
      for (let more = 1; more > 0; deleted += more) {
        more = await app.quarantineUpkeep.deleteSettled(clock.now());
      }
      return deleted;
    };
    await deletedUpTo();
    expect((await read(row.quarantineId)).state).toBe('SUPERSEDED');
    clock.set(new Date(clock.now().getTime() + 1).toISOString());
    expect(await deletedUpTo()).toBeGreaterThan(0);
    expect(await app.reads.quarantine.findOne(row.quarantineId)).toBeNull();
    expect((await read(pending.quarantineId)).state).toBe('PENDING');
  });
});

describe('a correction', () => {
  it('stands beside what was sent, with who and why, and replays nothing', async () => {
    const event = nameless();
    const row = await setAsideAndCorrect(event);
    expect(await read(row.quarantineId)).toMatchObject({
      state: 'PENDING',
      payload: JSON.stringify(event),
      correctionReason: 'They meant this.',
      correctedBy: ACTOR,
      correctedAt: clock.now(),
    });
    expect(await stored(event.messageId)).toEqual([]);
  });

  it('makes an event of what was none', async () => {
    const item = {
      messageId: 'orders.ndjson:7',
      payload: '{"name": "Order Comp',
      reason: 'UNREADABLE' as const,
      detail: 'Line 7 is no JSON.',
    };
    await app.events.quarantineUnreadable('import:orders', [item]);
    const row = await find(item.messageId);
    expect(await replay(row)).toMatchObject([{ status: 'QUARANTINED', reason: 'UNREADABLE' }]);
    await correct(row, named(nameless()));
    clock.set('2026-07-01T00:00:00Z');
    expect(await replay(row)).toMatchObject([{ status: 'ACCEPTED' }]);
    expect(await stored(item.messageId)).toMatchObject([
      { source: 'import:orders', occurredAt: new Date(FIRST) },
    ]);
    expect((await read(row.quarantineId)).payload).toBe(item.payload);
  });

  it('of one without an id of its own gives it one, the same at every replay', async () => {
    const event = nameless({ messageId: ' ', name: 'Without an id' });
    await send(event);
    const [row] = await app.reads.quarantine.findPage(
      conditions({ reason: 'MISSING_MESSAGE_ID' }),
      null,
      1,
    );
    if (row === undefined) throw new Error('It was not set aside.');
    await correct(row, named(event));
    expect(await replay(row)).toMatchObject([{ status: 'ACCEPTED' }]);
    const ownId = `qtn_${row.quarantineId.replaceAll('-', '')}`;
    expect(await stored(ownId)).toHaveLength(1);
  });

  const otherId = { ...named(nameless()), messageId: 'another' };
  it.each([
    ['another message id', otherId, 'Test', 'MESSAGE_ID_DIFFERS'],
    ['no reason', named(nameless()), ' ', 'REASON_MISSING'],
    ['too long a reason', named(nameless()), 'x'.repeat(501), 'REASON_TOO_LONG'],
    ['a reason that cannot be kept', named(nameless()), 'a\0b', 'MALFORMED_TEXT'],
    ['no bottom', { ...named(nameless()), properties: deep(20_000) }, 'x', 'NESTED_TOO_DEEPLY'],
  ])('with %s is refused', async (_what, event, reason, fault) => {
    const row = await setAside(nameless());
    const asked = { id: row.quarantineId, event, reason, actor: ACTOR };
    expect(await app.quarantine.correct(asked)).toEqual({ kind: 'REFUSED', fault });
    expect((await read(row.quarantineId)).correction).toBeNull();
  });

  it('of nothing is refused', async () => {
    const id = '00000000-0000-7000-8000-000000000000' as QuarantineId;
    const asked = { id, event: named(nameless()), reason: 'Test', actor: ACTOR };
    expect(await app.quarantine.correct(asked)).toEqual({ kind: 'REFUSED', fault: 'NOT_FOUND' });
  });
});

describe('a discard', () => {
  it('of ids settles those pending, with who and why', async () => {
    const [row, replayed] = [await setAside(nameless()), await setAsideAndCorrect()];
    await replay(replayed);
    const ids = [row, replayed].map(({ quarantineId }) => quarantineId);
    const decision = { reason: 'A test of theirs', actor: ACTOR };
    expect(await app.quarantine.discard({ kind: 'IDS', ids }, decision)).toEqual({
      kind: 'DISCARDED',
      discarded: 1,
      skipped: 1,
    });
    expect(await read(row.quarantineId)).toMatchObject({
      state: 'DISCARDED',
      settledBy: ACTOR,
      settlementReason: 'A test of theirs',
      settledAt: clock.now(),
    });
    expect((await read(replayed.quarantineId)).state).toBe('REPLAYED');
    expect(await replay(row)).toMatchObject([{ status: 'DISCARDED' }]);
  });

  it('of a filter takes all of them, batch after batch', async () => {
    await app.events.ingest(
      'spam',
      Array.from({ length: 1_001 }, () => nameless()),
    );
    const kept = await setAside(nameless());
    clock.set('2026-06-16T00:00:00Z');
    const { state: _, ...spam } = conditions({ source: 'spam' });
    const selection = { kind: 'FILTER', conditions: spam, after: null, limit: 1 } as const;
    expect(await app.quarantine.discard(selection, { reason: 'Spam', actor: ACTOR })).toMatchObject(
      { discarded: 1_001, skipped: 0 },
    );
    expect((await read(kept.quarantineId)).state).toBe('PENDING');
  });

  it('holds for the same message again, and not for one that was changed', async () => {
    const event = nameless();
    const row = await setAside(event);
    const ids = [row.quarantineId];
    await app.quarantine.discard({ kind: 'IDS', ids }, { reason: 'No', actor: ACTOR });
    expect(await setAside(event)).toMatchObject({ state: 'DISCARDED', timesReceived: 2 });
    expect(await setAside({ ...event, name: 'Changed' })).toMatchObject({
      state: 'PENDING',
      settledAt: null,
      settledBy: null,
      settlementReason: null,
    });
  });
});

function deep(levels: number): IncomingEvent['properties'] {
  let value: NonNullable<IncomingEvent['properties']> = {};
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}
