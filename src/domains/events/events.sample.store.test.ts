import { useTestDatabase } from '../../../test/support/database';
import { findLatestNamed } from './events.sample.store';

const testing = useTestDatabase();

/** Rows of about a kilobyte: 8 of them fill a page, and 512 pages are read at once. */
async function fill(from: number, to: number, name: string): Promise<void> {
  await testing.database.query(
    `insert into event (identifier_id, occurred_at, event_id, source, message_id, name, channel,
       identifiers, properties, received_at)
     select gen_random_uuid(), now(), gen_random_uuid(), 'test', n::text, $3, null, '[]',
       jsonb_build_object('filler', (select string_agg(md5(n::text || i), '') from generate_series(1, 28) i)),
       timestamptz '2026-01-01' + n * interval '1 second'
     from generate_series($1::int, $2::int) n`,
    [from, to, name],
  );
}

async function latest(name: string, limit: number): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const events of findLatestNamed(testing.database, name, limit)) {
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

it('reads the end of the table and no more than it needs', async () => {
  const [plan] = await testing.database.query<{ 'QUERY PLAN': readonly { Plan: object }[] }>(
    `explain (format json) select * from event where name = 'A' and ctid >= '(100,0)'::tid`,
  );
  expect(JSON.stringify(plan)).toContain('Tid Range Scan');
});
