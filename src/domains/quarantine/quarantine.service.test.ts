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
import type { IncomingEvent } from '../events';

const quarantine = useQuarantine();
const { clock, send, find, read, setAside, correct, setAsideAndCorrect, replay, stored } =
  quarantine;

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
    await quarantine.app.events.quarantineUnreadable('import:orders', [item]);
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
    const [row] = await quarantine.app.reads.quarantine.findPage(
      conditions({ reason: 'MISSING_MESSAGE_ID' }),
      firstRows(1),
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
    expect(await quarantine.app.quarantine.correct(asked)).toEqual({ kind: 'REFUSED', fault });
    expect((await read(row.quarantineId)).correction).toBeNull();
  });

  it('of nothing is refused', async () => {
    const id = '00000000-0000-7000-8000-000000000000' as QuarantineId;
    const asked = { id, event: named(nameless()), reason: 'Test', actor: ACTOR };
    expect(await quarantine.app.quarantine.correct(asked)).toEqual({
      kind: 'REFUSED',
      fault: 'NOT_FOUND',
    });
  });
});

describe('a discard', () => {
  it('of ids settles those pending, with who and why', async () => {
    const [row, replayed] = [await setAside(nameless()), await setAsideAndCorrect()];
    await replay(replayed);
    const ids = [row, replayed].map(({ quarantineId }) => quarantineId);
    const decision = { reason: 'A test of theirs', actor: ACTOR };
    expect(await quarantine.app.quarantine.discard({ kind: 'IDS', ids }, decision)).toEqual({
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
    await quarantine.app.events.ingest(
      'spam',
      Array.from({ length: 1_001 }, () => nameless()),
    );
    const kept = await setAside(nameless());
    clock.set('2026-06-16T00:00:00Z');
    const { state: _, ...spam } = conditions({ source: 'spam' });
    const selection = { kind: 'FILTER', conditions: spam, after: null, limit: 1 } as const;
    expect(
      await quarantine.app.quarantine.discard(selection, { reason: 'Spam', actor: ACTOR }),
    ).toMatchObject({ discarded: 1_001, skipped: 0 });
    expect((await read(kept.quarantineId)).state).toBe('PENDING');
  });

  it('holds for the same message again, and not for one that was changed', async () => {
    const event = nameless();
    const row = await setAside(event);
    const ids = [row.quarantineId];
    await quarantine.app.quarantine.discard({ kind: 'IDS', ids }, { reason: 'No', actor: ACTOR });
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
