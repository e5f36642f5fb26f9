import { activeDay, buys, endOf, visits } from '../../../../test/support/lifecycle';
import type { ActivityDay } from '../../activity';
import { alwaysInForce } from '../stage/ruling';
import { stageTimeline } from '../stage/timeline';
import type { Calibration } from './calibration';
import { fiveStageModel, presetOf, presets } from './presets';

/** So many offsets, from the first on at equal distances. */
const every = (days: number, times: number, from = 0) =>
  Array.from({ length: times }, (_, index) => from + index * days);

const likes = (...offsets: readonly number[]) =>
  offsets.map((offset) => activeDay(offset, { likes: 1 }));

const complains = (offset: number) => activeDay(offset, { complaints: 1 });
const brings = (offset: number) => activeDay(offset, { events: 0, referralsConverted: 1 });
const promotes = (offset: number) => activeDay(offset, { npsAnswers: 1, npsPromoters: 1 });

const ofCadence = (cadenceDays: number): Calibration => ({
  calibratedAt: endOf(0),
  customers: 1000,
  cadenceDays,
  quantiles: {},
});

/** What a customer did, how long after the first day it is, and the stages of their life so far. */
type Case = readonly [
  what: string,
  days: readonly ActivityDay[],
  now: number,
  life: string,
  cadence?: number,
];

