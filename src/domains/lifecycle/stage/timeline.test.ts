import { activeDay, buys, DAY_0, instant, NOON } from '../../../../test/support/lifecycle';
import { dayOf, MS_PER_DAY } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import { soundModel } from '../models/model-document';
import { fiveStageModel } from '../models/presets';
import { compileModel } from './compiled';
import { alwaysInForce } from './ruling';
import { type StageTimeline, stageTimeline } from './timeline';

const fiveStage = alwaysInForce(fiveStageModel);

const buyAt = (offset: number, msOfDay: number) =>
  activeDay(offset, { orders: 1, firstAt: instant(offset, msOfDay) });

/** `[stage, day, cause]` of each segment. */
function told({ segments }: StageTimeline): readonly [string, number, string][] {
  return segments.map(({ stage, since, cause }) => [stage, dayOf(since) - DAY_0, cause]);
}

test('while a model is not in use nothing is decided, and then at once', () => {
  const compiled = compileModel(fiveStageModel, null);
  const rulings = [
    { since: new Date(0), compiled },
    { since: instant(20, NOON), compiled, isRetired: true },
    { since: instant(200, NOON), compiled },
  ];
  const days = buys(0, 10, 120);
  expect(told(stageTimeline(days, rulings, instant(19)))).toEqual([
    ['ACQUISITION', 0, 'EVENT'],
    ['EXPLORATION', 10, 'EVENT'],
  ]);
  expect(stageTimeline(days, rulings, instant(19)).nextEvaluationAt).toEqual(instant(20, NOON));
  // They would have gone on day 100, come back on day 120, and been in GROWTH.
  expect(told(stageTimeline(days, rulings, instant(199)))).toHaveLength(2);
  expect(told(stageTimeline(days, rulings, instant(201)))).toEqual([
    ['ACQUISITION', 0, 'EVENT'],
    ['EXPLORATION', 10, 'EVENT'],
    ['GROWTH', 200, 'MODEL'],
  ]);
});

describe('stageTimeline of the five-stage model', () => {
  test.each<[string, readonly ActivityDay[], number, readonly [string, number, string][]]>([
    ['before the first day', buys(5), 4, []],
    [
      'one purchase and silence',
      buys(0),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 28, 'TIME'],
        ['CHURN', 90, 'TIME'],
      ],
    ],
    [
      'a habit forms, settles and ends',
      buys(0, 40, 80, 120, 160, 200),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 28, 'TIME'],
        ['GROWTH', 80, 'EVENT'],
        ['MATURITY', 200, 'EVENT'],
        ['CHURN', 320, 'TIME'],
      ],
    ],
    [
      'silent for months, and back: where the history says',
      buys(0, 10, 300, 310),
      310,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 10, 'EVENT'],
        ['CHURN', 100, 'TIME'],
        ['GROWTH', 300, 'EVENT'],
        ['MATURITY', 310, 'EVENT'],
      ],
    ],
    [
      'an app user who never buys',
      [...Array(200).keys()].map((offset) => activeDay(offset)),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 14, 'TIME'],
        ['GROWTH', 56, 'EVENT'],
        ['MATURITY', 180, 'EVENT'],
        ['CHURN', 289, 'TIME'],
      ],
    ],
  ])('%s', (_, days, now, expected) => {
    expect(told(stageTimeline(days, fiveStage, instant(now, MS_PER_DAY - 1)))).toEqual(expected);
  });

  test('what the customer does holds from the first event of the day, what time does from midnight', () => {
    const days = [buyAt(0, 1000), buyAt(40, 2000), buyAt(80, 3000)];
    const { segments } = stageTimeline(days, fiveStage, instant(400));
    expect(segments.map(({ since }) => since)).toEqual([
      instant(0, 1000),
      instant(28),
      instant(80, 3000),
      instant(200),
    ]);
  });

  test('whoever comes back on the very day they would be lost, is lost from midnight to then', () => {
    expect(told(stageTimeline(buys(0, 90), fiveStage, instant(90, NOON)))).toEqual([
      ['ACQUISITION', 0, 'EVENT'],
      ['EXPLORATION', 28, 'TIME'],
      ['CHURN', 90, 'TIME'],
      ['EXPLORATION', 90, 'EVENT'],
    ]);
  });

  test('at midnight sharp, the day is seen before the silence', () => {
    const days = [buyAt(0, 0), buyAt(90, 0)];
    expect(told(stageTimeline(days, fiveStage, instant(90)))).toEqual([
      ['ACQUISITION', 0, 'EVENT'],
      ['EXPLORATION', 28, 'TIME'],
    ]);
  });

  test.each<[string, readonly ActivityDay[], Date, Date | null]>([
    ['after one purchase', buys(0), instant(0, NOON), instant(28)],
    ['a millisecond before it is due', buys(0), instant(28, -1), instant(28)],
    ['when it is due', buys(0), instant(28), instant(90)],
    ['once lost', buys(0), instant(90), null],
    ['nobody there', [], instant(0), null],
    ['when a day begins that is not seen yet', buys(0, 10), instant(5), instant(10, NOON)],
    ['before the first day', buys(3), instant(0), instant(3, NOON)],
  ])('is due again: %s', (_, days, now, expected) => {
    expect(stageTimeline(days, fiveStage, now).nextEvaluationAt).toEqual(expected);
  });

  test('warns of a fall in frequency, from the day it is one, until the customer is lost', () => {
    const days = buys(...Array.from({ length: 12 }, (_, index) => index * 15));
    const lost = stageTimeline(days, fiveStage, instant(400));
    expect(lost.risk).toBeNull();
    expect(stageTimeline(days, fiveStage, instant(180)).risk).toBeNull();
    const warned = stageTimeline(days, fiveStage, instant(250)).risk;
    // The 90 days to day 195 hold 4 purchases, the 90 before 6.
    expect(warned).toEqual({
      since: instant(195),
      reasons: [
        {
          fact: 'activeDaysBefore90',
          value: 6,
          threshold: 4,
          operator: 'GTE',
          unit: 'COUNT',
          basis: 'CONSTANT',
        },
        {
          fact: 'frequencyChange90',
          value: -1 / 3,
          threshold: -0.3,
          operator: 'LT',
          unit: 'RATIO',
          basis: 'CONSTANT',
        },
      ],
    });
    const before = stageTimeline(days, fiveStage, instant(180));
    expect(before.nextEvaluationAt).toEqual(instant(195));
  });
});

