import { dayOf } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import { featuresOf, probabilityFrom } from '../facts/activity.rules';
import type { ActivityFit, FitRefusal } from '../facts/activity-fit';
import { type FactName, factDefinition, factNames } from '../facts/facts';
import { ascending, History, isActive, type Measures } from '../facts/history';
import { type Calibration, keptQuantiles } from '../models/calibration';
import { ActivityLessons } from './activity-fitting.rules';

/** Quantiles of fewer values than this say more about chance than about customers. */
export const CALIBRATION_CUSTOMERS_MIN = 100;

/** What a census comes to. */
export type CensusResult = Omit<Calibration, 'calibratedAt'> & {
  readonly activityFit: ActivityFit | null;
  readonly fitRefusal: FitRefusal | null;
};

/**
 * Reads customers one after the other, and tells what they are all like. Pure: the order they come
 * in only decides who is left out to judge the fit.
 */
export class Census {
  private readonly known = new Map<FactName, number[]>(factNames.map((name) => [name, []]));
  /** Of each customer; the fit that turns them into probabilities comes last. */
  private readonly features: (readonly number[])[] = [];
  private readonly lessons: ActivityLessons;
  private counted = 0;

  private readonly measures: Measures;

  constructor(
    measures: Measures,
    private readonly asOf: Date,
  ) {
    // What was learnt before has no part in what is found now.
    this.measures = { ...measures, activityFit: null };
    this.lessons = new ActivityLessons(dayOf(asOf), measures.typicalCadenceDays);
  }

  get customers(): number {
    return this.counted;
  }

  /** @param days of one customer, one entry per day */
  add(days: readonly ActivityDay[]): void {
    const today = dayOf(this.asOf);
    const { originDay } = this.lessons;
    const seen = ascending(days).filter(({ firstAt }) => firstAt.getTime() <= this.asOf.getTime());
    const before = seen.filter(({ day }) => day <= originDay);
    const since = seen.slice(before.length);
    const history = new History(this.measures);
    for (const day of before) history.include(day);
    history.today = originDay;
    if (history.isBegun) this.lessons.learn(history, since.some(isActive));
    for (const day of since) history.include(day);
    history.today = today;
    if (!history.isBegun) return;
    this.counted += 1;
    this.lessons.count(history);
    this.features.push(featuresOf(history, this.measures.typicalCadenceDays));
    for (const [fact, values] of this.known) {
      const value = factDefinition(fact).value(history);
      if (value !== null) values.push(value);
    }
  }

  /**
   * How far the probability of activity moves from one fit to another, on average over the
   * customers, 0 … 1. Wholly where it comes or goes.
   */
  shiftBetween(before: ActivityFit | null, after: ActivityFit | null): number {
    if (before === null || after === null) return before === after ? 0 : 1;
    const shifts = this.features.map((row) =>
      Math.abs(probabilityFrom(row, after) - probabilityFrom(row, before)),
    );
    return shifts.reduce((sum, shift) => sum + shift, 0) / Math.max(shifts.length, 1);
  }

  /** What all of them are like. To be asked once, at the end. */
  result(): CensusResult {
    const fit = this.lessons.fitted();
    const activityFit = typeof fit === 'string' ? null : fit;
    // The facts were read before there was a fit.
    if (activityFit !== null) {
      const probabilities = this.features.map((row) => probabilityFrom(row, activityFit));
      this.known.set('probabilityActive', probabilities);
    }
    return {
      customers: this.customers,
      cadenceDays: quantilesOf(this.known.get('cadenceDays') ?? [], [0.5])?.[0] ?? null,
      quantiles: this.quantiles(),
      activityFit,
      fitRefusal: typeof fit === 'string' ? fit : null,
    };
  }

  private quantiles(): Calibration['quantiles'] {
    const quantiles: Partial<Record<FactName, readonly number[]>> = {};
    for (const [fact, values] of this.known) {
      const kept = quantilesOf(values, keptQuantiles);
      if (kept !== null) quantiles[fact] = kept;
    }
    return quantiles;
  }
}

/**
 * For each fraction the least value that this part does not exceed, so always one that somebody
 * has; null where there are too few.
 */
function quantilesOf(
  values: readonly number[],
  fractions: readonly number[],
): readonly number[] | null {
  if (values.length < CALIBRATION_CUSTOMERS_MIN) return null;
  const sorted = Float64Array.from(values).sort();
  return fractions.map((fraction) => {
    // 0.15 × 20 is a little more than 3.
    const place = Math.ceil(fraction * sorted.length - 1e-9) - 1;
    return sorted[Math.max(place, 0)] as number;
  });
}
