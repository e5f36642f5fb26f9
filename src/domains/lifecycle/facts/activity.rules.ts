import type { ActivityFit } from './activity-fit';
import type { History } from './history';
import { logistic, type Sign } from './logistic.rules';
import type { DaySeries } from './series';

/** A silence that has lasted longer says no more than one of so many days. */
export const SILENCE_DAYS_MAX = 730;

interface Feature {
  /** The fact that tells it to people. */
  readonly fact: string;
  /**
   * What the weight may be. Of all that time moves it is such that more silence never makes
   * activity more probable.
   */
  readonly sign: Sign;
  /** @param day the day it is asked for */
  readonly value: (history: History, day: number, typicalGapDays: number) => number;
}

/**
 * What activity is predicted from. Of the days themselves alone, and not of how a model measures
 * time: one fit serves every model. The gap is the mean one, since it needs no occasions.
 */
const features = {
  silence: {
    fact: 'silenceDays',
    sign: -1,
    value: (history, day) => Math.log1p(day - history.series('active').last),
  },
  silenceInGaps: {
    fact: 'silenceInCadences',
    sign: -1,
    value: (history, day, typical) => silenceInGaps(history.series('active'), day, typical),
  },
  orderSilenceInGaps: {
    fact: 'orderSilenceDays',
    sign: -1,
    value: (history, day, typical) => silenceInGaps(history.series('orders'), day, typical),
  },
  tenure: {
    fact: 'tenureDays',
    sign: -1,
    value: (history, day) => Math.log1p(day - history.series('active').first),
  },
  lately: {
    fact: 'activeDays30',
    sign: 1,
    value: (history, day) => Math.log1p(history.series('active').countAfter(day - 30)),
  },
  ofLate: {
    fact: 'activeDays90',
    sign: 1,
    value: (history, day) => Math.log1p(history.series('active').countAfter(day - 90)),
  },
  frequency: {
    fact: 'activeDays',
    sign: 0,
    value: (history) => Math.log1p(history.series('active').count),
  },
  span: {
    fact: 'activeSpanDays',
    sign: 0,
    value: (history) => Math.log1p(history.lastActiveDay - history.firstActiveDay),
  },
  orders: {
    fact: 'orderDays',
    sign: 0,
    value: (history) => Math.log1p(history.series('orders').count),
  },
  revenue: {
    fact: 'revenue',
    sign: 0,
    value: (history) => Math.log1p(Math.max(history.series('revenue').total, 0)),
  },
  complaints: {
    fact: 'complaints',
    sign: 0,
    value: (history) => Math.log1p(Math.max(history.series('complaints').total, 0)),
  },
} as const satisfies Readonly<Record<string, Feature>>;

type FeatureName = keyof typeof features;

export const featureNames = Object.keys(features) as readonly FeatureName[];

export const featureSigns: readonly Sign[] = featureNames.map((name) => features[name].sign);

/** Of somebody who has done something. @returns one for each of `featureNames` */
export function featuresOf(history: History, typicalGapDays: number): readonly number[] {
  const day = lastDayThatCounts(history, history.today);
  return featureNames.map((name) => features[name].value(history, day, typicalGapDays));
}

/**
 * How probable it is that the customer does anything within the horizon, 0 … 1; null where nothing
 * is fitted. Falls with every day of silence, or stays.
 */
export function probabilityActive(history: History, fit: ActivityFit | null): number | null {
  return fit === null ? null : probabilityOn(history, fit, history.today);
}

/** The same from features that were kept. @param row one for each of `featureNames` */
export function probabilityFrom(row: readonly number[], fit: ActivityFit): number {
  const value = (name: string) => row[featureNames.indexOf(name as FeatureName)] ?? 0;
  return logistic(
    fit.features.reduce(
      (logOdds, { name, weight, mean }) => logOdds + weight * (value(name) - mean),
      fit.intercept,
    ),
  );
}

/**
 * The first day after today on which the probability is no longer on the same side of the
 * threshold, given that nothing more happens; null where it stays there. It only ever falls, so the
 * day is found by halving.
 */
export function dayOfCrossing(
  history: History,
  fit: ActivityFit,
  threshold: number,
): number | null {
  const sideOn = (day: number) => Math.sign(probabilityOn(history, fit, day) - threshold);
  let before: number = history.today;
  const side = sideOn(before);
  let after = lastDayThatCounts(history, Number.POSITIVE_INFINITY);
  if (after <= before || sideOn(after) === side) return null;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (sideOn(middle) === side) before = middle;
    else after = middle;
  }
  return after;
}

/** Something that was found of a customer, and what it adds to the log-odds of activity. */
export interface Contribution {
  readonly fact: string;
  readonly logOdds: number;
}

/** Against a customer who is average in everything; one for each fact that tells anything. */
export function contributionsOf(history: History, fit: ActivityFit): readonly Contribution[] {
  const day = lastDayThatCounts(history, history.today);
  const byFact = new Map<string, number>();
  for (const { name, weight, mean } of fit.features) {
    const { fact, value } = featureOf(name);
    const logOdds = weight * (value(history, day, fit.typicalGapDays) - mean);
    if (weight !== 0) byFact.set(fact, (byFact.get(fact) ?? 0) + logOdds);
  }
  return [...byFact].map(([fact, logOdds]) => ({ fact, logOdds }));
}

function probabilityOn(history: History, fit: ActivityFit, today: number): number {
  const day = lastDayThatCounts(history, today);
  let logOdds = fit.intercept;
  for (const { name, weight, mean } of fit.features) {
    if (weight === 0) continue;
    logOdds += weight * (featureOf(name).value(history, day, fit.typicalGapDays) - mean);
  }
  return logistic(logOdds);
}

function featureOf(name: string): Feature {
  const feature = (features as Readonly<Record<string, Feature>>)[name];
  if (feature === undefined) throw new Error(`There is no feature ${name}.`);
  return feature;
}

function lastDayThatCounts(history: History, today: number): number {
  return Math.min(today, history.series('active').last + SILENCE_DAYS_MAX);
}

/** The logarithm of 1 more; 0 where there is no day. */
function silenceInGaps(series: DaySeries, day: number, typicalGapDays: number): number {
  if (series.count === 0) return 0;
  const gapDays =
    series.count === 1 ? typicalGapDays : (series.last - series.first) / (series.count - 1);
  return Math.log1p((day - series.last) / gapDays);
}
