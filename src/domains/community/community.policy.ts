import type { SignalName } from '../activity';

/** What community activity consists of. */
export const communitySignals = [
  'posts',
  'comments',
  'answers',
  'likes',
  'shares',
  'attendances',
  'checkIns',
] as const satisfies readonly SignalName[];

export type CommunitySignal = (typeof communitySignals)[number];

/** How much of it there was, of each kind. */
export type CommunityCounts = Readonly<Record<CommunitySignal, number>>;

export interface CommunityPolicy {
  /** UTC days that count for the score, today included. */
  readonly windowDays: number;
  /** What one of each is worth; not negative. */
  readonly weights: Readonly<Record<CommunitySignal, number>>;
  /** The weighted sum that scores 63 of 100 (1 − 1/e); twice as much scores 86, thrice 95. */
  readonly scale: number;
}

/**
 * What takes effort and helps others weighs most, what takes a tap least: an answer or a post is
 * worth five likes. At a scale of 50, ten posts in a quarter score 63.
 */
export const defaultCommunityPolicy: CommunityPolicy = {
  windowDays: 90,
  weights: {
    posts: 5,
    comments: 2,
    answers: 5,
    likes: 1,
    shares: 3,
    attendances: 5,
    checkIns: 1,
  },
  scale: 50,
};

const WINDOW_DAYS_MAX = 3_650;
const WEIGHT_MAX = 1_000;
const SCALE_MAX = 1_000_000;

/** @throws Error that names every fault: a policy is checked at start, never in use */
export function requireSoundCommunityPolicy(policy: CommunityPolicy): CommunityPolicy {
  const { windowDays, weights, scale } = policy;
  const faults = communitySignals
    .filter((signal) => !(weights[signal] >= 0 && weights[signal] <= WEIGHT_MAX))
    .map((signal) => `weights.${signal} must be a number from 0 to ${WEIGHT_MAX}`);
  if (!(Number.isSafeInteger(windowDays) && windowDays >= 1 && windowDays <= WINDOW_DAYS_MAX)) {
    faults.push(`windowDays must be a whole number from 1 to ${WINDOW_DAYS_MAX}`);
  }
  if (!(scale > 0 && scale <= SCALE_MAX)) {
    faults.push(`scale must be a number above 0, at most ${SCALE_MAX}`);
  }
  if (communitySignals.every((signal) => weights[signal] === 0)) {
    faults.push('weights must not all be 0');
  }
  if (faults.length > 0) {
    throw new Error(`The community policy is not sound: ${faults.join('; ')}.`);
  }
  return policy;
}
