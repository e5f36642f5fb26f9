import { dayOfCrossing, probabilityActive } from './activity.rules';
import { type FactDefinition, NEVER } from './fact-kinds';
import type { History } from './history';

const fitOf = (history: History) => history.measures.activityFit ?? null;

/** What a customer will probably do. */
export const predictionFacts = {
  probabilityActive: {
    value: (history) => probabilityActive(history, fitOf(history)),
    nextCrossing: (history, threshold) => {
      const fit = fitOf(history);
      return (fit && dayOfCrossing(history, fit, threshold)) ?? NEVER;
    },
    unit: 'PROBABILITY',
    label: { en: 'probability of activity', zh: '未来活跃概率' },
    description:
      'How probable it is that the customer does anything in the next 90 days, fitted on what ' +
      'customers did. Null while there are too few data to fit on.',
    min: 0,
    max: 1,
  },
} as const satisfies Readonly<Record<string, FactDefinition>>;
