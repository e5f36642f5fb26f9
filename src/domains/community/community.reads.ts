import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { Clock } from '../../shared/clock';
import { addDays, dayOf } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';
import { sumSignals } from '../activity';
import {
  type CommunityCounts,
  type CommunityPolicy,
  communitySignals,
  requireSoundCommunityPolicy,
} from './community.policy';
import { communityScore } from './community.rules';

export interface CommunityRow {
  /** 0 … 100. */
  readonly score: number;
  readonly recent: CommunityCounts;
  readonly total: CommunityCounts;
  readonly lastActiveAt: Date | null;
  readonly windowDays: number;
}

export class CommunityReads {
  private readonly policy: CommunityPolicy;

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    policy: CommunityPolicy,
  ) {
    this.policy = requireSoundCommunityPolicy(policy);
  }

  readonly communityByProfile: BatchLoad<ProfileId, CommunityRow> = async (profileIds) => {
    const { windowDays } = this.policy;
    const today = dayOf(this.clock.now());
    const window = { first: addDays(today, 1 - windowDays), last: today };
    const sums = await sumSignals(this.sql, profileIds, communitySignals, window);
    return profileIds.map((profileId) => {
      const found = sums.get(profileId);
      if (found === undefined) throw new Error('The sums left out a profile asked for.');
      const { recent, total, lastAt: lastActiveAt } = found;
      return {
        score: communityScore(recent, this.policy),
        recent,
        total,
        lastActiveAt,
        windowDays,
      };
    });
  };
}
