import type { FactName } from '../facts/facts';
import type { Condition, LifecycleModelDocument, Threshold } from './model';

export function atLeast(fact: FactName, threshold: Threshold): Condition {
  return { fact, op: 'GTE', threshold };
}

/**
 * A fall of more than 30 % in frequency is a warning (the risk rule of the literature on user
 * lifecycle management). Days to compare with are few for most customers, and few make any change
 * look large: a window warns only from a number of days on.
 */
export const fallingFrequency: LifecycleModelDocument['atRisk'] = [
  {
    when: [
      atLeast('activeDaysBefore30', 8),
      { fact: 'frequencyChange30', op: 'LT', threshold: -0.3 },
    ],
  },
  {
    when: [
      atLeast('activeDaysBefore90', 4),
      { fact: 'frequencyChange90', op: 'LT', threshold: -0.3 },
    ],
  },
];

/** How presets measure time and patience where their business has no rhythm of its own. */
export const usualMeasures = {
  typicalCadenceDays: 30,
  occasionDays: 1,
  emotionHalfLifeDays: 90,
  patience: { cadences: 3, daysMin: 90, daysMax: 180 },
} as const satisfies Partial<LifecycleModelDocument>;

/**
 * Silent for three of one's own cadences: 90 days at least, since churn shows in the last 1 to 3
 * months, and 180 at most.
 */
export const goneSilent = atLeast('silenceDays', { ownCadences: 3, atLeast: 90, atMost: 180 });
