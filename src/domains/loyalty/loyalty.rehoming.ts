import type { Tx } from '../../platform/database/database';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { Rehoming } from '../identity';
import * as accountStore from './loyalty.accounts.store';
import * as lotStore from './loyalty.lots.store';
import type { LedgerTransaction, LotId, PointLot } from './loyalty.model';
import { baseTier, type LoyaltyPolicy } from './loyalty.policy';
import { expireLot, type Posting, post, takeFrom } from './loyalty.posting';
import { partitionByExpiry, sumLeft } from './loyalty.rules';

/**
 * How points follow a merge: what the absorbed profile has not spent is transferred, lot by lot
 * and with each lot's own expiry, by one transaction on either side. Nothing that was posted is
 * touched, every new lot names the one it comes from, and the absorbed account ends at zero.
 * The tier is not moved: it follows from the days, which move as well.
 */
export class LoyaltyRehoming implements Rehoming {
  readonly name = 'loyalty';
  private readonly baseTier: string;

  constructor(
    policy: LoyaltyPolicy,
    private readonly ids: IdSource,
  ) {
    this.baseTier = baseTier(policy);
  }

  async rehome(tx: Tx, absorbed: ProfileId, survivor: ProfileId, now: Date): Promise<void> {
    const accounts = await accountStore.lockAccounts(tx, [absorbed, survivor]);
    const account = accounts.find((one) => one.profileId === absorbed);
    if (account === undefined) return;
    const { expired, good } = partitionByExpiry(await lotStore.findOpenLots(tx, [absorbed]), now);
    const expiries = expired.map((lot) => expireLot(lot, this.ids, now));
    const transfer = this.transfer(good, absorbed, survivor, now);
    const { lifetimePoints, openedAt } = account;
    const posting = {
      transactions: [...expiries.map((expiry) => expiry.transaction), ...transfer.transactions],
      lots: transfer.lots,
      takings: [...expiries.map((expiry) => expiry.taking), ...transfer.takings],
      lifetimeMoves: [
        { profileId: absorbed, points: 0n, lifetimePoints: -lifetimePoints, openedAt },
        { profileId: survivor, points: 0n, lifetimePoints, openedAt },
      ],
    };
    await post(tx, this.ids, posting, this.baseTier, now);
    const noTier = { profileId: absorbed, tier: this.baseTier, since: null };
    await accountStore.saveTiers(tx, [noTier], now);
  }

  private transfer(
    lots: readonly PointLot[],
    absorbed: ProfileId,
    survivor: ProfileId,
    now: Date,
  ): Posting {
    const points = sumLeft(lots);
    if (points === 0n) return { transactions: [], lots: [], takings: [] };
    const outgoing = this.side(absorbed, survivor, -points, now);
    const incoming = this.side(survivor, absorbed, points, now);
    return {
      transactions: [outgoing, incoming],
      lots: lots.map((lot) => ({
        ...lot,
        profileId: survivor,
        id: this.ids.next<LotId>(),
        transactionId: incoming.id,
        pointsEarned: lot.pointsLeft,
        origin: { profileId: absorbed, lotId: lot.id },
      })),
      takings: lots.map((lot) => takeFrom(lot, lot.pointsLeft, outgoing)),
    };
  }

  private side(
    profileId: ProfileId,
    counterpartProfileId: ProfileId,
    points: bigint,
    now: Date,
  ): LedgerTransaction {
    return {
      profileId,
      id: this.ids.next(),
      kind: 'TRANSFER',
      points,
      reason: 'PROFILE_MERGED',
      note: null,
      actor: 'system:merge',
      occurredAt: now,
      postedAt: now,
      eventId: null,
      counterpartProfileId,
    };
  }
}
