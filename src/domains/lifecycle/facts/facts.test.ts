import {
  activeDay,
  buys,
  DAY_0,
  endOf,
  instant,
  measures,
  visits,
} from '../../../../test/support/lifecycle';
import type { ActivityDay } from '../../activity';
import { type FactName, factDefinition, factNames, factsAt } from './facts';
import { History, type Measures } from './history';

const told = (offset: number, sentiment: number, said: Partial<ActivityDay> = {}) =>
  activeDay(offset, { sentimentMilli: sentiment * 1000, sentimentCount: 1, ...said });

function expectFact(
  fact: FactName,
  days: readonly ActivityDay[],
  asOf: number,
  expected: number | null,
  by: Measures = measures,
): void {
  const value = factsAt(days, by, endOf(asOf))?.(fact);
  if (typeof expected === 'number') expect(value).toBeCloseTo(expected, 9);
  else expect(value).toBeNull();
}

describe('behaviour', () => {
  test.each<[string, FactName, readonly ActivityDay[], number, number | null]>([
    ['from the first day', 'tenureDays', visits(0, 5), 9, 9],
    ['from the last day', 'silenceDays', visits(0, 5), 9, 4],
    ['none on an active day', 'silenceDays', visits(0, 5), 5, 0],
    ['of what was seen by then', 'silenceDays', visits(0, 5), 4, 4],
    ['from first to last', 'activeSpanDays', visits(0, 5), 9, 5],
    ['all active days', 'activeDays', [...visits(0), ...buys(5)], 9, 2],
    [
      'only days of their own doing',
      'activeDays',
      [...visits(0), activeDay(5, { events: 0 })],
      9,
      1,
    ],
    ['any activity', 'activeDays365', [...visits(0), ...buys(100)], 364, 2],
    ['today counts', 'activeDays7', visits(0, 6), 6, 2],
    ['the eighth day back does not', 'activeDays7', visits(0, 7), 7, 1],
    ['typical with one gap', 'silenceInCadences', visits(0, 10), 40, 1],
    ['own with two', 'silenceInCadences', visits(0, 10, 30), 60, 2],
    ['unknown with one gap', 'cadenceDays', visits(0, 10), 40, null],
    ['mean of the middle two', 'cadenceDays', visits(0, 10, 30, 130, 230), 350, 60],
    ['not moved by a long pause', 'cadenceDays', visits(0, 10, 20, 30, 330), 350, 10],
    ['last day of the window before', 'activeDaysBefore30', visits(0, 29), 30, 1],
    ['both days in the window before', 'activeDaysBefore30', visits(0, 29), 59, 2],
    ['a day past the window before', 'activeDaysBefore30', visits(0, 29), 60, 1],
    ['nothing to compare with', 'frequencyChange30', visits(0, 1), 29, null],
    ['half as much', 'frequencyChange30', visits(0, 1, 40), 40, -0.5],
    ['twice as much', 'frequencyChange90', visits(0, 100, 110), 110, 1],
    ['nothing any more', 'frequencyChange90', visits(0), 100, -1],
    ['of the days lived', 'activeShare30', visits(0, 1), 3, 0.5],
    ['of a full window', 'activeShare30', visits(0, 1, 35), 36, 1 / 30],
    ['visits and orders', 'engagement30', [...visits(0), ...buys(5)], 9, 7],
    [
      'what others did is no engagement',
      'engagement30',
      [...visits(0), activeDay(1, { events: 0, shares: 3 })],
      9,
      1,
    ],
    ['before', 'engagementBefore7', [...buys(0), ...visits(7)], 7, 6],
  ])('%s: %s', (_, fact, days, asOf, expected) => expectFact(fact, days, asOf, expected));

  test('a burst is one occasion', () => {
    const days = visits(0, 1, 2, 60, 61, 120, 121);
    expectFact('cadenceDays', days, 130, 60, { ...measures, occasionDays: 1 });
    expectFact('cadenceDays', days, 130, 1, { ...measures, occasionDays: 0 });
  });

  test('of somebody who comes every day, the days are the occasions', () => {
    expectFact('cadenceDays', visits(0, 1, 2, 3, 4), 4, 1, { ...measures, occasionDays: 1 });
  });
});

describe('value', () => {
  test.each<[string, FactName, readonly ActivityDay[], number, number | null]>([
    ['several of a day', 'orders', [activeDay(0, { orders: 3 }), ...buys(4)], 9, 4],
    [
      'one act of buying',
      'orderDays',
      [activeDay(0, { orders: 3 }), ...buys(4), ...visits(5)],
      9,
      2,
    ],
    ['the 365th day back counts', 'orderDays365', buys(0, 100), 364, 2],
    ['the 366th does not', 'orderDays365', buys(0, 100), 365, 1],
    ['none after the first', 'repurchases', buys(0), 9, 0],
    ['none before the first', 'repurchases', visits(0), 9, 0],
    ['those after the first', 'repurchases', buys(0, 1, 2), 9, 2],
    ['nothing bought', 'orderSilenceDays', visits(0), 9, null],
    ['visits do not count', 'orderSilenceDays', [...buys(0), ...visits(5)], 9, 9],
    ['not moved by visits', 'orderCadenceDays', [...buys(0, 10, 30), ...visits(31, 32)], 62, 15],
    ['of the window', 'revenue30', buys(0, 20), 35, 1000],
    ['of all time', 'revenue', buys(0, 20), 500, 2000],
    ['refunds', 'refunds', [...buys(0), activeDay(3, { refunds: 2, refundMinor: 250 })], 9, 2],
    [
      'part paid back',
      'refundShare',
      [...buys(0), activeDay(3, { refunds: 1, refundMinor: 250 })],
      9,
      0.25,
    ],
    ['nothing to pay back', 'refundShare', visits(0), 9, null],
  ])('%s: %s', (_, fact, days, asOf, expected) => expectFact(fact, days, asOf, expected));
});

