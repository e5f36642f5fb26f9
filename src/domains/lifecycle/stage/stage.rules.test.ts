import { activeDay, buys, endOf, visits } from '../../../../test/support/lifecycle';
import type { ActivityDay } from '../../activity';
import { History } from '../facts/history';
import { initialStage, type LifecycleModel } from '../models/model';
import { soundModel } from '../models/model-document';
import { fiveStageModel } from '../models/presets';
import { compileModel } from './compiled';
import { churnRisk, evaluate, patienceDays, reasonsOf } from './stage.rules';

const fiveStage = compileModel(fiveStageModel, null);

function evaluated(days: readonly ActivityDay[], asOf: number, model = fiveStage) {
  const history = History.at(days, model.measures, endOf(asOf));
  const { stage, rule, warning } = evaluate(history, model);
  return {
    stage,
    reasons: reasonsOf(history, rule, model.findings),
    warning: warning && reasonsOf(history, warning, model.findings),
  };
}

const daily = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the five-stage model', () => {
  test.each<[string, readonly ActivityDay[], number, string]>([
    ['on the first day', buys(0), 0, 'ACQUISITION'],
    ['bought once, at the end of the fourth week', buys(0), 27, 'ACQUISITION'],
    ['bought once, past it', buys(0), 28, 'EXPLORATION'],
    ['bought again', buys(0, 3), 3, 'EXPLORATION'],
    ['used twice by week 2', visits(0, 7), 14, 'ACQUISITION'],
    ['used three times before week 2', visits(0, 5, 9), 13, 'ACQUISITION'],
    ['used three times by week 2', visits(0, 5, 9), 14, 'EXPLORATION'],
    ['bought three times in 55 days', buys(0, 20, 55), 60, 'EXPLORATION'],
    ['bought three times in 56 days', buys(0, 20, 56), 60, 'GROWTH'],
    ['bought twice in 56 days', buys(0, 56), 60, 'EXPLORATION'],
    ['used eight days in 56', visits(0, 8, 16, 24, 32, 40, 48, 56), 60, 'GROWTH'],
    ['used seven days in 56', visits(0, 8, 16, 24, 32, 40, 56), 60, 'EXPLORATION'],
    ['bought four times in 179 days', buys(0, 60, 120, 179), 180, 'GROWTH'],
    ['bought four times in 180 days', buys(0, 60, 120, 180), 180, 'MATURITY'],
    ['bought four times, three of them this year', buys(0, 200, 300, 400), 400, 'GROWTH'],
    ['used 24 days this year', visits(0, ...daily(158, 180)), 180, 'MATURITY'],
    ['silent for 89 days', buys(0, 10), 99, 'EXPLORATION'],
    ['silent for 90 days', buys(0, 10), 100, 'CHURN'],
    ['silent for 90 days, which is short for them', buys(0, 60, 120, 180), 359, 'MATURITY'],
    ['silent for 180 days, which is too long for anybody', buys(0, 60, 120, 180), 360, 'CHURN'],
  ])('%s', (_, days, asOf, expected) => {
    expect(evaluated(days, asOf).stage).toBe(expected);
  });

  test('says which conditions held, and whose the threshold was', () => {
    expect(evaluated(buys(0, 40, 80), 205).reasons).toEqual([
      {
        fact: 'silenceDays',
        value: 125,
        threshold: 120,
        operator: 'GTE',
        unit: 'DAYS',
        basis: 'OWN_CADENCE',
      },
    ]);
  });

  test('explains the stage that is left over, too', () => {
    const shared = { operator: 'LT', basis: 'CONSTANT' };
    expect(evaluated(buys(0), 0).reasons).toEqual([
      { fact: 'tenureDays', value: 0, threshold: 28, unit: 'DAYS', ...shared },
      { fact: 'orderDays', value: 1, threshold: 2, unit: 'COUNT', ...shared },
    ]);
  });

  const regular = daily(0, 5).map((time) => time * 15);
  test.each<[string, readonly ActivityDay[], number, boolean]>([
    ['a third less', visits(...regular, 95, 110, 125, 140), 179, true],
    ['a sixth less', visits(...regular, 95, 110, 125, 140, 155), 179, false],
    ['too few days to tell', visits(0, 20, 40), 179, false],
    ['a fall within a month', visits(...daily(0, 7), 40, 45, 50), 59, true],
    ['too few days in a month', visits(...daily(0, 6), 40), 59, false],
    ['gone already', visits(...regular), 300, false],
  ])('warns: %s', (_, days, asOf, expected) => {
    expect(evaluated(days, asOf).warning !== null).toBe(expected);
  });

  test('a fall of exactly 30 % is none of more', () => {
    const days = visits(...daily(0, 9), ...daily(30, 36));
    expect(evaluated(days, 59).warning).toBeNull();
    expect(evaluated(days.slice(0, -1), 59).warning).toMatchObject([
      { fact: 'activeDaysBefore30', value: 10, threshold: 8 },
      { fact: 'frequencyChange30', value: -0.4, threshold: -0.3 },
    ]);
  });
});

function modelWith(when: LifecycleModel['rules'][number]['when']): LifecycleModel {
  return soundModel({
    ...fiveStageModel,
    name: 'test',
    stages: [
      { name: 'REST', description: '' },
      { name: 'HELD', description: '' },
    ],
    rules: [{ stage: 'HELD', when }],
    otherwise: { stage: 'REST', explainedBy: [] },
    lostStages: [],
  });
}

describe('a condition', () => {
  const stageOf = (days: readonly ActivityDay[], model: LifecycleModel, asOf = 100) =>
    evaluated(days, asOf, compileModel(model, null)).stage;

  test.each([
    ['GTE', 4, false],
    ['GTE', 5, true],
    ['GT', 5, false],
    ['GT', 6, true],
    ['LTE', 5, true],
    ['LTE', 6, false],
    ['LT', 4, true],
    ['LT', 5, false],
  ] as const)('%s: %d against 5', (op, days, expected) => {
    const model = modelWith([{ fact: 'orderDays', op, threshold: 5 }]);
    expect(stageOf(buys(...daily(1, days)), model)).toBe(expected ? 'HELD' : 'REST');
  });

  test('never holds where the fact says nothing', () => {
    for (const op of ['LT', 'GT'] as const) {
      const model = modelWith([{ fact: 'nps365', op, threshold: 0 }]);
      expect(stageOf(visits(0), model)).toBe('REST');
    }
    const answered = activeDay(0, { npsAnswers: 1, npsDetractors: 1 });
    expect(stageOf([answered], modelWith([{ fact: 'nps365', op: 'LT', threshold: 0 }]))).toBe(
      'HELD',
    );
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
