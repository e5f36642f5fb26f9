import fc from 'fast-check';
import { InvalidInput } from '../../shared/errors';
import { toConnection } from './connection';
import { type CursorForm, decodeCursor, encodeCursor } from './cursor';
import { instantCursor } from './instant-cursor';
import { type PageArguments, readPageArguments } from './page-arguments';

/** Of a list of whole numbers. */
const numberCursor: CursorForm<number> = {
  length: 1,
  write: (number) => [String(number)],
  read: ([text = '']) => (/^\d+$/.test(text) ? Number(text) : null),
};

const cursorOf = (number: number): string => encodeCursor(numberCursor.write(number));

function ask(page: PageArguments) {
  return readPageArguments(page, numberCursor);
}

describe('the size of a page', () => {
  it.each([
    [{}, 20, false],
    [{ first: null, last: null }, 20, false],
    [{ first: 1 }, 1, false],
    [{ first: 100 }, 100, false],
    [{ first: null, last: 1 }, 1, true],
    [{ last: 100 }, 100, true],
  ])('of %j is %i', (page, size, isBackward) => {
    expect(ask(page)).toMatchObject({ size, limit: size + 1, isBackward });
  });

  it.each([0, -1, 101, 1_000_000, 2 ** 31 - 1, -(2 ** 31)])('%i is refused', (size) => {
    expect(() => ask({ first: size })).toThrow('`first` must be between 1 and 100.');
    expect(() => ask({ last: size })).toThrow('`last` must be between 1 and 100.');
  });
});

