import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { EventCountReads } from './events.counts.reads';
import type { IncomingEvent } from './events.model';

const { database } = useTestDatabase();
const START = '2026-06-15T12:00:00.000Z';
const clock = new TestClock(START);
const { events } = createPipeline(database, { clock });
const reads = new EventCountReads(database);

let count = 0;

function event(changes: Partial<IncomingEvent> = {}): IncomingEvent {
  count += 1;
  return {
    messageId: `m-${count}`,
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: `user-${count}` }],
    ...changes,
  };
}

async function countsOf(source: string) {
  const [counts] = await reads.countsBySource([source]);
  if (counts === undefined) throw new Error('There are no counts.');
  return counts;
}

it('counts every delivery by what became of it, and quarantined ones by their reason', async () => {
  const first = event();
  const nameless = event({ name: ' ' });
  await events.ingest('web', [first, first, nameless, event({ identifiers: [] })]);
  clock.advanceDays(2);
  await events.ingest('web', [first, nameless, event()]);
  expect(await countsOf('web')).toEqual({
    source: 'web',
    accepted: 2n,
    duplicates: 2n,
    quarantined: 3n,
    quarantinedByReason: [
      expect.objectContaining({ reason: 'MISSING_NAME', times: 2n }),
      expect.objectContaining({ reason: 'NO_USABLE_IDENTIFIER', times: 1n }),
    ],
    firstSeenAt: new Date(START),
    lastSeenAt: clock.now(),
  });
});

it('keeps sources apart, and lists the last one to send something first', async () => {
  await events.ingest('key:old', [event()]);
  clock.advanceDays(1);
  await events.ingest('import:new', [event(), event()]);
  const listed = await reads.listCounts();
  const names = listed.map(({ source }) => source);
  expect(names.indexOf('import:new')).toBeLessThan(names.indexOf('key:old'));
  expect(await countsOf('import:new')).toMatchObject({ accepted: 2n });
  expect(await countsOf('nobody')).toMatchObject({ accepted: 0n, lastSeenAt: null });
});

it('does not count what is rolled back, and counts the retry once', async () => {
  const batch = [event(), event(), event({ name: '' })];
  const failing = database.transaction(async (tx) => {
    await events.ingestIn(tx, 'shop', batch, clock.now());
    throw new Error('The batch fails after it was counted.');
  });
  await expect(failing).rejects.toThrow('after it was counted');
  expect(await countsOf('shop')).toMatchObject({ accepted: 0n, quarantined: 0n });
  await events.ingest('shop', batch);
  await events.ingest('shop', batch);
  expect(await countsOf('shop')).toMatchObject({
    accepted: 2n,
    duplicates: 2n,
    quarantined: 2n,
  });
});

it('counts a batch once that starts over in the middle', async () => {
  let attempts = 0;
  const { outcomes } = await database.transaction(async (tx) => {
    attempts += 1;
    const result = await events.ingestIn(tx, 'again', [event(), event()], clock.now());
    if (attempts === 1) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    return result;
  });
  expect([attempts, outcomes.length]).toEqual([2, 2]);
  expect(await countsOf('again')).toMatchObject({ accepted: 2n, duplicates: 0n });
});

it('does not make a batch wait for another of the same source that is not committed', async () => {
  await database.transaction(async (open) => {
    await events.ingestIn(open, 'busy', [event(), event({ name: '' })], clock.now());
    // It holds its counters until it is committed, which is after this one has ended.
    await database.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '2s'`);
      await events.ingestIn(tx, 'busy', [event(), event({ name: '' })], clock.now());
    });
    expect(await countsOf('busy')).toMatchObject({ accepted: 1n, quarantined: 1n });
  });
  expect(await countsOf('busy')).toMatchObject({ accepted: 2n, quarantined: 2n });
});

it('is exact for many batches of one source at once', async () => {
  const batches = Array.from({ length: 40 }, () => [event(), event(), event({ name: '' })]);
  await Promise.all(batches.map((batch) => events.ingest('crowd', batch)));
  expect(await countsOf('crowd')).toMatchObject({ accepted: 80n, quarantined: 40n });
  const stored = await database.query<{ stored: bigint }>(
    `select count(*) as stored from event where source = 'crowd'`,
  );
  expect(stored).toEqual([{ stored: 80n }]);
});

it('has no more rows than there were batches at once', async () => {
  for (let batch = 0; batch < 5; batch += 1) await events.ingest('alone', [event()]);
  const rows = await database.query(`select shard from event_count where source = 'alone'`);
  expect(rows).toEqual([{ shard: 0 }]);
});
