import fc from 'fast-check';
import { InvalidInput } from '../../shared/errors';
import { decodeCursor, encodeCursor, pageSize, toConnection } from './connection';
import { decodeInstantCursor, instantPosition } from './instant-cursor';

describe('the size of a page', () => {
  it.each([
    [undefined, 20],
    [null, 20],
    [1, 1],
    [100, 100],
  ])('%p is %i', (first, expected) => {
    expect(pageSize(first)).toBe(expected);
  });

  it.each([0, -1, 101, 1_000_000, 2 ** 31 - 1])('%i is refused', (first) => {
    expect(() => pageSize(first)).toThrow(InvalidInput);
  });
});

describe('a page', () => {
  const page = (rows: readonly number[], size: number) =>
    toConnection(
      rows,
      size,
      (row) => ({ number: row }),
      (row) => [String(row)],
    );

  it.each([
    [[], 2, [], false],
    [[1], 2, [1], false],
    [[1, 2], 2, [1, 2], false],
    [[1, 2, 3], 2, [1, 2], true],
  ])('of %j, %i wanted', (rows, size, expected, hasNextPage) => {
    const { edges, pageInfo } = page(rows, size);
    expect(edges.map((edge) => edge.node.number)).toEqual(expected);
    expect(pageInfo).toEqual({ hasNextPage, endCursor: edges.at(-1)?.cursor ?? null });
  });

  it('ends with the cursor of its last node, not of the one beyond', () => {
    const { pageInfo } = page([1, 2, 3], 2);
    expect(decodeCursor(pageInfo.endCursor ?? '', 1)).toEqual(['2']);
  });
});

describe('a cursor', () => {
  it('comes back as it was made', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (position) => {
        const cursor = encodeCursor(position);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(decodeCursor(cursor, position.length)).toEqual(position);
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
    expect(() => decodeCursor(cursor, 2)).toThrow(InvalidInput);
  });

  it('is refused as bad input, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor(text, 2);
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

  it('comes back as it was made, and none is none', () => {
    expect(decodeInstantCursor(encodeCursor(instantPosition(at, id)))).toEqual({ at, id });
    expect(decodeInstantCursor(null)).toBeNull();
    expect(decodeInstantCursor(undefined)).toBeNull();
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
  ])('with %s is refused', (_, position) => {
    expect(() => decodeInstantCursor(encodeCursor(position))).toThrow(InvalidInput);
  });
});
