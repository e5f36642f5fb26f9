import { addDays, type EpochDay, startOfDay } from '../../shared/days';
import type { ActivityDay } from '../activity';
import { signalNames } from '../activity';
import { type FactName, factsAt } from './lifecycle.facts';

const DAY_0 = 20_000 as EpochDay;
const TYPICAL_CADENCE = 30;

/** An active day at noon; `orders` of them. */
function day(offset: number, orders = 1, events = 1): ActivityDay {
  const noon = new Date(startOfDay(addDays(DAY_0, offset)).getTime() + 43_200_000);
  const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
  return { ...none, day: addDays(DAY_0, offset), events, orders, firstAt: noon, lastAt: noon };
}

function endOf(offset: number): Date {
  return new Date(startOfDay(addDays(DAY_0, offset + 1)).getTime() - 1);
}

const visits = (...offsets: readonly number[]) => offsets.map((offset) => day(offset, 0));
const buys = (...offsets: readonly number[]) => offsets.map((offset) => day(offset, 1));

describe('factsAt', () => {
  test.each<[string, FactName, readonly ActivityDay[], number, number | null]>([
    ['from the first day', 'tenureDays', visits(0, 5), 9, 9],
    ['from the last day', 'silenceDays', visits(0, 5), 9, 4],
    ['none on an active day', 'silenceDays', visits(0, 5), 5, 0],
    ['of what was seen by then', 'silenceDays', visits(0, 5), 4, 4],
    ['from first to last', 'activeSpanDays', visits(0, 5), 9, 5],
    ['all active days', 'activeDays', [...visits(0), ...buys(5)], 9, 2],
    ['only days of their own doing', 'activeDays', [...visits(0), day(5, 0, 0)], 9, 1],
    ['several orders of a day are one', 'orderDays', [day(0, 3), day(4, 1), day(5, 0)], 9, 2],
    ['the 365th day back counts', 'orderDays365', buys(0, 100), 364, 2],
    ['the 366th does not', 'orderDays365', buys(0, 100), 365, 1],
    ['any activity', 'activeDays365', [...visits(0), ...buys(100)], 364, 2],
    ['typical with one gap', 'silenceInCadences', buys(0, 10), 40, 1],
    ['own with two', 'silenceInCadences', buys(0, 10, 30), 60, 2],
    ['mean of the middle two', 'silenceInCadences', buys(0, 10, 30, 130, 230), 350, 2],
    ['not moved by visits', 'silenceInCadences', [...buys(0, 10, 30), ...visits(31, 32)], 62, 2],
    ['last day of the window before', 'activeDaysBefore30', visits(0, 29), 30, 1],
    ['both days in the window before', 'activeDaysBefore30', visits(0, 29), 59, 2],
    ['a day past the window before', 'activeDaysBefore30', visits(0, 29), 60, 1],
    ['nothing to compare with', 'frequencyChange30', visits(0, 1), 29, null],
    ['half as much', 'frequencyChange30', visits(0, 1, 40), 40, -0.5],
    ['twice as much', 'frequencyChange90', visits(0, 100, 110), 110, 1],
    ['nothing any more', 'frequencyChange90', visits(0), 100, -1],
  ])('%s: %s', (_, fact, days, asOf, expected) => {
    const facts = factsAt(days, TYPICAL_CADENCE, endOf(asOf));
    expect(facts?.(fact)).toBe(expected);
  });

  test('there are none before the first active day', () => {
    expect(factsAt([], TYPICAL_CADENCE, endOf(5))).toBeNull();
    expect(factsAt(visits(6), TYPICAL_CADENCE, endOf(5))).toBeNull();
    expect(factsAt([day(0, 0, 0)], TYPICAL_CADENCE, endOf(5))).toBeNull();
  });

  test('a day counts from its first event on', () => {
    const [only] = visits(3);
    const at = only?.firstAt.getTime() ?? 0;
    expect(factsAt(visits(3), TYPICAL_CADENCE, new Date(at - 1))).toBeNull();
    expect(factsAt(visits(3), TYPICAL_CADENCE, new Date(at))?.('silenceDays')).toBe(0);
  });
});
