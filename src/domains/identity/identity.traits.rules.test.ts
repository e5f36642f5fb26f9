import fc from 'fast-check';
import type { IdentifierId } from '../../shared/ids';
import type { JsonValue } from '../../shared/json';
import {
  type FoldingStrategy,
  foldByIdentifier,
  foldTrait,
  type ToldTrait,
  UNION_MEMBER_LENGTH_MAX,
  UNION_MEMBERS_MAX,
} from './identity.traits.rules';

/** Values in the order of the days on which they were told. */
function told(...values: readonly JsonValue[]): ToldTrait[] {
  return values.map((value, day) => ({ value, occurredAt: new Date(Date.UTC(2026, 0, 1 + day)) }));
}

describe('what was told of a trait becomes one value', () => {
  it.each<[FoldingStrategy, JsonValue[], JsonValue]>([
    ['OLDEST', ['a', 'b', 'c'], 'a'],
    ['OLDEST', [null, 'b'], null],
    ['MAX', [1, 10, 9], 10],
    ['MIN', [3, -2.5, 9], -2.5],
    ['MAX', ['9', 10, '11'], 10],
    ['MIN', ['2020-01-01', 10], 10],
    ['MAX', ['2026-02-01', '2026-10-01', '2026-09-30'], '2026-10-01'],
    ['MIN', ['2026-02-01', '2026-01-31T23:59:59Z'], '2026-01-31T23:59:59Z'],
    ['MAX', ['2026-02-01T01:00:00+02:00', '2026-01-31T23:30:00Z'], '2026-01-31T23:30:00Z'],
    ['MAX', ['2026-02-01T12:00', '2026-02-01T11:59:59.999Z'], '2026-02-01T12:00'],
    // No dates at all, so the latest told.
    ['MAX', ['2026-02-30', '2026-02-29'], '2026-02-29'],
    ['MAX', ['z', '2026-01-01', 'a'], '2026-01-01'],
    ['MIN', ['b', 'a', 'c'], 'c'],
    ['MAX', [true, null], null],
    ['MAX', ['12026-01-01', '1 January 2026'], '1 January 2026'],
    [
      'UNION',
      [
        ['b', 'a'],
        ['a', 'c'],
      ],
      ['a', 'b', 'c'],
    ],
    ['UNION', ['tea', ['coffee']], ['coffee', 'tea']],
    ['UNION', [null, [null, 1, '1'], 1], ['1', 1]],
    ['UNION', [[{ b: 1, a: 2 }], [{ a: 2, b: 1 }]], [{ a: 2, b: 1 }]],
    ['UNION', [[]], []],
  ])('%s of %j is %j', (strategy, values, expected) => {
    expect(foldTrait(told(...values), strategy).value).toEqual(expected);
  });

  it('a union has no more members than can be kept, and none too long', () => {
    const members = Array.from({ length: UNION_MEMBERS_MAX + 1 }, (_, index) => 1000 + index);
    const { value } = foldTrait(told(members), 'UNION');
    expect(value).toEqual(members.slice(0, UNION_MEMBERS_MAX));
    const long = 'x'.repeat(UNION_MEMBER_LENGTH_MAX - 2);
    expect(foldTrait(told([long, `${long}x`]), 'UNION').value).toEqual([long]);
  });
});

describe('any telling', () => {
  const value = fc.oneof(
    fc.constantFrom<JsonValue>(null, true, '', 'x', '2026-01-01', '2026-01-01T00:00:00Z', -0, 1, 2),
    fc.array(fc.constantFrom<JsonValue>('a', 'b', 1, null), { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 2 }).map((one) => one as JsonValue),
    fc.integer({ min: 0, max: 300 }).map((n) => Array.from({ length: 60 }, (_, i) => n + i)),
  );
  // Instants collide on purpose.
  const one = fc.record({
    value,
    occurredAt: fc.integer({ min: 0, max: 3 }).map((day) => new Date(day * 86_400_000)),
  });
  const strategy = fc.constantFrom<FoldingStrategy>('OLDEST', 'MAX', 'MIN', 'UNION');
  const plain = (trait: ToldTrait): unknown => JSON.parse(JSON.stringify(trait));

  it('gives the same in any order, in any parts, and told twice', () => {
    const stories = fc.array(one, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(stories, fc.array(fc.nat(2), { minLength: 6 }), strategy, (all, parts, by) => {
        const whole = plain(foldTrait(all, by));
        expect(plain(foldTrait(all.toReversed(), by))).toEqual(whole);
        const folded = [0, 1, 2]
          .map((part) => all.filter((_, index) => parts[index] === part))
          .filter((some) => some.length > 0)
          .map((some) => foldTrait(some, by));
        expect(plain(foldTrait([...folded, ...folded, ...all], by))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

it('what is kept is by identifier and name', () => {
  const [a, b] = ['a' as IdentifierId, 'b' as IdentifierId];
  const [first, second] = [new Date(1), new Date(2)];
  const strategies = new Map<string, FoldingStrategy>([
    ['age', 'MAX'],
    ['city', 'OLDEST'],
  ]);
  expect(
    foldByIdentifier(
      [
        { identifierId: a, name: 'age', value: 3, occurredAt: first },
        { identifierId: a, name: 'city', value: 'Rome', occurredAt: second },
        { identifierId: b, name: 'age', value: 9, occurredAt: first },
        { identifierId: a, name: 'age', value: 2, occurredAt: second },
        { identifierId: a, name: 'city', value: 'Oslo', occurredAt: first },
      ],
      strategies,
    ),
  ).toEqual([
    { identifierId: a, name: 'age', value: 3, occurredAt: first },
    { identifierId: a, name: 'city', value: 'Oslo', occurredAt: first },
    { identifierId: b, name: 'age', value: 9, occurredAt: first },
  ]);
});
