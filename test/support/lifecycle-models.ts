import type { LifecycleModelDocument } from '../../src/domains/lifecycle/models/model';

/** A small model without fault, to be spoilt in one place. */
export const soundDocument: LifecycleModelDocument = {
  stages: [
    { name: 'HERE', description: 'Here.' },
    { name: 'GONE', description: 'Gone.' },
  ],
  rules: [{ stage: 'GONE', when: [{ fact: 'silenceDays', op: 'GTE', threshold: 30 }] }],
  otherwise: { stage: 'HERE', explainedBy: [] },
  atRisk: [],
  lostStages: ['GONE'],
  typicalCadenceDays: 30,
  occasionDays: 1,
  emotionHalfLifeDays: 90,
  patience: { cadences: 3, daysMin: 60, daysMax: 180 },
};
