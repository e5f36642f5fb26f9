import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import * as store from './referrals.store';

/** What referrals come to for a profile. */
export interface ReferralSums {
  readonly code: string | null;
  readonly invited: number;
  readonly converted: number;
  readonly referredByCode: string | null;
}

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
    const rows = await store.findCodesReceived(this.sql, profileIds);
    return inOrderOf(profileIds, rows, ownerOf).map((row) => row?.code ?? null);
  };

  readonly sumsByProfile: BatchLoad<ProfileId, ReferralSums> = async (profileIds) => {
    const [codes, made, received] = await Promise.all([
      this.codeByProfile(profileIds),
      this.madeByProfile(profileIds),
      this.receivedByProfile(profileIds),
    ]);
    return profileIds.map((_, index) => ({
      code: codes[index] ?? null,
      invited: made[index]?.invited ?? 0,
      converted: made[index]?.converted ?? 0,
      referredByCode: received[index] ?? null,
    }));
  };

  readonly referralsByPage: BatchLoad<store.ReferralPage, readonly store.MadeReferral[]> = (
    pages,
  ) => store.findReferralPages(this.sql, pages);
}

function ownerOf({ profileId }: { readonly profileId: ProfileId }): ProfileId {
  return profileId;
}
