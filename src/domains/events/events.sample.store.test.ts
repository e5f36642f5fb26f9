import { useTestDatabase } from '../../../test/support/database';
import { listeningSql } from '../../../test/support/statements';
import type { Sql } from '../../platform/database/database';
import { findLatestNamed } from './events.sample.store';

const testing = useTestDatabase();

/** Rows of about a kilobyte: 8 of them fill a page, and 512 pages are read at once. */
async function fill(
  from: number,
  to: number,
  name: string,
  occurredAt = '2026-11-15T12:00:00Z',
): Promise<void> {
  await testing.database.query(
    `select make_event_partition(date_trunc('month', $1::timestamptz at time zone 'UTC')::date)`,
    [occurredAt],
  );
  await testing.database.query(
    `insert into event (identifier_id, occurred_at, event_id, source, message_id, name, channel,
       identifiers, properties, received_at)
     select gen_random_uuid(), $4::timestamptz, gen_random_uuid(), 'test', n::text, $3, null, '[]',
       jsonb_build_object('filler', (select string_agg(md5(n::text || i), '') from generate_series(1, 28) i)),
       timestamptz '2026-01-01' + n * interval '1 second'
     from generate_series($1::int, $2::int) n`,
    [from, to, name, occurredAt],
  );
}

async function latest(
  name: string,
  limit: number,
  sql: Sql = testing.database,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const events of findLatestNamed(sql, name, limit)) {
    found.push(...events.map(({ messageId }) => messageId));
  }
  return found;
}

it('finds nothing where nothing is', async () => {
  expect(await latest('A', 10)).toEqual([]);
});

it('finds each once, those stored last first, over any number of pages', async () => {
  await fill(1, 10, 'A');
  await fill(11, 12_000, 'B');
  await fill(12_001, 12_010, 'A');
  expect(await latest('A', 5)).toEqual(['12010', '12009', '12008', '12007', '12006']);
  expect(await latest('A', 15)).toHaveLength(15);
  expect(new Set(await latest('B', 20_000)).size).toBe(11_990);
  expect((await latest('A', 100)).slice(-10)).toEqual(
    Array.from({ length: 10 }, (_, index) => String(10 - index)),
  );
});

it('goes back month by month, and no further than it needs', async () => {
  await fill(20_001, 20_003, 'A', '2026-12-31T23:59:59Z');
  // Arrived last, and happened in a month before.
  await fill(20_004, 20_005, 'A', '2026-10-01T00:00:00Z');
  expect(await latest('A', 5)).toEqual(['20003', '20002', '20001', '12010', '12009']);
  expect((await latest('A', 100)).slice(-2)).toEqual(['20005', '20004']);
  const read: string[] = [];
  const hear = (text: string) => read.push(/from (event_\w+)/.exec(text)?.[1] ?? '');
  await latest('A', 3, listeningSql(testing.database, hear));
  expect(read.filter(Boolean)).toEqual(['event_y2026m12']);
});

it('goes on where a month is dropped before it is read', async () => {
  await fill(30_001, 30_002, 'C', '2027-01-05T00:00:00Z');
  await fill(30_003, 30_004, 'C', '2027-02-05T00:00:00Z');
  const { database } = testing;
  const dropping: Sql = {
    query: async (statement, parameters) => {
      const isRead = /from event_y2027m02/.test(String(statement));
      if (isRead) await database.query('drop table if exists event_y2027m02');
      return database.query(statement, parameters);
    },
  };
  expect(await latest('C', 10, dropping)).toEqual(['30002', '30001']);
});

it('reads the end of the table and no more than it needs', async () => {
  const [plan] = await testing.database.query<{ 'QUERY PLAN': readonly { Plan: object }[] }>(
    `explain (format json) select * from event_y2026m11 where name = 'A' and ctid >= '(100,0)'::tid`,
  );
  expect(JSON.stringify(plan)).toContain('Tid Range Scan');
});
