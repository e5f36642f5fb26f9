import fc from 'fast-check';
import { addDays, dayOf, type EpochDay, MS_PER_DAY, startOfDay } from '../../shared/days';
import { type ActivityDay, signalNames } from '../activity';
import {
  type Cutoffs,
  orderFacts,
  type RfmSegment,
  type Score,
  scoreRfm,
  segmentOf,
  TIER_WINDOW_DAYS,
  type Tier,
  tierAt,
  tierOf,
  tierStanding,
} from './value.rules';

const DAY_0 = 20_000 as EpochDay;
const NOON = MS_PER_DAY / 2;

const cutoffs: Cutoffs = {
  recencyDaysCuts: [30, 90, 180, 365],
  frequencyCuts: [1, 1, 2, 3],
  monetaryMinorCuts: [1000, 2000, 3000, 4000],
  tierHighMinor: 5000,
  tierMidMinor: 1000,
};

function instant(offset: number, msOfDay = 0): Date {
  return new Date(startOfDay(addDays(DAY_0, offset)).getTime() + msOfDay);
}

function day(offset: number, change: Partial<ActivityDay> = {}, msOfDay = NOON): ActivityDay {
  const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
  const at = instant(offset, msOfDay);
  return { ...none, day: addDays(DAY_0, offset), events: 1, firstAt: at, lastAt: at, ...change };
}

const order = (offset: number, revenueMinor: number) => day(offset, { orders: 1, revenueMinor });
const refund = (offset: number, refundMinor: number) => day(offset, { refunds: 1, refundMinor });

test('orders add up, of the days that have begun', () => {
  const days = [order(0, 500), refund(3, 200), order(5, 700), day(6), order(9, 9000)];
  expect(orderFacts(days, instant(9))).toEqual({
    orders: 2,
    revenueMinor: 1200,
    refundMinor: 200,
    lastOrderDay: addDays(DAY_0, 5),
  });
  expect(orderFacts([], instant(9)).lastOrderDay).toBeNull();
});

test.each<[number, Tier]>([
  [-100, 'LOW'],
  [0, 'LOW'],
  [1000, 'LOW'],
  [1001, 'MID'],
  [5000, 'MID'],
  [5001, 'HIGH'],
])('a revenue of %d in the window is %s', (revenueMinor, expected) => {
  expect(tierOf(revenueMinor, cutoffs)).toBe(expected);
});

test('without revenue nobody is above LOW, wherever the cut-offs are', () => {
  expect(tierOf(0, { ...cutoffs, tierHighMinor: 0, tierMidMinor: 0 })).toBe('LOW');
});

describe('tierStanding', () => {
  test.each<[string, readonly ActivityDay[], Date, Tier, Date, Date | null]>([
    ['no order', [day(0)], instant(9), 'LOW', instant(0, NOON), null],
    ['an order', [order(0, 2000)], instant(1), 'MID', instant(0, NOON), instant(365)],
    [
      'until its last day',
      [order(0, 2000)],
      instant(365, -1),
      'MID',
      instant(0, NOON),
      instant(365),
    ],
    ['and from then on', [order(0, 2000)], instant(365), 'LOW', instant(365), null],
    [
      'a second order lifts it',
      [order(0, 2000), order(100, 4000)],
      instant(100, NOON),
      'HIGH',
      instant(100, NOON),
      instant(365),
    ],
    [
      'from the first event of that day on',
      [order(0, 2000), order(100, 4000)],
      instant(100, NOON - 1),
      'MID',
      instant(0, NOON),
      instant(100, NOON),
    ],
    [
      'a refund lowers it',
      [order(0, 2000), refund(50, 1500)],
      instant(60),
      'LOW',
      instant(50, NOON),
      null,
    ],
    [
      'until what was refunded leaves the window first',
      [order(0, 2000), refund(50, 1500), order(60, 1200)],
      instant(60, NOON),
      'MID',
      instant(60, NOON),
      instant(365),
    ],
    [
      'one leaves and one enters at the same instant',
      [order(0, 2000), day(365, { orders: 1, revenueMinor: 2000 }, 0)],
      instant(365),
      'MID',
      instant(0, NOON),
      instant(730),
    ],
  ])('%s', (_, days, asOf, tier, since, nextChangeAt) => {
    expect(tierStanding(days, cutoffs, asOf)).toMatchObject({ tier, since, nextChangeAt });
    expect(tierAt(days, cutoffs, asOf)).toBe(tier);
  });

  test('there is none before the first day', () => {
    expect(tierStanding([], cutoffs, instant(0))).toBeNull();
    expect(tierStanding([order(1, 2000)], cutoffs, instant(0))).toBeNull();
    expect(tierAt([order(1, 2000)], cutoffs, instant(0))).toBe('LOW');
  });

  const someDays = fc
    .uniqueArray(
      fc.record({
        offset: fc.oneof(fc.integer({ min: 0, max: 729 }), fc.constantFrom(0, 1, 365, 366)),
        revenueMinor: fc.constantFrom(0, 400, 900, 3000),
        refundMinor: fc.constantFrom(0, 0, 0, 500),
        msOfDay: fc.constantFrom(0, 1, NOON, MS_PER_DAY - 1),
      }),
      { selector: ({ offset }) => offset, maxLength: 30 },
    )
    .map((all) =>
      all.map(({ offset, msOfDay, ...signals }) => {
        return day(offset, { ...signals, orders: signals.revenueMinor > 0 ? 1 : 0 }, msOfDay);
      }),
    );
  const someNow = fc
    .record({ offset: fc.integer({ min: 0, max: 800 }), ms: fc.constantFrom(0, NOON) })
    .map(({ offset, ms }) => instant(offset, ms));

  test('is that of looking at every midnight and first event, whatever the order of the days', () => {
    const look = (days: readonly ActivityDay[], time: number): Tier | null => {
      const seen = days.filter((one) => one.firstAt.getTime() <= time);
      const window = seen.filter((one) => one.day > dayOf(new Date(time)) - TIER_WINDOW_DAYS);
      const revenueMinor = window.reduce((sum, one) => sum + one.revenueMinor - one.refundMinor, 0);
      return seen.length === 0 ? null : tierOf(revenueMinor, cutoffs);
    };
    const byBruteForce = (days: readonly ActivityDay[], now: Date) => {
      const entries = new Set(days.map((one) => one.firstAt.getTime()));
      const midnights = Array.from({ length: 1200 }, (_, offset) => instant(offset).getTime());
      const times = [...new Set([...entries, ...midnights])].sort((left, right) => left - right);
      const standings: { tier: Tier; since: Date }[] = [];
      for (const time of times.filter((one) => one <= now.getTime())) {
        const tier = look(days, time);
        if (tier !== null && tier !== standings.at(-1)?.tier) {
          standings.push({ tier, since: new Date(time) });
        }
      }
      const standing = standings.at(-1);
      if (standing === undefined) return {};
      const next = times.find((time) => {
        return time > now.getTime() && (entries.has(time) || look(days, time) !== standing.tier);
      });
      return { ...standing, nextChangeAt: next === undefined ? null : new Date(next) };
    };
    fc.assert(
      fc.property(someDays, someNow, (days, now) => {
        const { windowRevenueMinor: _, ...standing } = tierStanding(days, cutoffs, now) ?? {};
        expect(standing).toEqual(byBruteForce(days, now));
      }),
      { numRuns: 100 },
    );
  });
});

