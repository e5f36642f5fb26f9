import { type CommunityCounts, type CommunityPolicy, communitySignals } from './community.policy';

/**
 * How active a customer is in the community, 0 (not at all) … 100: 100 · (1 − exp(−w / scale)),
 * with w the weighted sum of the counts, rounded. It saturates, so that more of the same adds
 * less and less and no burst of likes outweighs everyone else.
 * @param counts of the policy's window
 */
export function communityScore(counts: CommunityCounts, policy: CommunityPolicy): number {
  let weighted = 0;
  for (const signal of communitySignals) weighted += policy.weights[signal] * counts[signal];
  return Math.round(100 * (1 - Math.exp(-weighted / policy.scale)));
}
