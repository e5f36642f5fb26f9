import fc from 'fast-check';
import { instant, measures } from '../../../../test/support/lifecycle';
import { someHistory } from '../../../../test/support/lifecycle-histories';
import { type FactName, factNames, factsAt } from '../facts/facts';
import {
  isAlwaysKnown,
  isWhole,
  limitsOf,
  neverExceeds,
  presuppositionOf,
} from './fact-order.rules';

test.each<[FactName, FactName, boolean]>([
  ['activeDays7', 'activeDays7', true],
  ['activeDays7', 'activeDays', true],
  ['activeDays', 'activeDays7', false],
  ['repurchases', 'orders', true],
  ['orderDays365', 'activeDays', true],
  ['silenceDays', 'activeSpanDays', false],
  ['content90', 'shares90', false],
])('%s is never more than %s: %s', (fact, other, expected) => {
  expect(neverExceeds(fact, other)).toBe(expected);
});

test('a fact is no more than what those above it can be, and no less than those below', () => {
  expect(limitsOf('orderDays90')).toEqual({ min: 0, max: 90 });
  expect(limitsOf('activeDays')).toEqual({ min: 1, max: Number.POSITIVE_INFINITY });
  expect(limitsOf('emotion')).toEqual({ min: -100, max: 100 });
});

test('what is said to be certain of facts is so for any customer at any time', () => {
  const pairs = factNames.flatMap((fact) =>
    factNames.filter((other) => neverExceeds(fact, other)).map((other) => [fact, other] as const),
  );
  fc.assert(
    fc.property(someHistory, fc.integer({ min: 0, max: 900 }), (days, offset) => {
      const facts = factsAt(days, measures, instant(offset));
      if (facts === null) return;
      const values = new Map(factNames.map((fact) => [fact, facts(fact)]));
      const untrue: string[] = [];
      for (const [fact, value] of values) {
        const { min, max } = limitsOf(fact);
        if (value === null) {
          if (isAlwaysKnown(fact)) untrue.push(`${fact} is known`);
          continue;
        }
        if (value < min || value > max) untrue.push(`${fact} is from ${min} to ${max}`);
        if (isWhole(fact) && !Number.isInteger(value)) untrue.push(`${fact} is whole`);
        const condition = presuppositionOf(fact);
        const presupposed = condition && (facts(condition.fact) ?? 0);
        const least = Number(condition?.threshold);
        if (presupposed !== null && (presupposed < least || presupposed === 0)) {
          untrue.push(`${fact} presupposes ${condition?.fact}`);
        }
      }
      for (const [less, more] of pairs) {
        const [small, large] = [values.get(less) ?? null, values.get(more) ?? null];
        if (small !== null && large !== null && small > large) untrue.push(`${less} <= ${more}`);
      }
      expect(untrue).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
