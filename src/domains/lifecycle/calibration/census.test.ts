import { activeDay, endOf } from '../../../../test/support/lifecycle';
import type { ActivityDay } from '../../activity';
import { keptQuantiles } from '../models/calibration';
import { fiveStageModel } from '../models/presets';
import { compileModel } from '../stage/compiled';
import { Census, type CensusResult } from './census';

const { measures } = compileModel(fiveStageModel, null);
const TODAY = 300;

function census(customers: readonly (readonly ActivityDay[])[]): CensusResult {
  const taken = new Census(measures, endOf(TODAY));
  for (const days of customers) taken.add(days);
  return taken.result();
}

const bought = (...offsets: readonly number[]) =>
  offsets.map((offset) => activeDay(offset, { orders: 1, revenueMinor: 1000 }));

/** Every third keeps coming at their own pace, the others came once or twice, some of them late. */
function customer(number: number): readonly ActivityDay[] {
  const start = number % 100;
  if (number % 3 > 0) return number % 7 === 0 ? bought(start, 280) : bought(start, start + 5);
  const pace = 10 + (number % 20);
  return bought(
    ...Array.from(
      { length: Math.floor((TODAY - start) / pace) },
      (_, visit) => start + pace * visit,
    ),
  );
}

const town = Array.from({ length: 900 }, (_, number) => customer(number));

describe('quantiles', () => {
  test('are the least values that so many do not exceed', () => {
    // 200 customers, silent for 1 to 200 days.
    const { quantiles, customers } = census(
      Array.from({ length: 200 }, (_, place) => [activeDay(TODAY - 1 - place)]),
    );
    expect(customers).toBe(200);
    expect(quantiles.silenceDays).toEqual(
      keptQuantiles.map((quantile) => Math.max(Math.round(200 * quantile), 1)),
    );
  });

  test('are left out where too few are known', () => {
    const { quantiles, cadenceDays } = census([
      ...Array.from({ length: 99 }, () => [0, 10, 20].map((offset) => activeDay(offset))),
      ...Array.from({ length: 10 }, () => [activeDay(0)]),
    ]);
    expect(quantiles.activeDays?.[10]).toBe(3);
    expect(quantiles.cadenceDays).toBeUndefined();
    expect(cadenceDays).toBeNull();
  });

  test('the median cadence is of those who have one', () => {
    const { cadenceDays } = census([
      ...Array.from({ length: 60 }, () => [0, 10, 20].map((offset) => activeDay(offset))),
      ...Array.from({ length: 61 }, () => [0, 40, 80].map((offset) => activeDay(offset))),
      ...Array.from({ length: 500 }, () => [activeDay(0)]),
    ]);
    expect(cadenceDays).toBe(40);
  });

  test('nobody counts who has not done anything by then', () => {
    const { customers } = census([[activeDay(TODAY + 1)], [], [activeDay(3, { events: 0 })]]);
    expect(customers).toBe(0);
  });
});

describe('the fit', () => {
  test('is learnt from who came within the horizon', () => {
    const { activityFit, fitRefusal, quantiles } = census(town);
    expect(fitRefusal).toBeNull();
    // 300 who keep coming, and those of the others who came late.
    const late = town.filter(
      (days, number) => number % 3 > 0 && days.length === 2 && number % 7 === 0,
    );
    expect(activityFit).toMatchObject({
      horizonDays: 90,
      customers: 900,
      returned: 300 + late.length,
    });
    expect(activityFit?.auc).toBeGreaterThan(activityFit?.silenceAuc ?? 1);
    expect(quantiles.probabilityActive?.[0]).toBeLessThan(0.3);
    expect(quantiles.probabilityActive?.[20]).toBeGreaterThan(0.7);
  });

  const silent = (number: number) => bought(number % 100);

  /**
   * Of most, those come who have bought often, however long they were silent. Of every fifth, by
   * whom a fit is judged, those come who were seen last, and they have bought seldom.
   */
  function byAnotherRule(number: number): readonly ActivityDay[] {
    const isJudge = number % 5 === 0;
    const isFrequent = number % 2 === 0;
    const last = isJudge ? (isFrequent ? 105 : 205) : 110 + (Math.floor(number / 2) % 100);
    const often = isFrequent ? [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100] : [0];
    const comes = isFrequent !== isJudge;
    return bought(...often, last, ...(comes ? [280] : []));
  }

  test.each<[string, (number: number) => readonly ActivityDay[], string]>([
    [
      '499 buyers',
      (number) => (number < 499 ? customer(number) : [activeDay(0)]),
      'TOO_FEW_BUYERS',
    ],
    [
      'days of less than half a year',
      (number) => bought(121 + (number % 60), 200, 280),
      'HISTORY_TOO_SHORT',
    ],
    ['nobody orders any more', (number) => bought(number % 100, 110, 269), 'NO_RECENT_ORDER'],
    [
      'nine buy three times',
      (number) => (number < 9 ? bought(0, 5, 280) : silent(number)),
      'TOO_FEW_REPEAT_BUYERS',
    ],
    [
      'hardly anybody comes',
      (number) => (number < 49 ? bought(0, 5, 280) : silent(number)),
      'OUTCOMES_TOO_ALIKE',
    ],
    ['everybody comes', () => bought(0, 5, 280), 'OUTCOMES_TOO_ALIKE'],
    ['those it is judged by live by another rule', byAnotherRule, 'NO_BETTER_THAN_SILENCE'],
    [
      'those it is judged by all come to the same',
      (number) => (number % 5 === 0 ? silent(number) : customer(number)),
      'NO_BETTER_THAN_SILENCE',
    ],
  ])('is refused: %s', (_, days, refusal) => {
    const { activityFit, fitRefusal } = census(town.map((_days, number) => days(number)));
    expect({ activityFit, fitRefusal }).toEqual({ activityFit: null, fitRefusal: refusal });
  });
});

test('what was learnt before has no part in it', () => {
  const { activityFit } = census(town);
  const later = new Census({ ...measures, activityFit }, endOf(TODAY));
  for (const days of town.slice(0, 300)) later.add(days);
  const { quantiles, fitRefusal } = later.result();
  expect(fitRefusal).toBe('TOO_FEW_BUYERS');
  expect(quantiles.probabilityActive).toBeUndefined();
});

test('a shift is the mean one, and whole where a fit comes or goes', () => {
  const taken = new Census(measures, endOf(TODAY));
  for (const days of town) taken.add(days);
  const { activityFit } = taken.result();
  if (activityFit === null) throw new Error('There should be a fit.');
  expect(taken.shiftBetween(activityFit, activityFit)).toBe(0);
  expect(taken.shiftBetween(null, null)).toBe(0);
  expect(taken.shiftBetween(null, activityFit)).toBe(1);
  const certain = { ...activityFit, intercept: 100 };
  const unlikely = { ...activityFit, intercept: -100 };
  expect(taken.shiftBetween(certain, unlikely)).toBeCloseTo(1, 9);
});
