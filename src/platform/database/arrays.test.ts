import fc from 'fast-check';
import { useTestDatabase } from '../../../test/support/database';
import { instantArray, integerArray, textArray, uuidArray } from './arrays';

const { database } = useTestDatabase();

async function roundTrip<Value>(type: string, literal: string): Promise<Value[]> {
  const [row] = await database.query<{ values: Value[] }>(`select $1::${type}[] as values`, [
    literal,
  ]);
  return row?.values ?? [];
}

it('texts arrive as they are, whatever they hold', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((one) => one.replaceAll('\0', '')),
    fc.constantFrom('', 'NULL', 'null', '{}', ',', '"', '\\', '\\"', ' a ', '{"a":1}', '\n'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (texts) => {
      expect(await roundTrip('text', textArray(texts))).toEqual(texts);
    }),
    { numRuns: 200 },
  );
});

it.each([
  [
    'bigint',
    integerArray([0, -1, null, Number.MAX_SAFE_INTEGER]),
    ['0', '-1', null, '9007199254740991'],
  ],
  ['smallint', integerArray([]), []],
  ['bigint', instantArray([new Date(0), null, new Date(-1)]), ['0', null, '-1']],
  ['uuid', uuidArray([]), []],
])('%s %s', async (type, literal, expected) => {
  expect(await roundTrip(type, literal)).toEqual(expected);
});

it('instants are read back to the millisecond', async () => {
  const instants = [
    '0001-01-01T00:00:00.000Z',
    '2026-11-26T06:00:00.123Z',
    '9999-12-31T23:59:59.999Z',
  ];
  const rows = await database.query<{ at: Date }>(
    'select from_ms(ms) as at from unnest($1::bigint[]) as n (ms)',
    [instantArray(instants.map((one) => new Date(one)))],
  );
  expect(rows.map(({ at }) => at.toISOString())).toEqual(instants);
});
