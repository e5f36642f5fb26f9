import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import * as store from './referrals.store';

export class ReferralReads {
  constructor(private readonly sql: Sql) {}

  /** The code that each profile passes on. */
  readonly codeByProfile: BatchLoad<ProfileId, string | null> = async (profileIds) => {
    const rows = await store.findCurrentCodes(this.sql, profileIds);
    return inOrderOf(profileIds, rows, ownerOf).map((row) => row?.code ?? null);
  };

  /** How many each profile brought. */
  readonly madeByProfile: BatchLoad<ProfileId, Omit<store.MadeCounts, 'profileId'>> = async (
    profileIds,
  ) => {
    const rows = await store.countMade(this.sql, profileIds);
    return inOrderOf(profileIds, rows, ownerOf, () => ({ invited: 0, converted: 0 }));
  };

  /** The code that each profile was brought by. */
  readonly receivedByProfile: BatchLoad<ProfileId, string | null> = async (profileIds) => {
    const rows = await store.findStandingReferrals(this.sql, profileIds);
    return inOrderOf(profileIds, rows, ({ referee }) => referee).map((row) => row?.code ?? null);
  };

  readonly referralsByPage: BatchLoad<store.ReferralPage, readonly store.MadeReferral[]> = (
    pages,
  ) => store.findReferralPages(this.sql, pages);
}

function ownerOf({ profileId }: { readonly profileId: ProfileId }): ProfileId {
  return profileId;
}
