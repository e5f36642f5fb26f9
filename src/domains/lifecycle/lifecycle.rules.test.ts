import type { FactName, Facts } from './lifecycle.facts';
import { type ComparisonOperator, fiveStageModel } from './lifecycle.models';
import { churnRisk, evaluateStage, holds, initialStage, patienceDays } from './lifecycle.rules';

type Known = Partial<Record<FactName, number>>;

function facts(known: Known): Facts {
  return (fact) => known[fact] ?? null;
}

describe('evaluateStage of the five-stage model', () => {
  const newcomer: Known = {
    tenureDays: 0,
    silenceDays: 0,
    silenceInCadences: 0,
    activeSpanDays: 0,
    activeDays: 1,
    activeDays365: 1,
    orderDays: 1,
    orderDays365: 1,
  };
  const bought = (orderDays: number) => ({
    orderDays,
    orderDays365: orderDays,
    activeDays: orderDays,
    activeDays365: orderDays,
  });
  const visited = (activeDays: number) => ({ activeDays, activeDays365: activeDays, orderDays: 0 });

  test.each<[string, Known, string]>([
    ['on the first day', {}, 'ACQUISITION'],
    ['bought once, at the end of the fourth week', { tenureDays: 27 }, 'ACQUISITION'],
    ['bought once, past it', { tenureDays: 28 }, 'EXPLORATION'],
    ['bought again', { tenureDays: 3, ...bought(2) }, 'EXPLORATION'],
    ['used twice by week 2', { tenureDays: 14, ...visited(2) }, 'ACQUISITION'],
    ['used three times before week 2', { tenureDays: 13, ...visited(3) }, 'ACQUISITION'],
    ['used three times by week 2', { tenureDays: 14, ...visited(3) }, 'EXPLORATION'],
    ['bought three times in 55 days', { activeSpanDays: 55, ...bought(3) }, 'EXPLORATION'],
    ['bought three times in 56 days', { activeSpanDays: 56, ...bought(3) }, 'GROWTH'],
    ['bought twice in 56 days', { activeSpanDays: 56, ...bought(2) }, 'EXPLORATION'],
    ['used eight days in 56', { activeSpanDays: 56, ...visited(8) }, 'GROWTH'],
    ['used seven days in 56', { tenureDays: 56, activeSpanDays: 56, ...visited(7) }, 'EXPLORATION'],
    ['bought four times in 179 days', { activeSpanDays: 179, ...bought(4) }, 'GROWTH'],
    ['bought four times in 180 days', { activeSpanDays: 180, ...bought(4) }, 'MATURITY'],
    [
      'bought four times, three of them this year',
      { activeSpanDays: 500, ...bought(4), orderDays365: 3 },
      'GROWTH',
    ],
    ['used 24 days this year', { activeSpanDays: 180, ...visited(24) }, 'MATURITY'],
    [
      'silent for 89 days',
      { silenceDays: 89, silenceInCadences: 8.9, ...bought(2) },
      'EXPLORATION',
    ],
    ['silent for 90 days', { silenceDays: 90, silenceInCadences: 9, ...bought(2) }, 'CHURN'],
    [
      'silent for 90 days, which is short for them',
      { silenceDays: 90, silenceInCadences: 2.9, activeSpanDays: 180, ...bought(4) },
      'MATURITY',
    ],
    [
      'silent for 180 days, which is too long for anybody',
      { silenceDays: 180, silenceInCadences: 2, activeSpanDays: 180, ...bought(4) },
      'CHURN',
    ],
  ])('%s', (_, known, expected) => {
    expect(evaluateStage(facts({ ...newcomer, ...known }), fiveStageModel).stage).toBe(expected);
  });

  test('says which conditions held', () => {
    const known = { ...newcomer, silenceDays: 200, silenceInCadences: 4 };
    expect(evaluateStage(facts(known), fiveStageModel).reasons).toEqual([
      { fact: 'silenceDays', value: 200, threshold: 90, operator: 'GTE', unit: 'DAYS' },
      { fact: 'silenceInCadences', value: 4, threshold: 3, operator: 'GTE', unit: 'CADENCES' },
    ]);
  });

  test('explains the stage that is left over, too', () => {
    expect(evaluateStage(facts(newcomer), fiveStageModel).reasons).toEqual([
      { fact: 'tenureDays', value: 0, threshold: 28, operator: 'LT', unit: 'DAYS' },
      { fact: 'orderDays', value: 1, threshold: 2, operator: 'LT', unit: 'COUNT' },
    ]);
  });

  test.each<[string, Known, boolean]>([
    ['a third less', { activeDaysBefore90: 9, frequencyChange90: -1 / 3 }, true],
    ['exactly 30 % less', { activeDaysBefore90: 10, frequencyChange90: -0.3 }, false],
    ['too few days to tell', { activeDaysBefore90: 3, frequencyChange90: -1 }, false],
    ['a fall within a month', { activeDaysBefore30: 8, frequencyChange30: -0.5 }, true],
    ['too few days in a month', { activeDaysBefore30: 7, frequencyChange30: -0.5 }, false],
    ['nothing to compare with', { activeDaysBefore90: 0 }, false],
    [
      'gone already',
      { activeDaysBefore90: 9, frequencyChange90: -1, silenceDays: 180, silenceInCadences: 6 },
      false,
    ],
  ])('warns: %s', (_, known, expected) => {
    const { warning } = evaluateStage(facts({ ...newcomer, ...known }), fiveStageModel);
    expect(warning !== null).toBe(expected);
  });

  test('a warning says what raised it', () => {
    const known = { ...newcomer, activeDaysBefore90: 10, frequencyChange90: -0.4 };
    expect(evaluateStage(facts(known), fiveStageModel).warning).toEqual([
      { fact: 'activeDaysBefore90', value: 10, threshold: 4, operator: 'GTE', unit: 'COUNT' },
      { fact: 'frequencyChange90', value: -0.4, threshold: -0.3, operator: 'LT', unit: 'RATIO' },
    ]);
  });
});

describe('holds', () => {
  test.each<[ComparisonOperator, number, boolean]>([
    ['GTE', 4, false],
    ['GTE', 5, true],
    ['GT', 5, false],
    ['GT', 6, true],
    ['LTE', 5, true],
    ['LTE', 6, false],
    ['LT', 4, true],
    ['LT', 5, false],
  ])('%s: %d against 5', (op, value, expected) => {
    const condition = { fact: 'orderDays', op, threshold: 5 } as const;
    expect(holds(facts({ orderDays: value }), condition)).toBe(expected);
  });

  test('never where the fact says nothing', () => {
    expect(holds(facts({}), { fact: 'orderDays', op: 'LT', threshold: 5 })).toBe(false);
    expect(holds(facts({}), { fact: 'orderDays', op: 'GTE', threshold: -5 })).toBe(false);
  });
});

test.each([
  [1, 90],
  [30, 90],
  [40, 120],
  [60, 180],
  [200, 180],
])('the patience with a cadence of %d days is %d days', (cadence, expected) => {
  expect(patienceDays(cadence, fiveStageModel)).toBe(expected);
});

test.each([
  [0, 90, 0],
  [30, 90, 0.25],
  [90, 90, 0.5],
  [270, 90, 0.75],
  [-1, 90, 0],
])(
  'the churn risk after %d days of silence with a patience of %d is %d',
  (silence, patience, expected) => {
    expect(churnRisk(silence, patience)).toBe(expected);
  },
);

test('everybody begins in the first stage', () => {
  expect(initialStage(fiveStageModel)).toBe('ACQUISITION');
});
