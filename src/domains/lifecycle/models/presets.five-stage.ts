import type { Condition, LifecycleModel, LifecycleModelDocument, Threshold } from './model';
import { soundModel } from './model-document';
import { atLeast, fallingFrequency, usualMeasures } from './presets.conditions';

/** What differs between businesses that cut a customer's life into the same five stages. */
interface Rhythm
  extends Pick<LifecycleModelDocument, 'atRisk' | 'typicalCadenceDays' | 'patience'> {
  readonly name: string;
  /** Since the first activity: when somebody who has not come back is no longer new. */
  readonly newFor: Threshold;
  /** Since the first activity: from when on a third active day means more than curiosity. */
  readonly curiousFor: Threshold;
  /** From the first activity to the last: when coming back has become a habit, and when settled. */
  readonly habitSpan: Threshold;
  readonly settledSpan: Threshold;
  /** What either takes beside: of buyers, and of those who only use. */
  readonly habit: readonly [orders: Condition, visits: Condition];
  readonly settled: readonly [orders: Condition, visits: Condition];
  /** Days of silence. */
  readonly goneAfter: Threshold;
  readonly told: readonly [
    acquisition: string,
    exploration: string,
    growth: string,
    maturity: string,
    churn: string,
  ];
}

/**
 * The five stages in the order of a life. Customers move up by what they do and out by silence:
 * coming back lifts them out of CHURN at once, to where their history puts them. Each stage has a
 * rule for buyers and one for customers who only use, not buy.
 */
function fiveStages(rhythm: Rhythm): LifecycleModel {
  const [acquisition, exploration, growth, maturity, churn] = rhythm.told;
  const isHabit = atLeast('activeSpanDays', rhythm.habitSpan);
  const isSettled = atLeast('activeSpanDays', rhythm.settledSpan);
  return soundModel({
    name: rhythm.name,
    version: 1,
    stages: [
      { name: 'ACQUISITION', description: acquisition },
      { name: 'EXPLORATION', description: exploration },
      { name: 'GROWTH', description: growth },
      { name: 'MATURITY', description: maturity },
      { name: 'CHURN', description: churn },
    ],
    rules: [
      { stage: 'CHURN', when: [atLeast('silenceDays', rhythm.goneAfter)] },
      ...rhythm.settled.map((kept) => ({ stage: 'MATURITY', when: [isSettled, kept] })),
      ...rhythm.habit.map((kept) => ({ stage: 'GROWTH', when: [isHabit, kept] })),
      { stage: 'EXPLORATION', when: [atLeast('orderDays', 2)] },
      {
        stage: 'EXPLORATION',
        when: [atLeast('tenureDays', rhythm.curiousFor), atLeast('activeDays', 3)],
      },
      { stage: 'EXPLORATION', when: [atLeast('tenureDays', rhythm.newFor)] },
    ],
    otherwise: {
      stage: 'ACQUISITION',
      explainedBy: [
        { fact: 'tenureDays', op: 'LT', threshold: rhythm.newFor },
        { fact: 'orderDays', op: 'LT', threshold: 2 },
      ],
    },
    atRisk: rhythm.atRisk,
    lostStages: ['CHURN'],
    typicalCadenceDays: rhythm.typicalCadenceDays,
    occasionDays: usualMeasures.occasionDays,
    emotionHalfLifeDays: usualMeasures.emotionHalfLifeDays,
    patience: rhythm.patience,
  });
}

/**
 * The default cut of a customer's life. Lengths and rates follow the literature on user lifecycle
 * management: acquisition 1 to 4 weeks, third use by week 2, exploration 2 to 8 weeks, growth 3 to
 * 6 months, maturity 6 to 12 months and longer, churn the last 1 to 3 months.
 */
export const fiveStageModel = fiveStages({
  name: 'five-stage',
  newFor: 28,
  curiousFor: 14,
  habitSpan: 56,
  settledSpan: 180,
  habit: [atLeast('orderDays', 3), atLeast('activeDays', 8)],
  settled: [atLeast('orderDays365', 4), atLeast('activeDays365', 24)],
  goneAfter: { ownCadences: 3, atLeast: 90, atMost: 180 },
  atRisk: fallingFrequency,
  typicalCadenceDays: usualMeasures.typicalCadenceDays,
  patience: usualMeasures.patience,
  told: [
    'New: in the first four weeks, and has not come back yet.',
    'Trying: came back, or is past the first four weeks.',
    'Forming a habit: keeps coming back past the first 8 weeks.',
    'Settled: a habit kept up for half a year and longer.',
    'Gone: silent for far longer than this customer usually is.',
  ],
});

/**
 * Fast-moving goods: groceries, cosmetics, coffee. The same lengths at the short ends of their
 * ranges (acquisition from 1 week, exploration from 2, growth from 3 months, churn after 1 to 3),
 * measured by how often customers come, and no longer than the usual ones. While that is unknown,
 * every two weeks.
 */
