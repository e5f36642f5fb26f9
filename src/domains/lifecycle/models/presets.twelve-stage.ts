import type { FactName } from '../facts/facts';
import type { Condition, StageRule } from './model';
import { soundModel } from './model-document';
import { atLeast, fallingFrequency, goneSilent, usualMeasures } from './presets.conditions';

const none = (fact: FactName): Condition => ({ fact, op: 'LT', threshold: 1 });

/**
 * Away and back: a whole period without a visit, which is two of the customer's own cadences at
 * least, after a life that began before it.
 */
const backAfterPause: readonly StageRule[] = [
  {
    stage: 'WIN_BACK',
    when: [
      atLeast('activeDays30', 1),
      none('activeDaysBefore30'),
      { fact: 'cadenceDays', op: 'LTE', threshold: 15 },
      atLeast('tenureDays', 60),
    ],
  },
  {
    stage: 'WIN_BACK',
    when: [
      atLeast('activeDays90', 1),
      none('activeDaysBefore90'),
      { fact: 'cadenceDays', op: 'LTE', threshold: 45 },
      atLeast('tenureDays', 180),
    ],
  },
];

const pastExploration = atLeast('activeSpanDays', 56);
const settled = atLeast('activeSpanDays', 180);

/**
 * The five stages, cut finer where customers are to be treated differently. From the literature on
 * user lifecycle management: acquisition lasts 1 to 4 weeks with the "1-3-5" pattern (first use in
 * week 1, third by week 2); exploration splits into a high and a low group, activity being
 * Pareto-distributed over customers, hence the upper fifth; growth begins past 8 weeks, maturity
 * after half a year; loyalty is NPS 50 and above, and shows in social value; maturity ends in a
 * slow decline, of which more than 30 % is a warning; churn shows in the last 1 to 3 months.
 * Chosen, since no source has them: two own cadences of silence as the beginning of the end, three
 * social acts in 90 days (one a month) as advocacy, and what a pause is.
 */
export const twelveStageModel = soundModel({
  name: 'twelve-stage',
  version: 1,
  stages: [
    { name: 'FIRST_CONTACT', description: 'The first day, and nothing more in the first week.' },
    { name: 'ONBOARDING', description: 'Came a second time, or is past the first week.' },
    { name: 'ACTIVATION', description: 'A third day of use, or a second order.' },
    {
      name: 'EXPLORATION_LOW',
      description: 'Past four weeks, and seldom there: the low group of those who try.',
    },
    {
      name: 'EXPLORATION_HIGH',
      description: 'Past four weeks, and often there: the high group of those who try.',
    },
    { name: 'GROWTH', description: 'Forming a habit: keeps coming back past the first 8 weeks.' },
    { name: 'MATURITY', description: 'Settled: a habit kept up for half a year and longer.' },
    {
      name: 'ADVOCACY',
      description: 'Speaks for the company: brought a customer, takes part, or would recommend it.',
    },
    { name: 'COOLING', description: 'Comes markedly less often: more than 30 % less.' },
    { name: 'SILENT', description: 'Has missed two of their own cadences, a month at least.' },
    { name: 'WIN_BACK', description: 'Back after a pause of a whole month or quarter.' },
    { name: 'CHURN', description: 'Gone: silent for far longer than this customer usually is.' },
  ],
  rules: [
    { stage: 'CHURN', when: [goneSilent] },
    {
      stage: 'SILENT',
      when: [atLeast('silenceDays', { ownCadences: 2, atLeast: 30, atMost: 120 })],
    },
    ...backAfterPause,
    ...fallingFrequency.map(({ when }) => ({ stage: 'COOLING', when })),
    { stage: 'ADVOCACY', when: [pastExploration, atLeast('referralsConverted', 1)] },
    { stage: 'ADVOCACY', when: [pastExploration, atLeast('socialActs90', 3)] },
    { stage: 'ADVOCACY', when: [settled, atLeast('nps365', 50)] },
    { stage: 'MATURITY', when: [settled, atLeast('orderDays365', 4)] },
    { stage: 'MATURITY', when: [settled, atLeast('activeDays365', 24)] },
    { stage: 'GROWTH', when: [pastExploration, atLeast('orderDays', 3)] },
    { stage: 'GROWTH', when: [pastExploration, atLeast('activeDays', 8)] },
    {
      stage: 'EXPLORATION_HIGH',
      when: [
        atLeast('tenureDays', 28),
        atLeast('activeDays30', { quantile: 0.8, uncalibrated: 4, atLeast: 2, atMost: 15 }),
      ],
    },
    { stage: 'EXPLORATION_HIGH', when: [atLeast('tenureDays', 28), atLeast('orderDays90', 2)] },
    { stage: 'EXPLORATION_LOW', when: [atLeast('tenureDays', 28)] },
    { stage: 'ACTIVATION', when: [atLeast('activeDays', 3)] },
    { stage: 'ACTIVATION', when: [atLeast('orderDays', 2)] },
    { stage: 'ONBOARDING', when: [atLeast('activeDays', 2)] },
    { stage: 'ONBOARDING', when: [atLeast('tenureDays', 7)] },
  ],
  otherwise: {
    stage: 'FIRST_CONTACT',
    explainedBy: [
      { fact: 'tenureDays', op: 'LT', threshold: 7 },
      { fact: 'activeDays', op: 'LT', threshold: 2 },
    ],
  },
  // Of falling frequency the stage tells; the warning says so as well, whatever the stage.
  atRisk: [
    ...fallingFrequency,
    { when: [atLeast('silenceDays', { ownCadences: 2, atLeast: 30, atMost: 120 })] },
  ],
  lostStages: ['CHURN'],
  ...usualMeasures,
});
