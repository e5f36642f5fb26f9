import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import {
  findReferralPages,
  findSummaries,
  type MadeReferral,
  type ReferralPage,
  type SummaryRow,
} from './referrals.store';

export class ReferralReads {
  constructor(private readonly sql: Sql) {}

  readonly summaryByProfile: BatchLoad<ProfileId, SummaryRow> = async (profileIds) => {
    const rows = await findSummaries(this.sql, profileIds);
    const summaries = new Map(rows.map((row) => [row.profileId, row]));
    return profileIds.map((profileId) => {
      const summary = summaries.get(profileId);
      if (summary === undefined) throw new Error('The summaries left out a profile asked for.');
      return summary;
    });
  };

  readonly referralsByPage: BatchLoad<ReferralPage, readonly MadeReferral[]> = (pages) =>
    findReferralPages(this.sql, pages);
}
