import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { listening } from '../../../test/support/statements';
import type { Sql, Tx } from '../../platform/database/database';
import { firstRows, type InstantPosition, type PageRange } from '../../platform/database/keyset';
import { type ProfileId, uuidSource } from '../../shared/ids';
import type { IncomingEvent } from './events.model';
import { monthOf } from './events.months.rules';
import { dropPartition, findMonths, makePartition } from './events.partitions.store';
import { type EventOfPage, findEventPages } from './events.store';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');

/** As another process has it, which knows of no month yet. */
function newProcess() {
  return createPipeline(database, { clock }).events;
}

let serial = 0;

function at(occurredAt: string, user = `u-${++serial}`): IncomingEvent {
  return {
    messageId: uuidSource.next<string>(),
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: user }],
    occurredAt: new Date(occurredAt),
  };
}

async function partitionsOf(source: string): Promise<readonly string[]> {
  const rows = await database.query<{ stored: string }>(
    `select tableoid::regclass || ' ' || count(*) as stored from event where source = $1
     group by tableoid order by 1`,
    [source],
  );
  return rows.map(({ stored }) => stored);
}

test('the events of a batch go to the partitions of their months', async () => {
  const { outcomes } = await newProcess().ingest('months', [
    at('2026-06-15T12:00:00Z'),
    at('2025-12-31T23:59:59.999Z'),
    at('2026-01-01T00:00:00Z'),
    at('2026-06-01T00:00:00Z'),
    at('1970-01-01T00:00:00Z'),
  ]);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['ACCEPTED']));
  expect(await partitionsOf('months')).toEqual([
    'event_y1970m01 1',
    'event_y2025m12 1',
    'event_y2026m01 1',
    'event_y2026m06 2',
  ]);
});

test('of every partition as little is analysed as of the table, whenever it was made', async () => {
  await makePartition(database, monthOf(new Date('2030-01-01T00:00:00Z')));
  const told = await database.query<{ partition: string; targets: readonly (number | null)[] }>(
    `select relid::text as partition, array(
       select attstattarget from pg_attribute
       where attrelid = relid and attnum > 0 and not attisdropped order by attname
     ) as targets
     from pg_partition_tree('event')`,
  );
  const [table, ...partitions] = told;
  expect(new Set(table?.targets)).toEqual(new Set([0, 10]));
  expect(partitions.map(({ partition }) => partition)).toContain('event_y2030m01');
  for (const { targets } of partitions) expect(targets).toEqual(table?.targets);
});

test('an event that is set aside makes no partition', async () => {
  const before = await findMonths(database);
  await newProcess().ingest('aside', [at('2031-01-01T00:00:00Z'), at('1960-01-01T00:00:00Z')]);
  expect(await findMonths(database)).toEqual(before);
});

test('a month that was seen costs no statement, however it is asked for', async () => {
  const events = newProcess();
  await events.ingest('seen', [at('2026-06-02T00:00:00Z')]);
  const sent: string[] = [];
  await database.transaction((tx) => {
    const heard = listening(tx, (text) => sent.push(text));
    return events.ingestIn(heard, 'seen', [at('2026-06-14T00:00:00Z')], clock.now());
  });
  expect(sent.length).toBeGreaterThan(5);
  expect(sent.filter((text) => /partition|pg_inherits/.test(text))).toEqual([]);
});

test('processes that need a month at the same moment all store their events', async () => {
  const months = ['2019-01', '2019-02', '2019-03', '2019-04'];
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) => {
      // Each in another order: made one by one, they must not wait for each other in a circle.
      const batch = months.map((month) => at(`${month}-10T00:00:00Z`));
      return newProcess().ingest('crowd', index % 2 === 0 ? batch : batch.reverse());
    }),
  );
  const statuses = results.flatMap(({ outcomes }) => outcomes.map(({ status }) => status));
  expect(statuses).toEqual(Array.from({ length: 32 }, () => 'ACCEPTED'));
  expect(await partitionsOf('crowd')).toEqual(
    months.map((month) => `event_y${month.replace('-', 'm')} 8`),
  );
  expect(database.transactionCounts.givenUp).toEqual({ conflict: 0, deadlock: 0 });
});

test('a partition is made while others store events, and they while it is made', async () => {
  const events = newProcess();
  await events.ingest('beside', [at('2026-06-01T00:00:00Z')]);
  await database.transaction(async (tx) => {
    await events.ingestIn(tx, 'beside', [at('2026-06-02T00:00:00Z')], clock.now());
    // On another connection, with the batch not yet committed.
    await makePartition(database, monthOf(new Date('2018-01-01T00:00:00Z')));
  });
  await database.transaction(async (tx) => {
    await makePartition(tx, monthOf(new Date('2018-02-01T00:00:00Z')));
    await events.ingest('beside', [at('2026-06-03T00:00:00Z')]);
  });
  expect(await partitionsOf('beside')).toEqual(['event_y2026m06 3']);
});

