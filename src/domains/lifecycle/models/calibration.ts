import type { ActivityFit, FitRefusal } from '../facts/activity-fit';
import type { FactName } from '../facts/facts';

/** The quantiles that are kept of each fact: 0, 0.05, … 1. */
export const keptQuantiles: readonly number[] = Array.from({ length: 21 }, (_, step) => step / 20);

/** What all customers are like, at one time: what thresholds of the population are read from. */
export interface Calibration {
  readonly calibratedAt: Date;
  /** How many customers it was read from. */
  readonly customers: number;
  /** The median of the cadences that are known. Days; null where none is. */
  readonly cadenceDays: number | null;
  /** Of each fact, for each quantile kept, the least value that this part does not exceed. */
  readonly quantiles: Readonly<Partial<Record<FactName, readonly number[]>>>;
  /** What activity is predicted by; null where the data do not do for it, and why. */
  readonly activityFit?: ActivityFit | null;
  readonly fitRefusal?: FitRefusal | null;
}

/**
 * What this part of the customers does not exceed.
 * @param quantile one of those kept
 * @returns null where nothing is known of the fact
 */
export function quantileOf(
  { quantiles }: Calibration,
  fact: FactName,
  quantile: number,
): number | null {
  return quantiles[fact]?.[keptQuantiles.indexOf(quantile)] ?? null;
}
