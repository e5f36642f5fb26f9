import fc from 'fast-check';
import { instant, measures } from '../../../../test/support/lifecycle';
import { someDays, thresholdsOf } from '../../../../test/support/lifecycle-arbitraries';
import { addDays, dayOf, type EpochDay } from '../../../shared/days';
import { NEVER } from '../facts/fact-kinds';
import { factDefinition, factNames } from '../facts/facts';
import { History } from '../facts/history';

/** How far ahead every day is looked at. */
const DAYS_AHEAD = 500;

/** Asked over and over, a fact that nobody touches has to come to rest. */
const QUESTIONS_MAX = 1500;

const someOffset = fc.integer({ min: 0, max: 760 });

describe.each(factNames)('%s', (name) => {
  const { value, nextCrossing, min, max } = factDefinition(name);
  const sideOf = (history: History, threshold: number) => {
    const now = value(history);
    return now === null ? null : Math.sign(now - threshold);
  };

  test('crosses no threshold before it says so, and comes to rest', () => {
    fc.assert(
      fc.property(someDays, someOffset, thresholdsOf(name), (all, offset, threshold) => {
        const history = History.at(all, measures, instant(offset));
        if (!history.isBegun) return;
        const today = dayOf(instant(offset));
        const side = sideOf(history, threshold);
        const crossing = nextCrossing(history, threshold);
        expect(crossing).toBeGreaterThan(today);
        const ahead = Math.min(crossing - today, DAYS_AHEAD);
        let days = 1;
        for (; days < ahead; days++) {
          history.today = addDays(today, days);
          if (sideOf(history, threshold) !== side) break;
        }
        expect(days).toBeGreaterThanOrEqual(ahead);
        history.today = today;
        let asked = 0;
        for (; asked < QUESTIONS_MAX; asked++) {
          const next = nextCrossing(history, threshold);
          if (next === NEVER) break;
          history.today = next as EpochDay;
        }
        expect(asked).toBeLessThan(QUESTIONS_MAX);
      }),
      { numRuns: 40 },
    );
  });

  test('stays within its range', () => {
    fc.assert(
      fc.property(someDays, someOffset, (days, offset) => {
        const history = History.at(days, measures, instant(offset));
        const now = history.isBegun ? value(history) : null;
        if (now === null) return;
        expect(now).toBeGreaterThanOrEqual(min);
        expect(now).toBeLessThanOrEqual(max);
      }),
      { numRuns: 40 },
    );
  });
});
