import type { Condition, LifecycleModel } from './lifecycle.model';
import { soundModel } from './lifecycle.model-document';

/**
 * Days to compare with are few for most customers, and few make any change look large: a window
 * warns only from a number of days on.
 */
const fallingFrequency: LifecycleModel['atRisk'] = [
  {
    when: [
      { fact: 'activeDaysBefore30', op: 'GTE', threshold: 8 },
      { fact: 'frequencyChange30', op: 'LT', threshold: -0.3 },
    ],
  },
  {
    when: [
      { fact: 'activeDaysBefore90', op: 'GTE', threshold: 4 },
      { fact: 'frequencyChange90', op: 'LT', threshold: -0.3 },
    ],
  },
];

/** Silent for three of one's own cadences, 90 days at least and 180 at most. */
const goneSilent: Condition = {
  fact: 'silenceDays',
  op: 'GTE',
  threshold: { ownCadences: 3, atLeast: 90, atMost: 180 },
};

/**
 * The default cut of a customer's life. Lengths and rates follow the literature on user lifecycle
 * management: acquisition 1 to 4 weeks, exploration 2 to 8, growth 3 to 6 months, maturity 6 to
 * 12 months and longer, churn the last 1 to 3 months; a fall of more than 30 % in frequency is a
 * warning. Customers move up by what they do and out by silence: coming back lifts them out of
 * CHURN at once, to where their history puts them. Each stage has a rule for buyers and one for
 * customers who only use, not buy.
 */
export const fiveStageModel = soundModel({
  name: 'five-stage',
  version: 1,
  stages: [
    {
      name: 'ACQUISITION',
      description: 'New: in the first four weeks, and has not come back yet.',
    },
    { name: 'EXPLORATION', description: 'Trying: came back, or is past the first four weeks.' },
    { name: 'GROWTH', description: 'Forming a habit: keeps coming back past the first 8 weeks.' },
    { name: 'MATURITY', description: 'Settled: a habit kept up for half a year and longer.' },
    { name: 'CHURN', description: 'Gone: silent for far longer than this customer usually is.' },
  ],
  rules: [
    { stage: 'CHURN', when: [goneSilent] },
    {
      stage: 'MATURITY',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 180 },
        { fact: 'orderDays365', op: 'GTE', threshold: 4 },
      ],
    },
    {
      stage: 'MATURITY',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 180 },
        { fact: 'activeDays365', op: 'GTE', threshold: 24 },
      ],
    },
    {
      stage: 'GROWTH',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 56 },
        { fact: 'orderDays', op: 'GTE', threshold: 3 },
      ],
    },
    {
      stage: 'GROWTH',
      when: [
        { fact: 'activeSpanDays', op: 'GTE', threshold: 56 },
        { fact: 'activeDays', op: 'GTE', threshold: 8 },
      ],
    },
    { stage: 'EXPLORATION', when: [{ fact: 'orderDays', op: 'GTE', threshold: 2 }] },
    {
      stage: 'EXPLORATION',
      when: [
        { fact: 'tenureDays', op: 'GTE', threshold: 14 },
        { fact: 'activeDays', op: 'GTE', threshold: 3 },
      ],
    },
    { stage: 'EXPLORATION', when: [{ fact: 'tenureDays', op: 'GTE', threshold: 28 }] },
  ],
  otherwise: {
    stage: 'ACQUISITION',
    explainedBy: [
      { fact: 'tenureDays', op: 'LT', threshold: 28 },
      { fact: 'orderDays', op: 'LT', threshold: 2 },
    ],
  },
  atRisk: fallingFrequency,
  lostStages: ['CHURN'],
  typicalCadenceDays: 30,
  occasionDays: 1,
  emotionHalfLifeDays: 90,
  patience: { cadences: 3, daysMin: 90, daysMax: 180 },
});

/** Every preset is version 1 of the model of its name. */
export const presets: readonly LifecycleModel[] = [fiveStageModel];

export function presetOf(name: string): LifecycleModel | null {
  return presets.find((preset) => preset.name === name) ?? null;
}
