/** What one feature adds to the log-odds of activity: weight × (feature − mean). */
export interface FittedFeature {
  readonly name: string;
  readonly weight: number;
  /** Of the customers it was fitted on. */
  readonly mean: number;
}

/**
 * How probable it is that a customer does anything in the days to come, learnt from what customers
 * did: a logistic regression on features of their days.
 */
export interface ActivityFit {
  /** The days to come. */
  readonly horizonDays: number;
  /** Customers it was fitted on. */
  readonly customers: number;
  /** How many of them came within the horizon. */
  readonly returned: number;
  /** Stands in for the gap between the days of a customer who has only one. Days, above 0. */
  readonly typicalGapDays: number;
  /** The log-odds of a customer who is average in every feature. */
  readonly intercept: number;
  readonly features: readonly FittedFeature[];
  /** How well it ranks customers left out of a trial fit, and how well silence alone does. */
  readonly auc: number;
  readonly silenceAuc: number;
}

/** Why there is no fit. */
export type FitRefusal =
  | 'TOO_FEW_BUYERS'
  | 'HISTORY_TOO_SHORT'
  | 'NO_RECENT_ORDER'
  | 'TOO_FEW_REPEAT_BUYERS'
  | 'OUTCOMES_TOO_ALIKE'
  | 'NO_BETTER_THAN_SILENCE';
