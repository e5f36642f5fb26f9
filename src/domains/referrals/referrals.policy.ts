/** What a referral that converts is worth, in points. */
export interface ReferralPolicy {
  /** For the one who brought a customer. */
  readonly referrerPoints: number;
  /** For the customer who was brought. */
  readonly refereePoints: number;
}

export const defaultReferralPolicy: ReferralPolicy = { referrerPoints: 500, refereePoints: 200 };

const REWARD_POINTS_MAX = 1_000_000;

/** @throws Error that names every fault: a policy is checked at start, never in use */
export function requireSoundReferralPolicy(policy: ReferralPolicy): ReferralPolicy {
  const faults = (['referrerPoints', 'refereePoints'] as const)
    .filter((side) => !isReward(policy[side]))
    .map((side) => `${side} must be a whole number from 0 to ${REWARD_POINTS_MAX}`);
  if (faults.length > 0) {
    throw new Error(`The referral policy is not sound: ${faults.join('; ')}.`);
  }
  return policy;
}

function isReward(points: number): boolean {
  return Number.isSafeInteger(points) && points >= 0 && points <= REWARD_POINTS_MAX;
}
