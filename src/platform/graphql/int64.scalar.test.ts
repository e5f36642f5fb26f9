import { Kind, parseValue } from 'graphql';
import { InvalidInput } from '../../shared/errors';
import { Int64 } from './int64.scalar';

const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

function fromLiteral(text: string): bigint {
  return Int64.parseLiteral(parseValue(text), {});
}

describe('taken', () => {
  it.each<[unknown, bigint]>([
    ['0', 0n],
    ['-0', 0n],
    ['007', 7n],
    ['1200', 1200n],
    [MAX, 2n ** 63n - 1n],
    [MIN, -(2n ** 63n)],
    [0, 0n],
    [-1, -1n],
    [Number.MAX_SAFE_INTEGER, 9007199254740991n],
  ])('%p as a variable', (value, expected) => {
    expect(Int64.parseValue(value)).toBe(expected);
  });

  it.each([
    ['1200', 1200n],
    ['"1200"', 1200n],
    ['-5', -5n],
    [MAX, 2n ** 63n - 1n],
    [`"${MIN}"`, -(2n ** 63n)],
  ])('%s in a query', (text, expected) => {
    expect(fromLiteral(text)).toBe(expected);
  });
});

describe('refused', () => {
  it.each<unknown>([
    '9223372036854775808',
    '-9223372036854775809',
    '9'.repeat(20),
    '9'.repeat(1_000_000),
    '',
    ' ',
    ' 1',
    '1\n',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '1_000',
    '１',
    'NaN',
    Number.MAX_SAFE_INTEGER + 1,
    1.5,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    null,
    undefined,
    [1],
    ['1'],
    {},
    10n,
  ])('%p as a variable', (value) => {
    expect(() => Int64.parseValue(value)).toThrow(InvalidInput);
  });

  it.each(['1.5', 'true', 'null', 'ONE', '[1]', '{a: 1}', '9223372036854775808', '""'])(
    '%s in a query',
    (text) => {
      expect(() => fromLiteral(text)).toThrow(InvalidInput);
    },
  );

  it('a variable within a literal, of which it knows nothing', () => {
    const node = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: 'x' } } as const;
    expect(() => Int64.parseLiteral(node, { x: 1 })).toThrow(InvalidInput);
  });
});

describe('sent', () => {
  it.each<[unknown, string]>([
    [0n, '0'],
    [2n ** 63n - 1n, MAX],
    [-(2n ** 63n), MIN],
    [1200, '1200'],
    [-0, '0'],
    ['1200', '1200'],
  ])('%p as %s', (value, expected) => {
    expect(Int64.serialize(value)).toBe(expected);
  });

  it.each([1.5, Number.NaN, 'many'])('never a %p, which is a fault of ours', (value) => {
    expect(() => Int64.serialize(value)).toThrow();
  });
});
