import { soundModel } from './model-document';
import { atLeast, fallingFrequency, goneSilent, usualMeasures } from './presets.conditions';

/** Past the first 8 weeks, where the literature lets exploration end. */
const pastExploration = atLeast('activeSpanDays', 56);

/**
 * A customer's life by what they do. The stages and what marks them are of the literature on user
 * lifecycle management: awareness sees ads and reads introductions, interest compares and follows
 * reviews, experience tries, use is daily operation, loyalty recommends and takes part, churn
 * complains and stops. Spans and counts are those of `five-stage`; NPS 50 marks loyalty there, and
 * the last 1 to 3 months churn. That three social acts in 90 days are taking part is a choice: one
 * a month.
 */
export const sixStageModel = soundModel({
  name: 'six-stage',
  version: 1,
  stages: [
    { name: 'AWARENESS', description: 'Has looked: one day, and hardly more than a visit.' },
    { name: 'INTEREST', description: 'Came to look again, or did more than look.' },
    { name: 'EXPERIENCE', description: 'Tries: a first order, or a third day of use.' },
    { name: 'USE', description: 'Uses: bought again, or keeps coming past the first 8 weeks.' },
    {
      name: 'LOYALTY',
      description: 'Recommends or takes part; or has kept buying for half a year and longer.',
    },
    {
      name: 'CHURN',
      description: 'Stopped: silent for far longer than usual, or after a complaint.',
    },
  ],
  rules: [
    { stage: 'CHURN', when: [goneSilent] },
    {
      stage: 'CHURN',
      when: [
        atLeast('complaints90', 1),
        atLeast('silenceDays', { ownCadences: 2, atLeast: 30, atMost: 90 }),
      ],
    },
    {
      stage: 'LOYALTY',
      when: [pastExploration, atLeast('referralsConverted', 1)],
    },
    {
      stage: 'LOYALTY',
      when: [pastExploration, atLeast('socialActs90', 3)],
    },
    { stage: 'LOYALTY', when: [pastExploration, atLeast('nps365', 50)] },
    {
      stage: 'LOYALTY',
      when: [atLeast('activeSpanDays', 180), atLeast('orderDays365', 4)],
    },
    { stage: 'USE', when: [atLeast('orderDays', 2)] },
    { stage: 'USE', when: [pastExploration, atLeast('activeDays', 8)] },
    { stage: 'EXPERIENCE', when: [atLeast('orderDays', 1)] },
    { stage: 'EXPERIENCE', when: [atLeast('activeDays', 3)] },
    { stage: 'INTEREST', when: [atLeast('activeDays', 2)] },
    // One visit is one point; a like, share or check-in is one more.
    { stage: 'INTEREST', when: [atLeast('engagement90', 2)] },
  ],
  otherwise: {
    stage: 'AWARENESS',
    explainedBy: [{ fact: 'activeDays', op: 'LT', threshold: 2 }],
  },
  atRisk: fallingFrequency,
  lostStages: ['CHURN'],
  ...usualMeasures,
});
