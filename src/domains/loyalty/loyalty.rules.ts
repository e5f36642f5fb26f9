import { dayOf, type EpochDay, MS_PER_DAY, startOfDay } from '../../shared/days';
import { type ActivityDay, type DailySignals, walkWindow } from '../activity';
import type { AdjustmentFault } from './loyalty.errors';
import type { PointLot } from './loyalty.model';
import {
  baseTier,
  type LoyaltyPolicy,
  type RewardedSignal,
  rewardedSignals,
} from './loyalty.policy';

export const REASON_LENGTH_MAX = 200;
export const NOTE_LENGTH_MAX = 2000;
export const IDEMPOTENCY_KEY_LENGTH_MAX = 200;

const reasonOfSignal: Readonly<Record<RewardedSignal, string>> = {
  signIns: 'SIGN_IN',
  posts: 'POST',
  comments: 'COMMENT',
  answers: 'ANSWER',
  shares: 'SHARE',
  attendances: 'ATTENDANCE',
  checkIns: 'CHECK_IN',
};

export interface Earning {
  readonly reason: string;
  /** More than zero. */
  readonly points: bigint;
}

/** What one event earns, each reason once. A refund earns nothing and takes nothing back. */
export function earningsOf(
  signals: Partial<DailySignals>,
  policy: LoyaltyPolicy,
): readonly Earning[] {
  const earnings = rewardedSignals.map((signal) => ({
    reason: reasonOfSignal[signal],
    points: BigInt(signals[signal] ?? 0) * BigInt(policy.actions[signal]),
  }));
  if ((signals.orders ?? 0) > 0) {
    // Whole units only: BigInt division cuts the rest off.
    const units = BigInt(signals.revenueMinor ?? 0) / BigInt(policy.order.perMinor);
    earnings.push({ reason: 'ORDER', points: units * BigInt(policy.order.points) });
  }
  const pointsMax = BigInt(policy.eventPointsMax);
  return earnings
    .filter((earning) => earning.points > 0n)
    .map(({ reason, points }) => ({ reason, points: atMost(points, pointsMax) }));
}

/** The first instant at which points earned at `earnedAt` are gone; null for never. */
export function expiryOf(earnedAt: Date, policy: LoyaltyPolicy): Date | null {
  if (policy.pointsValidDays === null) return null;
  return new Date(earnedAt.getTime() + policy.pointsValidDays * MS_PER_DAY);
}

/** Half-open: a lot is good up to its expiry, and gone at that very instant. */
export function isExpired(lot: Pick<PointLot, 'expiresAt'>, instant: Date): boolean {
  return lot.expiresAt !== null && lot.expiresAt.getTime() <= instant.getTime();
}

export interface Expiring<Lot> {
  readonly expired: readonly Lot[];
  readonly good: readonly Lot[];
}

/** Which of the lots have expired at an instant. Spent lots are neither expired nor good. */
export function partitionByExpiry<Lot extends PointLot>(
  lots: readonly Lot[],
  instant: Date,
): Expiring<Lot> {
  const unspent = lots.filter((lot) => lot.pointsLeft > 0n);
  return {
    expired: unspent.filter((lot) => isExpired(lot, instant)),
    good: unspent.filter((lot) => !isExpired(lot, instant)),
  };
}

export type Spend<Lot> =
  | {
      readonly kind: 'TAKEN';
      readonly takings: readonly { readonly lot: Lot; readonly points: bigint }[];
    }
  | { readonly kind: 'INSUFFICIENT'; readonly balance: bigint };

/**
 * Which lots a spend takes: the earliest expiring first and the never-expiring last, so that a
 * member loses as few points as possible.
 * @param lots good ones, in any order
 * @param points more than zero
 */
export function takeLots<Lot extends PointLot>(lots: readonly Lot[], points: bigint): Spend<Lot> {
  const balance = sumLeft(lots);
  if (balance < points) return { kind: 'INSUFFICIENT', balance };
  const takings: { lot: Lot; points: bigint }[] = [];
  let missing = points;
  for (const lot of [...lots].sort(compareLots)) {
    if (missing === 0n) break;
    const taken = atMost(lot.pointsLeft, missing);
    if (taken > 0n) takings.push({ lot, points: taken });
    missing -= taken;
  }
  return { kind: 'TAKEN', takings };
}

