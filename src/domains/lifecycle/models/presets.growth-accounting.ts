import { soundModel } from './model-document';
import { atLeast, fallingFrequency, usualMeasures } from './presets.conditions';

/**
 * Growth accounting over rolling periods of 30 days, today the last of this one. New: first active
 * in this period. Current: in this and the previous one. Resurrected: in this, not in the
 * previous, but earlier. Dormant: not in this one, for however long.
 */
export const growthAccountingModel = soundModel({
  name: 'growth-accounting',
  version: 1,
  stages: [
    { name: 'NEW', description: 'First active within the last 30 days.' },
    { name: 'CURRENT', description: 'Active within the last 30 days and the 30 before.' },
    {
      name: 'RESURRECTED',
      description: 'Back: active within the last 30 days, not in the 30 before, but earlier.',
    },
    { name: 'DORMANT', description: 'Was active, and not within the last 30 days.' },
  ],
  rules: [
    { stage: 'NEW', when: [{ fact: 'tenureDays', op: 'LT', threshold: 30 }] },
    {
      stage: 'CURRENT',
      when: [atLeast('activeDays30', 1), atLeast('activeDaysBefore30', 1)],
    },
    { stage: 'RESURRECTED', when: [atLeast('activeDays30', 1)] },
  ],
  otherwise: {
    stage: 'DORMANT',
    explainedBy: [atLeast('silenceDays', 30)],
  },
  atRisk: fallingFrequency,
  lostStages: ['DORMANT'],
  ...usualMeasures,
});