describe('social', () => {
  const writer = [activeDay(0, { posts: 1, comments: 2, answers: 1, likes: 5, shares: 1 })];
  test.each<[string, FactName, readonly ActivityDay[], number, number | null]>([
    ['of all time', 'content', writer, 500, 4],
    ['faded out of the window', 'content90', writer, 90, 0],
    ['still in it', 'content90', writer, 89, 4],
    ['all acts', 'socialActs90', writer, 1, 10],
    ['shares', 'shares90', writer, 1, 1],
    [
      'what others did',
      'referralsConverted',
      [...visits(0), activeDay(9, { events: 0, referralsConverted: 1 })],
      9,
      1,
    ],
  ])('%s: %s', (_, fact, days, asOf, expected) => expectFact(fact, days, asOf, expected));
});

describe('emotion', () => {
  test.each<[string, FactName, readonly ActivityDay[], number, number | null]>([
    ['nobody asked', 'nps365', visits(0), 9, null],
    [
      'a promoter and a detractor',
      'nps365',
      [activeDay(0, { npsAnswers: 2, npsPromoters: 1, npsDetractors: 1 })],
      9,
      0,
    ],
    [
      'promoters less detractors',
      'nps365',
      [activeDay(0, { npsAnswers: 4, npsPromoters: 3, npsDetractors: 1 })],
      9,
      50,
    ],
    [
      'answers of 4 and 5',
      'satisfaction365',
      [activeDay(0, { csatAnswers: 4, csatSatisfied: 3 })],
      9,
      0.75,
    ],
    ['nothing told', 'emotion', visits(0), 9, null],
    ['as told', 'emotion', [told(0, 0.6)], 0, 60],
    ['half of it after a half-life of silence', 'emotion', [told(0, 0.6)], 90, 30],
    ['renewed by coming back', 'emotion', [told(0, 0.6), ...visits(90)], 90, 60],
    ['the later weighs twice as much', 'emotion', [told(0, 0), told(90, 0.6)], 90, 40],
    ['a complaint is the worst', 'emotion', [activeDay(0, { complaints: 1 })], 0, -100],
    ['complaints of the window', 'complaints90', [activeDay(0, { complaints: 2 })], 90, 0],
  ])('%s: %s', (_, fact, days, asOf, expected) => expectFact(fact, days, asOf, expected));

  test('what was bad never fades to nothing, however long ago', () => {
    const quick = { ...measures, emotionHalfLifeDays: 1 };
    expect(factsAt([told(0, -0.6)], quick, endOf(2000))?.('emotion')).toBeLessThan(0);
  });
});

test('what stands right at a threshold is past it the next day', () => {
  const { nextCrossing } = factDefinition('emotion');
  const history = History.at([told(0, 0.5)], measures, endOf(0));
  expect(nextCrossing(history, 50)).toBe(DAY_0 + 1);
});

test('there are none before the first active day', () => {
  expect(factsAt([], measures, endOf(5))).toBeNull();
  expect(factsAt(visits(6), measures, endOf(5))).toBeNull();
  expect(factsAt([activeDay(0, { events: 0 })], measures, endOf(5))).toBeNull();
});

test('a day counts from its first event on', () => {
  const [only] = visits(3);
  const at = only?.firstAt.getTime() ?? 0;
  expect(factsAt(visits(3), measures, new Date(at - 1))).toBeNull();
  expect(factsAt(visits(3), measures, new Date(at))?.('silenceDays')).toBe(0);
});

test('every fact is named for people in both languages, and described', () => {
  for (const name of factNames) {
    const { label, description, min, max } = factDefinition(name);
    expect(label.en).toMatch(/^[a-zA-Z]/);
    expect(label.zh).toMatch(/\p{Script=Han}/u);
    expect(description).toMatch(/\.$/);
    expect(min).toBeLessThan(max);
  }
});

test('the order of the days changes nothing', () => {
  const days = [told(0, 0.5), ...buys(10, 40, 70), activeDay(71, { complaints: 1 })];
  const asOf = instant(100);
  const [forwards, backwards] = [days, [...days].reverse()].map((all) => {
    const facts = factsAt(all, measures, asOf);
    return factNames.map((name) => facts?.(name));
  });
  expect(backwards).toEqual(forwards);
});