export function sumLeft(lots: readonly PointLot[]): bigint {
  return lots.reduce((sum, lot) => sum + lot.pointsLeft, 0n);
}

function compareLots(left: PointLot, right: PointLot): number {
  const leftTime = left.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const rightTime = right.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  return left.id < right.id ? -1 : 1;
}

export interface AdjustmentInput {
  readonly points: bigint;
  readonly reason: string;
  readonly note: string | null;
  readonly idempotencyKey: string;
}

/** The first thing that is wrong with an adjustment whatever the account holds, or null. */
export function findAdjustmentFault(
  input: AdjustmentInput,
  policy: LoyaltyPolicy,
): { readonly fault: AdjustmentFault; readonly limit: bigint | null } | null {
  const pointsMax = BigInt(policy.adjustmentPointsMax);
  const { points, reason, note, idempotencyKey } = input;
  if (points === 0n) return { fault: 'ZERO_POINTS', limit: null };
  if (points > pointsMax || points < -pointsMax) {
    return { fault: 'BEYOND_MAXIMUM', limit: pointsMax };
  }
  if (reason.trim() === '') return { fault: 'REASON_MISSING', limit: null };
  if (reason.length > REASON_LENGTH_MAX) {
    return { fault: 'REASON_TOO_LONG', limit: BigInt(REASON_LENGTH_MAX) };
  }
  if (note !== null && note.length > NOTE_LENGTH_MAX) {
    return { fault: 'NOTE_TOO_LONG', limit: BigInt(NOTE_LENGTH_MAX) };
  }
  if (idempotencyKey.trim() === '') return { fault: 'KEY_MISSING', limit: null };
  if (idempotencyKey.length > IDEMPOTENCY_KEY_LENGTH_MAX) {
    return { fault: 'KEY_TOO_LONG', limit: BigInt(IDEMPOTENCY_KEY_LENGTH_MAX) };
  }
  // The database has no NUL in a text, and would make one of two keys that differ in such halves.
  const texts = [reason, note ?? '', idempotencyKey];
  if (texts.some((text) => text.includes('\0') || !text.isWellFormed())) {
    return { fault: 'MALFORMED_TEXT', limit: null };
  }
  return null;
}

export interface TierDecision {
  readonly tier: string;
  /** The day the tier was reached; null where the profile has always been on the base tier. */
  readonly since: EpochDay | null;
  /** The next day on which time alone changes the tier; null where it never does. */
  readonly nextChange: EpochDay | null;
}

/**
 * The membership tier on a day: the highest whose orders and spend (revenue less refunds) the
 * window of `tierWindowDays` that ends with that day reaches.
 *
 * The answer changes only on days when a day of orders or refunds enters the window or leaves it,
 * so it is enough to walk those, past and coming. That also tells since when the tier holds, from
 * the facts and not from the order in which they became known.
 * @param days in any order, one entry per day
 */
export function decideTier(
  days: readonly ActivityDay[],
  policy: LoyaltyPolicy,
  today: EpochDay,
): TierDecision {
  let tier = baseTier(policy);
  let since: EpochDay | null = null;
  for (const step of walkWindow(days, policy.tierWindowDays, ({ day }) => startOfDay(day))) {
    const reached = tierFor(step.orders, step.netMinor, policy);
    if (reached === tier) continue;
    const day = dayOf(step.at);
    if (day > today) return { tier, since, nextChange: day };
    tier = reached;
    since = day;
  }
  return { tier, since, nextChange: null };
}

function tierFor(orders: number, spendMinor: number, policy: LoyaltyPolicy): string {
  const reached = policy.tiers.findLast(
    (tier) => orders >= tier.ordersMin && spendMinor >= tier.spendMinorMin,
  );
  // More refunded than spent within the window is the base tier too.
  return reached?.name ?? baseTier(policy);
}

function atMost(points: bigint, pointsMax: bigint): bigint {
  if (points > pointsMax) return pointsMax;
  return points;
}
