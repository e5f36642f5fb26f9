import fc from 'fast-check';
import { activeDay, DAY_0, endOf } from '../../../../test/support/lifecycle';
import { someDays } from '../../../../test/support/lifecycle-arbitraries';
import { addDays, type EpochDay } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import {
  contributionsOf,
  featureNames,
  featureSigns,
  featuresOf,
  probabilityActive,
  probabilityFrom,
  SILENCE_DAYS_MAX,
} from './activity.rules';
import type { ActivityFit } from './activity-fit';
import { NEVER } from './fact-kinds';
import { factDefinition } from './facts';
import { History } from './history';

/** Any fit that could come about: the signs are as they have to be. */
const anyFit: fc.Arbitrary<ActivityFit> = fc
  .record({
    intercept: fc.double({ min: -4, max: 4, noNaN: true }),
    weights: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), {
      minLength: featureNames.length,
      maxLength: featureNames.length,
    }),
    typicalGapDays: fc.constantFrom(1, 30, 90),
  })
  .map(({ intercept, weights, typicalGapDays }) => ({
    horizonDays: 90,
    customers: 1000,
    returned: 300,
    typicalGapDays,
    intercept,
    features: featureNames.map((name, place) => ({
      name,
      weight: (featureSigns[place] || 1) * (weights[place] ?? 0),
      mean: 1,
    })),
    auc: 0.8,
    silenceAuc: 0.7,
  }));

/** Of customers who have done something. */
const anyDays = someDays.filter((days) => days.some(({ events }) => events > 0));

const lastOffset = (days: readonly ActivityDay[]) =>
  Math.max(...days.map(({ day }) => day)) - DAY_0;

function historyAt(days: readonly ActivityDay[], offset: number, activityFit: ActivityFit | null) {
  const measures = {
    typicalCadenceDays: 30,
    occasionDays: 1,
    emotionHalfLifeDays: 90,
    activityFit,
  };
  return History.at(days, measures, endOf(offset));
}

const fact = factDefinition('probabilityActive');

describe('the probability of activity', () => {
  test('is not known without a fit', () => {
    const history = historyAt([activeDay(0)], 5, null);
    expect(fact.value(history)).toBeNull();
    expect(fact.nextCrossing(history, 0.5)).toBe(NEVER);
  });

  test('lies within bounds, and is what its contributions add up to', () => {
    fc.assert(
      fc.property(anyDays, anyFit, fc.nat(1500), (days, fit, later) => {
        const history = historyAt(days, lastOffset(days) + later, fit);
        const probability = probabilityActive(history, fit) as number;
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
        const logOdds = contributionsOf(history, fit).reduce(
          (sum, contribution) => sum + contribution.logOdds,
          fit.intercept,
        );
        expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logOdds)), 9);
        expect(probabilityFrom(featuresOf(history, fit.typicalGapDays), fit)).toBeCloseTo(
          probability,
          9,
        );
      }),
    );
  });

  test('never rises by silence', () => {
    fc.assert(
      fc.property(anyDays, anyFit, (days, fit) => {
        const history = historyAt(days, lastOffset(days), fit);
        let before = 1;
        for (let day = 0; day < 800; day += 1) {
          const probability = probabilityActive(history, fit) as number;
          expect(probability).toBeLessThanOrEqual(before);
          before = probability;
          history.today = addDays(history.today, 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('does not depend on the order of the days', () => {
    fc.assert(
      fc.property(anyDays, anyFit, (days, fit) => {
        const offset = lastOffset(days) + 10;
        expect(probabilityActive(historyAt([...days].reverse(), offset, fit), fit)).toBe(
          probabilityActive(historyAt(days, offset, fit), fit),
        );
      }),
    );
  });
});

describe('the day on which it crosses a threshold', () => {
  test('is the first on which it stands otherwise, and none in the end', () => {
    fc.assert(
      fc.property(
        anyDays,
        anyFit,
        fc.nat(800),
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.record({ ahead: fc.nat(740) })),
        (days, fit, later, chosen) => {
          const history = historyAt(days, lastOffset(days) + later, fit);
          const value = fact.value(history) as number;
          const threshold = typeof chosen === 'number' ? chosen : valueAhead(history, chosen.ahead);
          const standing = Math.sign(value - threshold);
          const expected = firstDayOtherwise(history, threshold, standing);
          expect(fact.nextCrossing(history, threshold)).toBe(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  /** What it will be; today's value for 0. */
  function valueAhead(history: History, days: number): number {
    const { today } = history;
    history.today = addDays(today, days);
    const value = fact.value(history) as number;
    history.today = today;
    return value;
  }

  function firstDayOtherwise(history: History, threshold: number, standing: number): number {
    const { today } = history;
    try {
      for (let ahead = 1; ahead <= 2 * SILENCE_DAYS_MAX; ahead += 1) {
        history.today = (today + ahead) as EpochDay;
        const value = fact.value(history) as number;
        if (Math.sign(value - threshold) !== standing) return history.today;
      }
      return NEVER;
    } finally {
      history.today = today;
    }
  }
});
