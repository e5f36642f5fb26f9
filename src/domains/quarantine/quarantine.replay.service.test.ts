import {
  ACTOR,
  conditions,
  FIRST,
  named,
  nameless,
  useQuarantine,
} from '../../../test/support/quarantine';
import { firstRows } from '../../platform/database/keyset';
import type { QuarantineId } from '../../shared/ids';
import * as store from './quarantine.store';

const quarantine = useQuarantine();
const { clock, database, send, find, read, setAside, correct, setAsideAndCorrect, replay, stored } =
  quarantine;

/** Resolves when a transaction of this database waits for another one. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
  for (let tries = 1; tries <= 2_000; tries += 1) {
    if ((await database.query(waiting)).length > 0) return;
  }
}

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
    const day = await database.query(
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
    await quarantine.app.events.ingest('bulk', events);
    const other = await setAsideAndCorrect(nameless(), 'other');
    const rows = await quarantine.app.reads.quarantine.findPage(
      conditions({ source: 'bulk' }),
      firstRows(1_000),
    );
    await database.query(
      `update quarantined_event set correction = replace(payload, 'undefined', 'u-' || message_id),
         corrected_at = now(), corrected_by = 'test', correction_reason = 'test'
       where source = 'bulk'`,
    );
    const missing = '00000000-0000-7000-8000-000000000000' as QuarantineId;
    const ids = [...rows.map(({ quarantineId }) => quarantineId), other.quarantineId, missing];
    const { outcomes, end } = await quarantine.app.quarantineReplay.replay(
      { kind: 'IDS', ids },
      ACTOR,
    );
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
    const { replaying } = await database.transaction(async (tx) => {
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
    await Promise.all([replay(...rows), quarantine.app.events.ingest('shop', sent)]);
    for (const row of rows) {
      expect(await stored(row.messageId)).toHaveLength(1);
      expect((await read(row.quarantineId)).state).toMatch(/^(REPLAYED|SUPERSEDED)$/);
    }
  });
});