test('a month that somebody else dropped is made again for an event that is to be kept', async () => {
  const events = newProcess();
  await events.ingest('dropped', [at('2017-05-01T00:00:00Z'), at('2017-06-01T00:00:00Z')]);
  await database.transaction((tx) => dropPartition(tx, monthOf(new Date('2017-05-01T00:00:00Z'))));
  const later = await events.ingest('dropped', [
    at('2017-05-02T00:00:00Z'),
    at('2017-06-02T00:00:00Z'),
  ]);
  expect(later.outcomes.map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(await partitionsOf('dropped')).toEqual(['event_y2017m05 1', 'event_y2017m06 2']);
});

describe('a page of events', () => {
  /** The partitions that a page is read from. */
  async function partitionsRead(
    profileIds: readonly ProfileId[],
    page: PageRange<InstantPosition>,
  ): Promise<readonly string[]> {
    return database.transaction(async (tx) => {
      // What the connection did before may not have been written to the statistics yet.
      const earlier = await scansOf(tx);
      await pageOf(tx, profileIds, page);
      const after = await scansOf(tx);
      return [...after].flatMap(([name, scans]) => (scans === earlier.get(name) ? [] : name));
    });
  }

  async function pageOf(
    sql: Sql,
    profileIds: readonly ProfileId[],
    page: PageRange<InstantPosition>,
  ): Promise<readonly EventOfPage[]> {
    const pages = await findEventPages(
      sql,
      profileIds.map((profileId) => ({ profileId, page, withDetails: true })),
    );
    return pages.flat();
  }

  /** How often each partition was looked into. */
  async function scansOf(tx: Tx): Promise<ReadonlyMap<string, bigint>> {
    const rows = await tx.query<{ name: string; scans: bigint }>(
      `select relname as name, idx_scan + seq_scan as scans from pg_stat_xact_user_tables
       where relname like 'event\\_y%' order by 1 desc`,
    );
    return new Map(rows.map(({ name, scans }) => [name, scans]));
  }

  const months = Array.from({ length: 36 }, (_, index) => {
    return new Date(Date.UTC(2026, 5 - index, 10));
  });

  it('is read from as many months as it needs, newest first, and in order', async () => {
    const batch = months.flatMap((month) => [
      at(month.toISOString(), 'regular'),
      at(new Date(month.getTime() + 3_600_000).toISOString(), 'regular'),
    ]);
    const { profileIds } = await newProcess().ingest('pages', batch);
    const newest = await pageOf(database, profileIds, firstRows(5));
    expect(newest.map(({ occurredAt }) => occurredAt.toISOString())).toEqual([
      '2026-06-10T01:00:00.000Z',
      '2026-06-10T00:00:00.000Z',
      '2026-05-10T01:00:00.000Z',
      '2026-05-10T00:00:00.000Z',
      '2026-04-10T01:00:00.000Z',
    ]);
    expect(await partitionsRead(profileIds, firstRows(5))).toEqual([
      'event_y2026m06',
      'event_y2026m05',
      'event_y2026m04',
    ]);
    const before = { at: new Date('2024-02-10T01:00:00Z'), id: uuidSource.next<string>() };
    expect(await partitionsRead(profileIds, firstRows(3, before))).toEqual([
      'event_y2024m02',
      'event_y2024m01',
    ]);
  });

  it('from the end is read from as many months, forward from the first one', async () => {
    const { profileIds } = await newProcess().ingest(
      'pages',
      months.map((month) => at(month.toISOString(), 'backward')),
    );
    const last = { limit: 2, after: null, before: null, isBackward: true };
    const earliest = await pageOf(database, profileIds, last);
    expect(earliest.map(({ occurredAt }) => occurredAt.toISOString())).toEqual([
      '2023-08-10T00:00:00.000Z',
      '2023-07-10T00:00:00.000Z',
    ]);
    expect(await partitionsRead(profileIds, last)).toEqual(['event_y2023m08', 'event_y2023m07']);
    const before = { at: new Date('2024-02-10T00:00:00Z'), id: uuidSource.next<string>() };
    expect(await partitionsRead(profileIds, { ...last, before })).toEqual([
      'event_y2024m04',
      'event_y2024m03',
      'event_y2024m02',
    ]);
  });

  it('looks at no month before the customer was first seen, nor after they were last seen', async () => {
    const { profileIds } = await newProcess().ingest('pages', [at('2026-05-20T00:00:00Z')]);
    expect(await pageOf(database, profileIds, firstRows(50))).toHaveLength(1);
    expect(await partitionsRead(profileIds, firstRows(50))).toEqual(['event_y2026m05']);
  });
});
