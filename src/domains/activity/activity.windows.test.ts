import fc from 'fast-check';
import type { EpochDay } from '../../shared/days';
import { type ActivityDay, signalNames } from './activity.model';
import { countDaysWith, daysBetween, sumSignal, trailingDays } from './activity.windows';

const noSignals = Object.fromEntries(signalNames.map((name) => [name, 0]));

function activityDay(day: number, changes: Partial<ActivityDay> = {}): ActivityDay {
  const at = new Date(day * 86_400_000);
  return { ...noSignals, day, events: 1, firstAt: at, lastAt: at, ...changes } as ActivityDay;
}

const days = [-2, 0, 3, 4, 9].map((day) => activityDay(day));
const numbers = (some: readonly ActivityDay[]): number[] => some.map((one) => one.day);

describe('the days between two', () => {
  it.each([
    [0, 4, [0, 3, 4]],
    [1, 2, []],
    [3, 3, [3]],
    [-9, 99, [-2, 0, 3, 4, 9]],
    [-9, -3, []],
    [10, 99, []],
    [4, 3, []],
  ])('%i … %i, both included', (first, last, expected) => {
    expect(numbers(daysBetween(days, first as EpochDay, last as EpochDay))).toEqual(expected);
  });
});

describe('the trailing days', () => {
  it.each([
    [4, 1, [4]],
    [4, 2, [3, 4]],
    [4, 4, [3, 4]],
    [4, 5, [0, 3, 4]],
    [5, 1, []],
    [4, 0, []],
  ])('that end with %i, %i of them', (last, length, expected) => {
    expect(numbers(trailingDays(days, last as EpochDay, length))).toEqual(expected);
  });
});

it('sums and counts as going through all days would', () => {
  const someDays = fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 40 })
    .chain((chosen) =>
      fc.tuple(
        fc.constant(chosen.toSorted((left, right) => left - right)),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: -60, max: 60 }),
        fc.integer({ min: 0, max: 80 }),
      ),
    );
  fc.assert(
    fc.property(someDays, ([chosen, orders, last, length]) => {
      const all = chosen.map((day, index) => activityDay(day, { orders: orders[index] ?? 0 }));
      const window = trailingDays(all, last as EpochDay, length);
      const expected = all.filter((one) => one.day <= last && one.day > last - length);
      expect(window).toEqual(expected);
      expect(sumSignal(window, 'orders')).toBe(expected.reduce((sum, one) => sum + one.orders, 0));
      expect(sumSignal(window, 'events')).toBe(expected.length);
      expect(countDaysWith(window, 'orders')).toBe(expected.filter((one) => one.orders > 0).length);
    }),
    { numRuns: 500 },
  );
});
