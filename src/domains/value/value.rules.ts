import type { EpochDay } from '../../shared/days';
import { type ActivityDay, walkWindow } from '../activity';

export type Tier = 'HIGH' | 'MID' | 'LOW';

/** Where the population is cut into scores and tiers. */
export interface Cutoffs {
  /**
   * The four values that part a population into five parts, ascending: days since the last order,
   * orders, revenue less refunds (minor units).
   */
  readonly recencyDaysCuts: Quartet;
  readonly frequencyCuts: Quartet;
  readonly monetaryMinorCuts: Quartet;
  /** What the revenue of the window has to exceed for HIGH, and for MID. Minor units, from 0. */
  readonly tierHighMinor: number;
  readonly tierMidMinor: number;
}

export type Quartet = readonly [number, number, number, number];

/** A tier is reckoned from the orders of this many days, today included. */
export const TIER_WINDOW_DAYS = 365;

/** What a customer's orders add up to as of one instant. */
export interface OrderFacts {
  readonly orders: number;
  /** Before refunds. Minor units. */
  readonly revenueMinor: number;
  readonly refundMinor: number;
  /** Null before the first order. */
  readonly lastOrderDay: EpochDay | null;
}

export interface TierStanding {
  readonly tier: Tier;
  /**
   * Since when the customer's orders amount to this tier under these cut-offs: the first event of
   * the day that did it, or the midnight (UTC) at which a day left the window.
   */
  readonly since: Date;
  /** Revenue less refunds of the window. Minor units; may be below 0. */
  readonly windowRevenueMinor: number;
  /** The earliest instant at which the tier will change, or a day that is not seen yet begins. */
  readonly nextChangeAt: Date | null;
}

/** What the orders add up to. Days that begin after `asOf` are not seen. */
export function orderFacts(days: readonly ActivityDay[], asOf: Date): OrderFacts {
  let orders = 0;
  let revenueMinor = 0;
  let refundMinor = 0;
  let lastOrderDay: EpochDay | null = null;
  for (const day of days) {
    if (day.firstAt.getTime() > asOf.getTime()) continue;
    orders += day.orders;
    revenueMinor += day.revenueMinor;
    refundMinor += day.refundMinor;
    if (day.orders > 0 && (lastOrderDay === null || day.day > lastOrderDay)) lastOrderDay = day.day;
  }
  return { orders, revenueMinor, refundMinor, lastOrderDay };
}

/** The tier of so much revenue less refunds in the window: the cut-offs have to be exceeded. */
export function tierOf(windowRevenueMinor: number, cutoffs: Cutoffs): Tier {
  if (windowRevenueMinor > cutoffs.tierHighMinor) return 'HIGH';
  return windowRevenueMinor > cutoffs.tierMidMinor ? 'MID' : 'LOW';
}

/**
 * The tier as of an instant; follows from the days and the cut-offs alone.
 * @param days in any order, one entry per day; days that begin after `asOf` are not seen
 * @returns null before the first day
 */
export function tierStanding(
  days: readonly ActivityDay[],
  cutoffs: Cutoffs,
  asOf: Date,
): TierStanding | null {
  let tier: Tier | null = null;
  let since: Date | null = null;
  let windowRevenueMinor = 0;
  let nextChangeAt: Date | null = null;
  for (const step of walkWindow(days, TIER_WINDOW_DAYS, (day) => day.firstAt)) {
    const tierThen = tierOf(step.netMinor, cutoffs);
    if (step.at.getTime() > asOf.getTime()) {
      // A day that has not begun yet is not known until it does.
      if (!step.isEntry && tierThen === tier) continue;
      nextChangeAt = step.at;
      break;
    }
    if (tierThen !== tier) since = step.at;
    tier = tierThen;
    windowRevenueMinor = step.netMinor;
  }
  if (tier === null || since === null) return null;
  return { tier, since, windowRevenueMinor, nextChangeAt };
}

/** The tier as of an instant; LOW for whoever has not done anything by then. */
export function tierAt(days: readonly ActivityDay[], cutoffs: Cutoffs, asOf: Date): Tier {
  return tierStanding(days, cutoffs, asOf)?.tier ?? 'LOW';
}

export type Score = 1 | 2 | 3 | 4 | 5;

export interface RfmScores {
  readonly recency: Score;
  readonly frequency: Score;
  readonly monetary: Score;
  readonly segment: RfmSegment;
  readonly recencyDays: number;
}

export type RfmSegment =
  | 'CHAMPIONS'
  | 'LOYAL'
  | 'POTENTIAL_LOYALIST'
  | 'NEW'
  | 'PROMISING'
  | 'NEEDS_ATTENTION'
  | 'ABOUT_TO_SLEEP'
  | 'AT_RISK'
  | 'CANT_LOSE_THEM'
  | 'HIBERNATING';

/**
 * Recency, frequency and monetary scores, 5 the best. A score is one more than the number of cuts
 * the value exceeds (for recency, five less that number). So equal values always score equal:
 * where many share one value, as one-time buyers do, their part is larger than a fifth and the
 * scores that the cuts of that value would part are left out.
 * @returns null before the first order
 */
export function scoreRfm(facts: OrderFacts, cutoffs: Cutoffs, today: EpochDay): RfmScores | null {
  if (facts.lastOrderDay === null) return null;
  const recencyDays = Math.max(today - facts.lastOrderDay, 0);
  const recency = (5 - countExceeded(cutoffs.recencyDaysCuts, recencyDays)) as Score;
  const frequency = (1 + countExceeded(cutoffs.frequencyCuts, facts.orders)) as Score;
  const spentMinor = facts.revenueMinor - facts.refundMinor;
  const monetary = (1 + countExceeded(cutoffs.monetaryMinorCuts, spentMinor)) as Score;
  return { recency, frequency, monetary, segment: segmentOf(recency, frequency), recencyDays };
}

/** The named segment of a recency and a frequency score. */
export function segmentOf(recency: Score, frequency: Score): RfmSegment {
  return segments[recency][frequency - 1] as RfmSegment;
}

/** By recency; in each row by frequency from 1 to 5. Names as practitioners use them. */
const segments: Readonly<Record<Score, readonly RfmSegment[]>> = {
  5: ['NEW', 'POTENTIAL_LOYALIST', 'POTENTIAL_LOYALIST', 'CHAMPIONS', 'CHAMPIONS'],
  4: ['PROMISING', 'POTENTIAL_LOYALIST', 'POTENTIAL_LOYALIST', 'LOYAL', 'LOYAL'],
  3: ['ABOUT_TO_SLEEP', 'ABOUT_TO_SLEEP', 'NEEDS_ATTENTION', 'LOYAL', 'LOYAL'],
  2: ['HIBERNATING', 'HIBERNATING', 'AT_RISK', 'AT_RISK', 'CANT_LOSE_THEM'],
  1: ['HIBERNATING', 'HIBERNATING', 'AT_RISK', 'AT_RISK', 'CANT_LOSE_THEM'],
};

function countExceeded(cuts: Quartet, value: number): number {
  return cuts.filter((cut) => value > cut).length;
}
