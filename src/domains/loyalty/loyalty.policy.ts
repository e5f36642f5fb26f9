import { deepFreeze } from '../../shared/deep-freeze';
import type { SignalName } from '../activity';

/** The signals that earn a fixed number of points each time. */
export type RewardedSignal = Extract<
  SignalName,
  'signIns' | 'posts' | 'comments' | 'answers' | 'shares' | 'attendances' | 'checkIns'
>;

export const rewardedSignals = [
  'signIns',
  'posts',
  'comments',
  'answers',
  'shares',
  'attendances',
  'checkIns',
] as const satisfies readonly RewardedSignal[];

/** A step of the membership, reached when both thresholds are met over the window. */
export interface MembershipTier {
  /** SCREAMING_SNAKE_CASE. */
  readonly name: string;
  /** Revenue less refunds, in minor units of the company's currency. */
  readonly spendMinorMin: number;
  readonly ordersMin: number;
}

/** What points are given for and how long they last. Points are whole numbers. */
export interface LoyaltyPolicy {
  /** An order earns `points` for every whole `perMinor` of its revenue (minor units). */
  readonly order: { readonly points: number; readonly perMinor: number };
  readonly actions: Readonly<Record<RewardedSignal, number>>;
  /** Days from earning to expiry, or null where points stay for good. */
  readonly pointsValidDays: number | null;
  /** The most one event may earn for one reason: a mistyped amount must not mint a fortune. */
  readonly eventPointsMax: number;
  /** The most that one adjustment may add or take. */
  readonly adjustmentPointsMax: number;
  /** UTC days that count for the membership tier, today included. */
  readonly tierWindowDays: number;
  /** Ascending; the first is the base tier, which asks for nothing. */
  readonly tiers: readonly MembershipTier[];
}

export const TIERS_MAX = 16;
// Far from the 64 bits of a balance, however many postings there are.
const POINTS_MAX = 1_000_000_000;
const DAYS_MAX = 36_500;
const TIER_NAME = /^[A-Z][A-Z0-9_]{0,31}$/;

export const defaultLoyaltyPolicy: LoyaltyPolicy = deepFreeze({
  order: { points: 1, perMinor: 100 },
  actions: {
    signIns: 1,
    posts: 5,
    comments: 2,
    answers: 5,
    shares: 3,
    attendances: 10,
    checkIns: 2,
  },
  pointsValidDays: 365,
  eventPointsMax: 1_000_000,
  adjustmentPointsMax: 1_000_000,
  tierWindowDays: 365,
  tiers: [
    { name: 'MEMBER', spendMinorMin: 0, ordersMin: 0 },
    { name: 'SILVER', spendMinorMin: 20_000, ordersMin: 2 },
    { name: 'GOLD', spendMinorMin: 50_000, ordersMin: 4 },
    { name: 'PLATINUM', spendMinorMin: 100_000, ordersMin: 8 },
  ],
});

/** @returns every fault of the policy, each with the name of the setting; empty where it is sound */
export function findPolicyFaults(policy: LoyaltyPolicy): readonly string[] {
  const { order } = policy;
  return [
    ...integerFault('order.points', order.points, 0, POINTS_MAX),
    ...integerFault('order.perMinor', order.perMinor, 1),
    ...rewardedSignals.flatMap((signal) =>
      integerFault(`actions.${signal}`, policy.actions[signal], 0, POINTS_MAX),
    ),
    ...(policy.pointsValidDays === null
      ? []
      : integerFault('pointsValidDays', policy.pointsValidDays, 1, DAYS_MAX)),
    ...integerFault('eventPointsMax', policy.eventPointsMax, 1, POINTS_MAX),
    ...integerFault('adjustmentPointsMax', policy.adjustmentPointsMax, 1, POINTS_MAX),
    ...integerFault('tierWindowDays', policy.tierWindowDays, 1, DAYS_MAX),
    ...tierFaults(policy.tiers),
  ];
}

/** @throws Error that names every fault: a policy is checked at start, never in use */
export function requireSoundLoyaltyPolicy(policy: LoyaltyPolicy): LoyaltyPolicy {
  const faults = findPolicyFaults(policy);
  if (faults.length > 0) throw new Error(`The loyalty policy is not sound: ${faults.join('; ')}.`);
  return policy;
}

/** The tier of everyone who has reached no other. */
export function baseTier(policy: LoyaltyPolicy): string {
  const [base] = policy.tiers;
  if (base === undefined) throw new Error('A sound policy has a base tier.');
  return base.name;
}

function tierFaults(tiers: readonly MembershipTier[]): string[] {
  if (tiers.length < 1 || tiers.length > TIERS_MAX) {
    return [`tiers must be 1 to ${TIERS_MAX}, not ${tiers.length}`];
  }
  return tiers.flatMap((tier, index) => {
    const at = `tiers[${index}]`;
    const lower = tiers[index - 1];
    const faults = [
      ...integerFault(`${at}.spendMinorMin`, tier.spendMinorMin, 0),
      ...integerFault(`${at}.ordersMin`, tier.ordersMin, 0),
    ];
    if (!TIER_NAME.test(tier.name)) {
      faults.push(`${at}.name must be in capitals like GOLD, at most 32 characters`);
    }
    if (tiers.findIndex((other) => other.name === tier.name) < index) {
      faults.push(`${at}.name ${tier.name} is there twice`);
    }
    if (lower === undefined && (tier.spendMinorMin !== 0 || tier.ordersMin !== 0)) {
      faults.push(`${at} is the base tier and must ask for nothing`);
    }
    if (lower !== undefined && !isAbove(tier, lower)) {
      faults.push(`${at} must ask for more than the tier before it, and for less in nothing`);
    }
    return faults;
  });
}

function isAbove(tier: MembershipTier, lower: MembershipTier): boolean {
  return (
    tier.spendMinorMin >= lower.spendMinorMin &&
    tier.ordersMin >= lower.ordersMin &&
    (tier.spendMinorMin > lower.spendMinorMin || tier.ordersMin > lower.ordersMin)
  );
}

function integerFault(
  name: string,
  value: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): string[] {
  return Number.isSafeInteger(value) && value >= min && value <= max
    ? []
    : [`${name} must be a whole number from ${min} to ${max}`];
}
