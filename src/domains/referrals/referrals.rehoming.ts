import type { Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { Rehoming } from '../identity';
import { ancestorsOf, type Referral, standingReferral } from './referrals.rules';
import * as store from './referrals.store';

/**
 * Codes and referrals follow the survivor. Of two referrals by which the person was brought one
 * stands on (see `standingReferral`), and none by which they brought themselves, directly or
 * through others: such a referral is void. Nor does one stand that has not converted yet where the
 * person was rewarded for another, void since. Points given for a referral that is voided so stay
 * where they are; taking them back is an adjustment, which a person decides.
 */
export const referralsRehoming: Rehoming = {
  name: 'referrals',
  rehome: async (tx, absorbed, survivor) => {
    await store.moveCodes(tx, absorbed, survivor);
    await store.moveReferralsMade(tx, absorbed, survivor);
    const counting = await store.findReferralsThatCount(tx, [absorbed, survivor]);
    const received = counting.filter(({ status }) => status !== 'VOID');
    const isRewarded = counting.length > received.length;
    if (received.length > 0) {
      const standing = await findStanding(tx, received, survivor, isRewarded);
      const voided = received
        .filter((referral) => referral !== standing)
        .map((referral) => ({ ...referral, status: 'VOID' as const }));
      await store.updateReferrals(tx, voided);
    }
    await store.moveReferralsReceived(tx, absorbed, survivor);
  },
};

/** The one referral that goes on standing, if any; read after what was made has moved. */
async function findStanding(
  tx: Tx,
  received: readonly Referral[],
  survivor: ProfileId,
  isRewarded: boolean,
): Promise<Referral | undefined> {
  const referrers = await store.findReferrersUpwards(
    tx,
    received.map((referral) => referral.referrer),
  );
  return received
    .filter(({ status }) => !isRewarded || status === 'CONVERTED')
    .filter(
      ({ referrer }) => referrer !== survivor && !ancestorsOf(referrer, referrers).has(survivor),
    )
    .reduce<Referral | undefined>(
      (best, referral) => (best === undefined ? referral : standingReferral(best, referral)),
      undefined,
    );
}