const cases: Readonly<Record<string, readonly Case[]>> = {
  'five-stage': [
    ['bought once', buys(0), 400, 'ACQUISITION EXPLORATION CHURN'],
    ['buys every 40 days', buys(...every(40, 6)), 210, 'ACQUISITION EXPLORATION GROWTH MATURITY'],
  ],
  'five-stage-retail': [
    ['new for two weeks', buys(0), 13, 'ACQUISITION'],
    ['then not any more', buys(0), 14, 'ACQUISITION EXPLORATION'],
    ['where all come every 5 days, a week', buys(0), 7, 'ACQUISITION EXPLORATION', 5],
    ['where all come every 20 days, longer', buys(0), 19, 'ACQUISITION', 20],
    ['but four weeks at most', buys(0), 28, 'ACQUISITION EXPLORATION', 300],
    ['comes back', buys(0, 6), 6, 'ACQUISITION EXPLORATION'],
    ['a habit of six weeks', buys(0, 21, 42), 42, 'ACQUISITION EXPLORATION GROWTH'],
    ['kept up for 112 days', buys(...every(14, 9)), 112, 'ACQUISITION EXPLORATION GROWTH MATURITY'],
    [
      'buys less than every six weeks',
      buys(...every(40, 6)),
      210,
      'ACQUISITION EXPLORATION GROWTH',
    ],
    ['silent for 41 days, not known well', buys(0), 41, 'ACQUISITION EXPLORATION'],
    ['silent for 42', buys(0), 42, 'ACQUISITION EXPLORATION CHURN'],
    ['a weekly customer silent for 30', buys(0, 7, 14), 44, 'ACQUISITION EXPLORATION CHURN'],
    [
      'silent for 90, whoever it is',
      buys(0, 60, 120),
      210,
      'ACQUISITION EXPLORATION CHURN EXPLORATION CHURN GROWTH CHURN',
    ],
  ],
  'five-stage-durable': [
    ['new for 89 days', buys(0), 89, 'ACQUISITION'],
    ['then not any more', buys(0), 90, 'ACQUISITION EXPLORATION'],
    ['where all come yearly, half a year', buys(0), 179, 'ACQUISITION', 365],
    ['bought again after a year', buys(0, 365), 365, 'ACQUISITION EXPLORATION GROWTH'],
    ['and again', buys(0, 365, 700), 700, 'ACQUISITION EXPLORATION GROWTH MATURITY'],
    ['visits monthly for a year', visits(...every(30, 13)), 365, 'ACQUISITION EXPLORATION GROWTH'],
    [
      'visits every three weeks for a year',
      visits(...every(21, 19)),
      378,
      'ACQUISITION EXPLORATION GROWTH MATURITY',
    ],
    ['silent for 539 days', buys(0), 539, 'ACQUISITION EXPLORATION'],
    ['silent for 540', buys(0), 540, 'ACQUISITION EXPLORATION CHURN'],
    [
      'silent for three years, whoever it is',
      buys(0, 900),
      1995,
      'ACQUISITION EXPLORATION CHURN GROWTH CHURN',
    ],
  ],
  'five-stage-subscription': [
    ['in the trial', visits(0, 1), 13, 'ACQUISITION'],
    ['used a third time by week 2', visits(0, 3, 12), 14, 'ACQUISITION EXPLORATION'],
    ['past the trial', visits(0, 13, 26), 28, 'ACQUISITION EXPLORATION'],
    ['used weekly for 8 weeks', visits(...every(7, 9)), 56, 'ACQUISITION EXPLORATION GROWTH'],
    [
      'renewed twice',
      buys(0, 30, 60),
      60,
      'ACQUISITION EXPLORATION CHURN EXPLORATION CHURN GROWTH',
    ],
    [
      'used weekly for half a year',
      visits(...every(7, 27)),
      182,
      'ACQUISITION EXPLORATION GROWTH MATURITY',
    ],
    ['used daily, and not for a month', visits(...every(1, 20)), 48, 'ACQUISITION EXPLORATION'],
    ['nor on the next day', visits(...every(1, 20)), 49, 'ACQUISITION EXPLORATION CHURN'],
  ],
  'six-stage': [
    ['looked', visits(0), 20, 'AWARENESS'],
    ['looked and left', visits(0), 90, 'AWARENESS CHURN'],
    ['looked again', visits(0, 5), 5, 'AWARENESS INTEREST'],
    ['liked what they saw', likes(0), 0, 'INTEREST'],
    ['came a third time', visits(0, 5, 9), 9, 'AWARENESS INTEREST EXPERIENCE'],
    ['ordered', buys(0), 0, 'EXPERIENCE'],
    ['ordered again', buys(0, 20), 20, 'EXPERIENCE USE'],
    ['came for 8 weeks', visits(...every(8, 8)), 56, 'AWARENESS INTEREST EXPERIENCE USE'],
    ['ordered for half a year', buys(...every(45, 5)), 180, 'EXPERIENCE USE LOYALTY'],
    ['brought somebody', [...buys(0, 30, 60), brings(61)], 61, 'EXPERIENCE USE LOYALTY'],
    ['brought somebody too soon', [...buys(0, 30), brings(31)], 31, 'EXPERIENCE USE'],
    ['takes part', [...buys(0, 30), ...likes(40, 50, 60)], 60, 'EXPERIENCE USE LOYALTY'],
    ['would recommend it', [...buys(0, 30), promotes(60)], 60, 'EXPERIENCE USE LOYALTY'],
    ['complained and stayed', [...buys(0, 20), complains(21)], 50, 'EXPERIENCE USE'],
    ['complained and left', [...buys(0, 20), complains(21)], 51, 'EXPERIENCE USE CHURN'],
  ],
  'twelve-stage': [
    ['the first week', visits(0), 6, 'FIRST_CONTACT'],
    ['the second', visits(0), 7, 'FIRST_CONTACT ONBOARDING'],
    ['came back', visits(0, 2), 2, 'FIRST_CONTACT ONBOARDING'],
    ['third use', visits(0, 2, 13), 13, 'FIRST_CONTACT ONBOARDING ACTIVATION'],
    ['second order', buys(0, 2), 2, 'FIRST_CONTACT ACTIVATION'],
    [
      'past four weeks, seldom there',
      visits(0, 20),
      28,
      'FIRST_CONTACT ONBOARDING EXPLORATION_LOW',
    ],
    [
      'past four weeks, often there',
      visits(0, 9, 18, 27),
      28,
      'FIRST_CONTACT ONBOARDING ACTIVATION EXPLORATION_HIGH',
    ],
    [
      'past four weeks, ordered twice',
      buys(0, 20),
      28,
      'FIRST_CONTACT ONBOARDING ACTIVATION EXPLORATION_HIGH',
    ],
    [
      'a habit',
      buys(0, 20, 40, 60),
      60,
      'FIRST_CONTACT ONBOARDING ACTIVATION EXPLORATION_HIGH GROWTH',
    ],
    [
      'kept up',
      buys(...every(20, 10)),
      180,
      'FIRST_CONTACT ONBOARDING ACTIVATION EXPLORATION_HIGH GROWTH MATURITY',
    ],
    [
      'speaks for the company',
      [...buys(0, 20, 40, 60), brings(61)],
      61,
      'FIRST_CONTACT ONBOARDING ACTIVATION EXPLORATION_HIGH GROWTH ADVOCACY',
    ],
    ['comes less often', visits(...every(2, 30), 70, 80), 90, 'COOLING'],
    ['silent for two cadences', visits(0), 60, 'FIRST_CONTACT ONBOARDING EXPLORATION_LOW SILENT'],
    ['and for three', visits(0), 90, 'FIRST_CONTACT ONBOARDING EXPLORATION_LOW SILENT CHURN'],
    ['back after months', visits(...every(10, 10), 300), 300, 'WIN_BACK'],
    ['back after a quarter', visits(...every(40, 6), 420), 480, 'WIN_BACK'],
  ],
  'growth-accounting': [
    ['first seen', visits(0), 29, 'NEW'],
    ['and not again', visits(0), 30, 'NEW DORMANT'],
    ['there in both periods', visits(0, 20, 40), 45, 'NEW CURRENT'],
    ['back after 60 days', visits(0, 60), 60, 'NEW DORMANT RESURRECTED'],
    ['and stays', visits(0, 60, 89), 90, 'NEW DORMANT RESURRECTED CURRENT'],
    ['away again', visits(0, 60), 90, 'NEW DORMANT RESURRECTED DORMANT'],
  ],
};