describe('a change of the model', () => {
  const strict = soundModel({
    ...fiveStageModel,
    version: 2,
    rules: [
      { stage: 'CHURN', when: [{ fact: 'silenceDays', op: 'GTE', threshold: 20 }] },
      ...fiveStageModel.rules.slice(1),
    ],
  });
  const changedAt = (since: Date) => [
    ...fiveStage,
    { since, compiled: compileModel(strict, null) },
  ];

  test('decides from its time on, and leaves the past as it was', () => {
    const timeline = stageTimeline(buys(0), changedAt(instant(50, NOON)), instant(400));
    expect(told(timeline)).toEqual([
      ['ACQUISITION', 0, 'EVENT'],
      ['EXPLORATION', 28, 'TIME'],
      ['CHURN', 50, 'MODEL'],
    ]);
    expect(timeline.segments.map(({ modelVersion }) => modelVersion)).toEqual([1, 1, 2]);
    expect(timeline.segments[2]?.since).toEqual(instant(50, NOON));
  });

  test('that is yet to come is when to look again', () => {
    const since = instant(50, NOON);
    const timeline = stageTimeline(buys(0), changedAt(since), instant(40));
    expect(timeline.nextEvaluationAt).toEqual(since);
  });

  test('before the customer was there shows in nothing but the version', () => {
    const { segments } = stageTimeline(buys(60), changedAt(instant(50)), instant(70));
    expect(segments).toMatchObject([{ stage: 'ACQUISITION', cause: 'EVENT', modelVersion: 2 }]);
  });

  test('measures the past by what it says of occasions', () => {
    const days = buys(0, 1, 2, 40, 41, 80, 81);
    const [first] = alwaysInForce(soundModel({ ...fiveStageModel, occasionDays: 0 }));
    const rulings = [first, { since: instant(100), compiled: compileModel(fiveStageModel, null) }];
    expect(stageTimeline(days, rulings, instant(99)).patienceDays).toBe(90);
    expect(stageTimeline(days, rulings, instant(100)).patienceDays).toBe(120);
  });
});

test('what others did counts, and is no activity', () => {
  const referral = activeDay(40, { events: 0, referralsConverted: 1 });
  const before = activeDay(-5, { events: 0, referralsConverted: 1 });
  const model = soundModel({
    ...fiveStageModel,
    rules: [
      { stage: 'MATURITY', when: [{ fact: 'referralsConverted', op: 'GTE', threshold: 2 }] },
      ...fiveStageModel.rules,
    ],
  });
  const timeline = stageTimeline([before, ...buys(0), referral], alwaysInForce(model), instant(50));
  expect(told(timeline)).toEqual([
    ['ACQUISITION', 0, 'EVENT'],
    ['EXPLORATION', 28, 'TIME'],
    ['MATURITY', 40, 'EVENT'],
  ]);
  expect(timeline.lastActiveDay).toBe(DAY_0);
});