describe('what goes with what', () => {
  const [after, before] = [cursorOf(3), cursorOf(8)];

  it.each<[PageArguments, object]>([
    [{ after }, { after: 3, before: null, isBackward: false }],
    [
      { first: 2, after },
      { after: 3, before: null, isBackward: false },
    ],
    [
      { last: 2, before },
      { after: null, before: 8, isBackward: true },
    ],
    [
      { first: 2, before },
      { after: null, before: 8, isBackward: false },
    ],
    [
      { last: 2, after },
      { after: 3, before: null, isBackward: true },
    ],
    [
      { last: 2, after, before },
      { after: 3, before: 8, isBackward: true },
    ],
    [
      { first: 2, after: null, before: null },
      { after: null, before: null },
    ],
  ])('%j is taken', (page, expected) => {
    expect(ask(page)).toMatchObject(expected);
  });

  it.each<[PageArguments, string, string]>([
    [{ first: 1, last: 1 }, 'Ask for `first` or for `last`, not for both.', 'last'],
    [{ before }, 'Say how many are wanted `before` the cursor, with `last`.', 'last'],
    [{ first: 1, after: 'x' }, 'Not a cursor of this list.', 'after'],
    [{ last: 1, before: 'x' }, 'Not a cursor of this list.', 'before'],
    [{ last: 1, before: '' }, 'Not a cursor of this list.', 'before'],
  ])('%j is refused', (page, message, argument) => {
    let refusal: unknown;
    try {
      ask(page);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect(refusal).toMatchObject({
      message: expect.stringContaining(message),
      details: { argument },
    });
  });
});

/** The specification's own algorithm, over a whole list: https://relay.dev/graphql/connections.htm */
function bySpecification(
  all: readonly number[],
  {
    first,
    after,
    last,
    before,
  }: { first?: number; after?: number; last?: number; before?: number },
) {
  const isAfter = (one: number) => after === undefined || one > after;
  const isBefore = (one: number) => before === undefined || one < before;
  const between = all.filter((one) => isAfter(one) && isBefore(one));
  const hasMore = between.length > (first ?? last ?? 0);
  return {
    nodes: last === undefined ? between.slice(0, first) : between.slice(-last),
    hasNextPage: first !== undefined ? hasMore : before !== undefined && all.includes(before),
    hasPreviousPage: last !== undefined ? hasMore : after !== undefined && all.includes(after),
  };
}

describe('a page', () => {
  const list = fc
    .uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
    .map((numbers) => numbers.sort((one, other) => one - other));

  it('is what the specification says, with any arguments', () => {
    const asked = list.chain((all) =>
      fc.record({
        all: fc.constant(all),
        size: fc.integer({ min: 1, max: 6 }),
        isBackward: fc.boolean(),
        after: fc.option(fc.constantFrom(...(all.length > 0 ? all : [1])), { nil: undefined }),
        before: fc.option(fc.constantFrom(...(all.length > 0 ? all : [1])), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(asked, ({ all, size, isBackward, after, before }) => {
        fc.pre(all.length > 0);
        const sizes = isBackward ? { last: size } : { first: size };
        const page = ask({
          ...sizes,
          after: after === undefined ? null : cursorOf(after),
          before: before === undefined ? null : cursorOf(before),
        });
        // What a store gives: at most `limit` rows, from the end that is asked for.
        const between = all.filter(
          (one) =>
            (page.after === null || one > page.after) &&
            (page.before === null || one < page.before),
        );
        const rows = isBackward ? between.slice(-page.limit) : between.slice(0, page.limit);
        const { edges, pageInfo } = toConnection(
          rows,
          page,
          (number) => ({ number }),
          (number) => number,
        );
        const { nodes, hasNextPage, hasPreviousPage } = bySpecification(all, {
          ...sizes,
          ...(after !== undefined && { after }),
          ...(before !== undefined && { before }),
        });
        expect(edges.map(({ node }) => node.number)).toEqual(nodes);
        expect(edges.map(({ cursor }) => cursor)).toEqual(nodes.map(cursorOf));
        expect(pageInfo).toMatchObject({
          hasNextPage,
          hasPreviousPage,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        });
      }),
    );
  });
});

/** One that takes any parts, as many as it is long. */
const partsCursor = (length: number): CursorForm<readonly string[]> => ({
  length,
  write: (parts) => parts,
  read: (parts) => parts,
});

describe('a cursor', () => {
  it('comes back as it was made', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (parts) => {
        const cursor = encodeCursor(parts);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(decodeCursor(cursor, partsCursor(parts.length), 'after')).toEqual(parts);
      }),
    );
  });

  it.each([
    ['empty', ''],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('a,b').toString('base64url')],
    ['no list', Buffer.from('{"a":1}').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['other parts than text', Buffer.from('[1,2]').toString('base64url')],
    ['too few parts', encodeCursor(['a'])],
    ['too many parts', encodeCursor(['a', 'b', 'c'])],
    ['cut off', encodeCursor(['abc', 'def']).slice(0, -4)],
  ])('that is %s is refused', (_, cursor) => {
    expect(() => decodeCursor(cursor, partsCursor(2), 'after')).toThrow(InvalidInput);
  });

  it('is refused as bad input, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor(text, partsCursor(2), 'after');
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });
});

describe('a cursor of a list by time', () => {
  const id = '0197a1b2-c3d4-7e5f-8a6b-0123456789ab';
  const at = new Date('2026-06-15T12:00:00.123Z');
  const decode = (parts: readonly string[]) =>
    decodeCursor(encodeCursor(parts), instantCursor, 'after');

  it('comes back as it was made', () => {
    expect(decode(instantCursor.write({ at, id }))).toEqual({ at, id });
  });

  it.each([
    ['no time', ['yesterday', id]],
    ['a time in another form', ['2026-06-15', id]],
    ['a day that does not exist', ['2026-02-30T00:00:00.000Z', id]],
    ['a year before 1', ['0000-12-31T23:59:59.999Z', id]],
    ['a year beyond 9999', ['+010000-01-01T00:00:00.000Z', id]],
    ['a year before Christ', ['-000001-01-01T00:00:00.000Z', id]],
    ['no id', [at.toISOString(), '1']],
    ['SQL', [at.toISOString(), `${id}' or '1'='1`]],
    ['an id in capitals', [at.toISOString(), id.toUpperCase()]],
  ])('with %s is refused', (_, parts) => {
    expect(() => decode(parts)).toThrow(InvalidInput);
  });
});