const rows = Object.entries(cases).flatMap(([name, all]) =>
  all.map(([what, days, now, life, cadence]) => ({ name, what, days, now, life, cadence })),
);

function stagesOf({ name, days, now, cadence }: (typeof rows)[number]): string[] {
  const model = presetOf(name);
  if (model === null) throw new Error(`${name} is not there.`);
  const calibration = cadence === undefined ? null : ofCadence(cadence);
  const { segments } = stageTimeline(days, alwaysInForce(model, calibration), endOf(now));
  return segments.map(({ stage }) => stage);
}

test.each(rows)('$name: $what', (row) => {
  const stages = stagesOf(row);
  // Of a long life, the table may say its end only.
  const told = row.life.split(' ');
  expect(told.length === 1 ? stages.slice(-1) : stages).toEqual(told);
});

test.each(presets.map(({ name, stages }) => [name, stages.map((stage) => stage.name)] as const))(
  'somebody gets to every stage of %s',
  (name, stages) => {
    const reached = new Set(rows.filter((row) => row.name === name).flatMap(stagesOf));
    expect([...reached].sort()).toEqual([...stages].sort());
  },
);

test('the default model has the five stages, in the order of a life', () => {
  const names = ['ACQUISITION', 'EXPLORATION', 'GROWTH', 'MATURITY', 'CHURN'];
  for (const model of presets.filter(({ name }) => name.startsWith('five-stage'))) {
    expect(model.stages.map(({ name }) => name)).toEqual(names);
  }
  expect(presets[0]).toBe(fiveStageModel);
});

test.each<[string, readonly ActivityDay[], number, boolean]>([
  ['five-stage', visits(...every(2, 30)), 75, true],
  ['five-stage-retail', visits(...every(2, 30)), 75, true],
  ['five-stage-durable', buys(0), 359, false],
  ['five-stage-durable', buys(0), 360, true],
  ['five-stage-subscription', visits(0, 1, 2, 3), 12, false],
  ['five-stage-subscription', visits(0, 1, 2, 3), 13, true],
  ['six-stage', visits(...every(2, 30)), 75, true],
  ['twelve-stage', buys(0), 59, false],
  ['twelve-stage', buys(0), 60, true],
  ['growth-accounting', visits(...every(2, 30)), 75, true],
])('%s warns in time (%#)', (name, days, now, expected) => {
  const model = presetOf(name);
  const timeline = model && stageTimeline(days, alwaysInForce(model), endOf(now));
  expect(timeline?.risk != null).toBe(expected);
});

test.each(['', 'toString', 'FIVE-STAGE', 'seven-stage'])('no preset has the name "%s"', (name) => {
  expect(presetOf(name)).toBeNull();
});