export const fiveStageRetailModel = fiveStages({
  name: 'five-stage-retail',
  newFor: { populationCadences: 1, uncalibrated: 14, atLeast: 7, atMost: 28 },
  curiousFor: { populationCadences: 0.5, uncalibrated: 7, atLeast: 7, atMost: 14 },
  habitSpan: { populationCadences: 3, uncalibrated: 42, atLeast: 14, atMost: 56 },
  settledSpan: { populationCadences: 8, uncalibrated: 112, atLeast: 90, atMost: 180 },
  habit: [atLeast('orderDays', 3), atLeast('activeDays', 8)],
  settled: [atLeast('orderDays365', 8), atLeast('activeDays365', 24)],
  goneAfter: { ownCadences: 3, atLeast: 30, atMost: 90 },
  atRisk: fallingFrequency,
  typicalCadenceDays: 14,
  patience: { cadences: 3, daysMin: 30, daysMax: 90 },
  told: [
    'New: within one usual gap between visits (1 to 4 weeks), and has not come back yet.',
    'Trying: came back, or should have by now.',
    'Forming a habit: keeps coming back for three usual gaps (2 to 8 weeks) and longer.',
    'Settled: a habit kept up for eight usual gaps (3 to 6 months) and longer.',
    'Gone: silent for three of their own gaps between visits, 30 days at least.',
  ],
});

/**
 * Durable goods: furniture, appliances, cars. Nobody buys these within the weeks of the usual
 * lengths, which are therefore the least, and stretch with the cadence of all customers; while
 * that is unknown, every half year. A second purchase is a habit here, a third one loyalty. Fewer
 * visits say nothing where there are hardly any, so that silence warns as well.
 */
export const fiveStageDurableModel = fiveStages({
  name: 'five-stage-durable',
  newFor: { populationCadences: 0.5, uncalibrated: 90, atLeast: 28, atMost: 180 },
  curiousFor: { populationCadences: 0.25, uncalibrated: 45, atLeast: 14, atMost: 90 },
  habitSpan: { populationCadences: 1, uncalibrated: 180, atLeast: 56, atMost: 365 },
  settledSpan: { populationCadences: 2, uncalibrated: 365, atLeast: 180, atMost: 1095 },
  habit: [atLeast('orderDays', 2), atLeast('activeDays', 6)],
  settled: [atLeast('orderDays', 3), atLeast('activeDays365', 12)],
  goneAfter: { ownCadences: 3, atLeast: 180, atMost: 1095 },
  atRisk: [
    ...fallingFrequency,
    { when: [atLeast('silenceDays', { ownCadences: 2, atLeast: 120, atMost: 730 })] },
  ],
  typicalCadenceDays: 180,
  patience: { cadences: 3, daysMin: 180, daysMax: 1095 },
  told: [
    'New: within half a usual gap between visits (1 to 6 months), and has not come back yet.',
    'Trying: came back, or has had the time to.',
    'Coming back: bought again, or keeps visiting, over a usual gap (2 to 12 months) and longer.',
    'Settled: still buys or visits after two usual gaps (6 months to 3 years).',
    'Gone: silent for three of their own gaps between visits, half a year at least.',
  ],
});

/**
 * Subscriptions: software, media, memberships. What is paid tells little before it stops, and use
 * tells early: stages follow the use, renewals count as orders. Trials last 1 to 4 weeks. While
 * the cadence of use is unknown, weekly. Silence warns from 10 days on, well before the month ends
 * after which churn may count.
 */
export const fiveStageSubscriptionModel = fiveStages({
  name: 'five-stage-subscription',
  newFor: { populationCadences: 4, uncalibrated: 28, atLeast: 7, atMost: 28 },
  curiousFor: { populationCadences: 2, uncalibrated: 14, atLeast: 3, atMost: 14 },
  habitSpan: { populationCadences: 8, uncalibrated: 56, atLeast: 28, atMost: 90 },
  settledSpan: { populationCadences: 26, uncalibrated: 182, atLeast: 120, atMost: 365 },
  habit: [atLeast('orderDays', 3), atLeast('activeDays', 8)],
  settled: [atLeast('orderDays365', 6), atLeast('activeDays365', 24)],
  goneAfter: { ownCadences: 4, atLeast: 30, atMost: 90 },
  atRisk: [
    ...fallingFrequency,
    {
      when: [
        atLeast('activeDays', 3),
        atLeast('silenceDays', { ownCadences: 2, atLeast: 10, atMost: 45 }),
      ],
    },
  ],
  typicalCadenceDays: 7,
  patience: { cadences: 4, daysMin: 30, daysMax: 90 },
  told: [
    'New: in the trial (1 to 4 weeks), used once or twice.',
    'Trying: used a third time, renewed, or is past the trial.',
    'Forming a habit: renewed twice, or uses it regularly, past the first 4 weeks and more.',
    'Settled: kept it up for 4 months to a year, with six renewals or two uses a month.',
    'Gone: has not used it for four of their own gaps, a month at least.',
  ],
});
