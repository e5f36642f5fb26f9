import { useTestDatabase } from '../../../test/support/database';
import { statementsDuring } from '../../../test/support/statements';
import { deadlineAfter, pollUntil } from './embedded/poll';
import { GatheredSql } from './gathered-sql';
import { KnownReads } from './known-reads';

const { database } = useTestDatabase();

/** Every kind of column there is in the tables, and what is hard to write in JSON. */
const KINDS = `select 9007199254740993::bigint as "whole", 0.1::float8 as "part", 'NaN'::float8 as "none",
  '-Infinity'::float8 as "least", 1::int as "int", 2::smallint as "small", 1.50::numeric as "money",
  true as "yes", null::text as "nothing", 'é "quoted" \\ 😀'::text as "text",
  timestamptz '2026-11-27T10:20:30.123456+02' as "at", timestamptz '0044-03-15 12:00:00+00 BC' as "ides",
  timestamptz '0900-01-01' as "early", timestamptz '12026-01-01' as "late",
  timestamptz 'infinity' as "never", date '2026-11-27' as "day",
  '{"a": [1, null, {"b": "c"}]}'::jsonb as "json", '"2026-11-27T00:00:00Z"'::jsonb as "lookalike",
  '01a21a81-9717-767c-96e1-aad50c194e90'::uuid as "id", '\\x00ff'::bytea as "bytes",
  array[1, 2]::int[] as "ints", array['a', null]::text[] as "texts", array[1]::bigint[] as "wholes",
  interval '1 day 2 hours' as "span"`;

/** What a read gives that is begun by itself. */
async function read(sql: GatheredSql, text: string, parameters: readonly unknown[] = []) {
  const [rows] = await together<[object[]]>(sql, () => [sql.query(text, parameters)]);
  return rows;
}

/** What reads give that are begun at one moment. */
async function together<Results extends readonly unknown[]>(
  sql: GatheredSql,
  begin: () => { readonly [Each in keyof Results]: Promise<Results[Each]> },
): Promise<Results> {
  let begun: readonly Promise<unknown>[] = [];
  sql.gather(() => {
    begun = begin();
  });
  return (await Promise.all(begun)) as unknown as Results;
}

it('gives rows as the driver does, whatever they hold', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const alone = await read(sql, KINDS);
  await read(sql, 'select 1 as one');
  let rows: unknown;
  const statements = await statementsDuring(async () => {
    [rows] = await together(sql, () => [sql.query(KINDS), sql.query('select 1 as one')]);
  });
  expect(statements).toHaveLength(1);
  expect(rows).toStrictEqual(alone);
});

it('gives each read its own rows, in their order', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const down = 'select n from generate_series($1::int, $2::int, -1) n';
  const times = 'select $2::int * n as product from unnest($1::int[]) n where n > $3';
  const ask = () =>
    together(sql, () => [
      sql.query(down, [12, 1]),
      sql.query(times, [[3, 1, 2], 10, 1]),
      sql.query(down, [0, 1]),
    ]);
  const first = await ask();
  let second: unknown;
  const statements = await statementsDuring(async () => {
    second = await ask();
  });
  expect(statements).toHaveLength(1);
  expect(second).toStrictEqual(first);
  expect(first).toStrictEqual([
    Array.from({ length: 12 }, (_, index) => ({ n: 12 - index })),
    [{ product: 30 }, { product: 20 }],
    [],
  ]);
});

it('is one text for the same reads, in whatever order they are begun', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const texts = ['select 1 as a', 'select 2 as b', 'select 3 as c'] as const;
  for (const text of texts) await read(sql, text);
  const sentFor = (order: readonly number[]) =>
    statementsDuring(() =>
      together(sql, () => order.map((index) => sql.query(texts[index] ?? ''))),
    );
  const [one] = await sentFor([0, 1, 2]);
  const [other] = await sentFor([2, 0, 1]);
  expect(other).toBe(one);
});

it('fails those that fail, and none of the others', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const divide = 'select 1 / $1::int as quotient';
  const ask = (by: number) => {
    const results: Promise<unknown>[] = [];
    sql.gather(() => results.push(sql.query(divide, [by]), sql.query('select 5 as five')));
    return Promise.allSettled(results);
  };
  await ask(1);
  expect(await ask(0)).toEqual([
    { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) },
    { status: 'fulfilled', value: [{ five: 5 }] },
  ]);
});

it('does not gather what is asked for later', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  await read(sql, 'select 1 as a');
  const later = async () => {
    await sql.query('select 1 as a');
    return sql.query('select 1 as a');
  };
  const statements = await statementsDuring(() => together(sql, () => [later(), later()]));
  expect(statements).toHaveLength(3);
});

it('goes on when a table has changed under a plan', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  await database.query('create table changing as select 1 as number');
  const text = 'select number from changing';
  for (let time = 0; time < 3; time += 1) await read(sql, text);
  await database.query("alter table changing alter number type text using 'one'");
  expect(await read(sql, text)).toEqual([{ number: 'one' }]);
});

it('keeps plans of the latest texts only', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const kept = () =>
    read(sql, "select count(*)::int as plans from pg_prepared_statements where name like 'r\\_%'");
  for (let number = 0; number < 150; number += 1) {
    for (let time = 0; time < 2; time += 1) {
      expect(await read(sql, `select ${number} as number`)).toEqual([{ number }]);
    }
  }
  await kept();
  expect(await kept()).toEqual([{ plans: 64 }]);
});

it('writes nothing', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  await expect(read(sql, "select make_event_partition('2020-01-01')")).rejects.toMatchObject({
    code: '25006',
  });
});

it('fails what is under way when its connection is lost, and goes on with another', async () => {
  const sql = new GatheredSql(database, new KnownReads());
  const lost = read(sql, 'select pg_sleep(30)');
  const stop = `select pg_terminate_backend(pid) from pg_stat_activity
    where query like 'select pg_sleep(30)%' and datname = current_database()`;
  await pollUntil(deadlineAfter(20), async () =>
    (await database.query(stop)).length === 1 ? true : undefined,
  );
  await expect(lost).rejects.toMatchObject({ code: '57P01' });
  expect(await read(sql, 'select 1 as one')).toEqual([{ one: 1 }]);
});
