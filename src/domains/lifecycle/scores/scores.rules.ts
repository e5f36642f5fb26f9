import { type FactName, factDefinition } from '../facts/facts';
import type { History } from '../facts/history';
import { type Calibration, keptQuantiles } from '../models/calibration';

/** A part of a score. */
export interface ScoreComponent {
  readonly fact: FactName;
  /** Null where the fact says nothing yet. */
  readonly value: number | null;
  /** What it adds, 0 … `pointsMax`, in tenths. */
  readonly points: number;
  readonly pointsMax: number;
}

export interface Score {
  /** The sum of the points, 0 … 100. */
  readonly score: number;
  readonly components: readonly ScoreComponent[];
}

/** The three dimensions that a stage is about. */
export interface Scores {
  readonly behaviour: Score;
  readonly value: Score;
  readonly emotion: Score;
}

interface Part {
  readonly fact: FactName;
  readonly pointsMax: number;
  /** How much of the points a customer gets, 0 … 1. */
  readonly share: (value: number | null, quantiles: readonly number[] | undefined) => number;
}

/** Parts add up to 100 points in each dimension. */
const dimensions: Readonly<Record<keyof Scores, readonly Part[]>> = {
  behaviour: [
    { fact: 'activeDays90', pointsMax: 40, share: more(6) },
    { fact: 'engagement90', pointsMax: 30, share: more(15) },
    { fact: 'silenceInCadences', pointsMax: 30, share: less(3) },
  ],
  value: [
    { fact: 'revenue365', pointsMax: 40, share: more(20_000) },
    { fact: 'orderDays365', pointsMax: 30, share: more(4) },
    { fact: 'socialActs90', pointsMax: 15, share: more(5) },
    { fact: 'referralsConverted', pointsMax: 15, share: more(1) },
  ],
  emotion: [
    { fact: 'emotion', pointsMax: 60, share: between(-100, 100) },
    { fact: 'nps365', pointsMax: 20, share: between(-100, 100) },
    { fact: 'satisfaction365', pointsMax: 20, share: between(0, 1) },
  ],
};

/** How a customer who has done something stands, in each dimension. Depends on nothing else. */
export function scoresOf(history: History, calibration: Calibration | null): Scores {
  const { behaviour, value, emotion } = dimensions;
  return {
    behaviour: scoreOf(history, behaviour, calibration),
    value: scoreOf(history, value, calibration),
    emotion: scoreOf(history, emotion, calibration),
  };
}

function scoreOf(history: History, parts: readonly Part[], calibration: Calibration | null): Score {
  const components = parts.map(({ fact, pointsMax, share }) => {
    const value = factDefinition(fact).value(history);
    const tenths = Math.round(10 * pointsMax * share(value, calibration?.quantiles[fact]));
    return { fact, value, points: tenths / 10, pointsMax };
  });
  // Summed in tenths, so that the score is what its parts add up to.
  const tenths = components.reduce((sum, { points }) => sum + Math.round(10 * points), 0);
  return { score: tenths / 10, components };
}

/**
 * The more the better: the share of customers who have less. Where the fact is not calibrated
 * value / (value + half), so half of the points for `half`.
 */
function more(half: number): Part['share'] {
  return (value, quantiles) => {
    if (value === null) return 0;
    if (quantiles !== undefined) return shareBelow(value, quantiles);
    const amount = Math.max(value, 0);
    return amount / (amount + half);
  };
}

/** The less the better: the share of customers who have more; else half / (value + half). */
function less(half: number): Part['share'] {
  return (value, quantiles) => {
    if (value === null) return 0;
    if (quantiles === undefined) return half / (Math.max(value, 0) + half);
    return shareBelow(-value, quantiles.map((quantile) => -quantile).reverse());
  };
}

/** From worst to best, whatever others have; half where nothing is known, which is neutral. */
function between(worst: number, best: number): Part['share'] {
  return (value) => {
    if (value === null) return 0.5;
    return Math.min(Math.max((value - worst) / (best - worst), 0), 1);
  };
}

/**
 * Which share of the customers has less, 0 … 1, read off the quantiles that were kept; between two
 * of them by their distance.
 * @param quantiles ascending
 */
function shareBelow(value: number, quantiles: readonly number[]): number {
  const place = quantiles.findIndex((quantile) => quantile >= value);
  if (place === -1) return 1;
  if (place === 0) return 0;
  const share = keptQuantiles[place] as number;
  const upper = quantiles[place] as number;
  if (upper === value) return share;
  const lower = quantiles[place - 1] as number;
  const shareLower = keptQuantiles[place - 1] as number;
  return shareLower + ((value - lower) / (upper - lower)) * (share - shareLower);
}