describe('scoreRfm', () => {
  const bought = { orders: 1, revenueMinor: 500, refundMinor: 0, lastOrderDay: DAY_0 };

  test.each<[string, Partial<typeof bought>, number, [Score, Score, Score]]>([
    ['just now, once, little', {}, 0, [5, 1, 1]],
    ['on the day of the first cut', {}, 30, [5, 1, 1]],
    ['the day after it', {}, 31, [4, 1, 1]],
    ['the day after the last', {}, 366, [1, 1, 1]],
    ['cuts that fall together leave a score out', { orders: 2 }, 0, [5, 3, 1]],
    ['more than the third cut', { orders: 3 }, 0, [5, 4, 1]],
    ['more than all', { orders: 4 }, 0, [5, 5, 1]],
    ['at a cut', { revenueMinor: 1000 }, 0, [5, 1, 1]],
    ['beyond it', { revenueMinor: 1001 }, 0, [5, 1, 2]],
    ['less refunds', { revenueMinor: 4500, refundMinor: 500 }, 0, [5, 1, 4]],
    ['more refunds than revenue', { refundMinor: 900 }, 0, [5, 1, 1]],
    ['an order of a day to come', {}, -1, [5, 1, 1]],
  ])('%s', (_, change, today, [recency, frequency, monetary]) => {
    const scores = scoreRfm({ ...bought, ...change }, cutoffs, addDays(DAY_0, today));
    expect(scores).toMatchObject({ recency, frequency, monetary });
    expect(scores?.recencyDays).toBe(Math.max(today, 0));
  });

  test('there is none before the first order', () => {
    expect(scoreRfm({ ...bought, orders: 0, lastOrderDay: null }, cutoffs, DAY_0)).toBeNull();
  });
});

test('every pair of a recency and a frequency score is in exactly one segment', () => {
  // The published table, as patterns over "recency frequency".
  const published: readonly [RfmSegment, RegExp][] = [
    ['CHAMPIONS', /^5[45]$/],
    ['LOYAL', /^[34][45]$/],
    ['POTENTIAL_LOYALIST', /^[45][23]$/],
    ['NEW', /^51$/],
    ['PROMISING', /^41$/],
    ['NEEDS_ATTENTION', /^33$/],
    ['ABOUT_TO_SLEEP', /^3[12]$/],
    ['AT_RISK', /^[12][34]$/],
    ['CANT_LOSE_THEM', /^[12]5$/],
    ['HIBERNATING', /^[12][12]$/],
  ];
  const scores: readonly Score[] = [1, 2, 3, 4, 5];
  for (const recency of scores) {
    for (const frequency of scores) {
      const matching = published.filter(([, cells]) => cells.test(`${recency}${frequency}`));
      expect(matching.map(([segment]) => segment)).toEqual([segmentOf(recency, frequency)]);
    }
  }
});
