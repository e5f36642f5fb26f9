import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { Clock } from '../../shared/clock';
import { addDays, dayOf } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';
import { SumsOfSignals } from '../activity';
import {
  type CommunityCounts,
  type CommunityPolicy,
  communitySignals,
  requireSoundCommunityPolicy,
} from './community.policy';
import { communityScore } from './community.rules';

/** What counts now. */
export interface RecentCommunity {
  /** 0 … 100. */
  readonly score: number;
  readonly counts: CommunityCounts;
}

/** What counted ever. */
export interface TotalCommunity {
  readonly counts: CommunityCounts;
  readonly lastActiveAt: Date | null;
}

export class CommunityReads {
  private readonly policy: CommunityPolicy;
  private readonly sums = new SumsOfSignals(communitySignals);

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    policy: CommunityPolicy,
  ) {
    this.policy = requireSoundCommunityPolicy(policy);
  }

  /** Days that count as recent, today (UTC) included. */
  get windowDays(): number {
    return this.policy.windowDays;
  }

  readonly recentByProfile: BatchLoad<ProfileId, RecentCommunity> = async (profileIds) => {
    const today = dayOf(this.clock.now());
    const window = { first: addDays(today, 1 - this.windowDays), last: today };
    const found = await this.sums.ofSpan(this.sql, profileIds, window);
    return profileIds.map((profileId) => {
      const sums = required(found.get(profileId));
      return { score: communityScore(sums, this.policy), counts: sums };
    });
  };

  /** Reads all days. */
  readonly totalByProfile: BatchLoad<ProfileId, TotalCommunity> = async (profileIds) => {
    const found = await this.sums.ofAllDays(this.sql, profileIds);
    return profileIds.map((profileId) => {
      const { sums, lastAt } = required(found.get(profileId));
      return { counts: sums, lastActiveAt: lastAt };
    });
  };
}

function required<Sums>(sums: Sums | undefined): Sums {
  if (sums === undefined) throw new Error('The sums left out a profile asked for.');
  return sums;
}
