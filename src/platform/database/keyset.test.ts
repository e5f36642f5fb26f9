import fc from 'fast-check';
import { useTestDatabase } from '../../../test/support/database';
import {
  firstRows,
  inListOrder,
  type KeyColumn,
  Keyset,
  type PageRange,
  readPages,
} from './keyset';

const { database } = useTestDatabase();

interface Place {
  readonly name: string;
  readonly number: number;
  /** Null comes last. */
  readonly until: number | null;
}

interface Row extends Place {
  readonly owner: number;
}

type Part = readonly [field: keyof Place, isDescending: boolean];

/** Every way in which columns can run. */
const orders = {
  'all ascending': [
    ['name', false],
    ['number', false],
  ],
  'all descending': [
    ['name', true],
    ['number', true],
  ],
  'one each way': [
    ['name', false],
    ['number', true],
  ],
  'the other way': [
    ['name', true],
    ['number', false],
  ],
  'partly null': [
    ['until', false],
    ['name', false],
    ['number', false],
  ],
  'three of them': [
    ['name', true],
    ['number', false],
    ['until', false],
  ],
} as const satisfies Record<string, readonly Part[]>;

const LATEST = 2_147_483_647;

function toColumn([field, isDescending]: Part): KeyColumn<Place> {
  const sql = `t.${field}`;
  if (field !== 'until') {
    const type = field === 'name' ? 'text' : 'int';
    return { sql, type, isDescending, of: (place) => place[field] };
  }
  const compared = `coalesce(t.until, ${LATEST})`;
  return { sql, compared, type: 'int', isDescending, of: (place) => place.until ?? LATEST };
}

/** Below zero where the one comes before the other. */
function compare(parts: readonly Part[], one: Place, other: Place): number {
  for (const [field, isDescending] of parts) {
    const [left, right] = [one[field] ?? LATEST, other[field] ?? LATEST];
    if (left !== right) return left < right === isDescending ? 1 : -1;
  }
  return 0;
}

const rows = fc.uniqueArray(
  fc.record({
    owner: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom('a', 'b', 'c'),
    number: fc.integer({ min: 0, max: 4 }),
    until: fc.option(fc.integer({ min: 0, max: 2 })),
  }),
  { maxLength: 30, selector: ({ owner, name, number }) => `${owner} ${name} ${number}` },
);

const place = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  number: fc.integer({ min: 0, max: 4 }),
  until: fc.option(fc.integer({ min: 0, max: 2 })),
});

const range: fc.Arbitrary<PageRange<Place>> = fc.record({
  limit: fc.integer({ min: 0, max: 6 }),
  after: fc.option(place),
  before: fc.option(place),
  isBackward: fc.boolean(),
});

beforeAll(() =>
  database.query('create table thing (owner int, name text collate "C", number int, until int)'),
);

async function fill(things: readonly Row[]): Promise<void> {
  await database.query('truncate thing');
  await database.query(
    'insert into thing select * from unnest($1::int[], $2::text[], $3::int[], $4::int[])',
    [
      things.map(({ owner }) => owner),
      things.map(({ name }) => name),
      things.map(({ number }) => number),
      things.map((thing) => thing.until),
    ],
  );
}

/** What is to come, found without a database. */
function expectedOf(
  parts: readonly Part[],
  things: readonly Row[],
  owner: number,
  { limit, after, before, isBackward }: PageRange<Place>,
): readonly Row[] {
  const between = things
    .filter((thing) => thing.owner === owner)
    .filter((thing) => after === null || compare(parts, thing, after) > 0)
    .filter((thing) => before === null || compare(parts, thing, before) < 0)
    .sort((one, other) => compare(parts, one, other));
  return isBackward ? between.slice(Math.max(0, between.length - limit)) : between.slice(0, limit);
}

describe.each(Object.entries(orders))('a list whose columns are %s', (_name, parts) => {
  const keyset = new Keyset<Place>(parts.map(toColumn));

  const readOne = async (owner: number, page: PageRange<Place>): Promise<Row[]> => {
    const parameters: unknown[] = [owner];
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const { within, order } = keyset.page(page, bind);
    const found = await database.query<Row & Record<string, unknown>>(
      `select * from thing t where owner = $1 and ${within} order by ${order}
       limit ${bind(page.limit)}`,
      parameters,
    );
    return inListOrder(found, page);
  };

  const readMany = (keys: readonly { owner: number; page: PageRange<Place> }[]) =>
    readPages(keys, (alike) => {
      const { asked, within, order, parameters } = keyset.pages(alike, {
        owner_id: ['int', ({ owner }) => owner],
      });
      return database.query<Row & { page: number } & Record<string, unknown>>(
        `select p.page, t.* from ${asked}
         cross join lateral (
           select * from thing t where t.owner = p.owner_id and ${within}
           order by ${order} limit p.size
         ) t
         order by p.page, ${keyset.order}`,
        [...parameters],
      );
    });

  it('gives what is between two places, from either end, one page or many at once', async () => {
    const asked = fc.array(fc.record({ owner: fc.integer({ min: 1, max: 4 }), page: range }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(rows, asked, async (things, keys) => {
        await fill(things);
        const many = await readMany(keys);
        for (const [index, { owner, page }] of keys.entries()) {
          const expected = expectedOf(parts, things, owner, page);
          expect(await readOne(owner, page)).toEqual(expected);
          expect(many[index]?.map(({ page: _page, ...row }) => row)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });
});

it('pages of one shape share a statement, and others do not', async () => {
  const asked: number[] = [];
  const places: PageRange<string>[] = [
    firstRows(3),
    firstRows(5),
    firstRows(3, 'x'),
    firstRows(2, 'y'),
    { limit: 3, after: null, before: null, isBackward: true },
  ];
  const pages = await readPages(
    places.map((page) => ({ page })),
    async (alike) => {
      asked.push(alike.length);
      return alike.map((_, page) => ({ page, size: alike.length }));
    },
  );
  expect(asked).toEqual([2, 2, 1]);
  expect(pages.map(([row]) => row?.size)).toEqual([2, 2, 2, 2, 1]);
});
