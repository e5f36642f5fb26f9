import type { Tx } from '../../platform/database/database';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { Move, Rehoming } from '../identity';
import * as accountStore from './loyalty.accounts.store';
import * as lotStore from './loyalty.lots.store';
import type { LedgerTransaction, LotId, PointLot } from './loyalty.model';
import { baseTier, type LoyaltyPolicy } from './loyalty.policy';
import { expireLot, type Posting, post, takeFrom } from './loyalty.posting';
import { partitionByExpiry, sumLeft } from './loyalty.rules';

/**
 * How points follow identifiers. What is left of the lots they earned is transferred, lot by lot
 * and with each lot's own expiry, by one transaction on either side. Nothing that was posted is
 * touched, and every new lot names the one it comes from. What was spent stays spent where it was
 * spent: a spend took the earliest-expiring lots, whoever earned them, and a move carries only what
 * it left. Lifetime points go by who earned them: all that the moving identifiers ever did, in
 * whichever profile, spent or not. So a merge that is undone leaves either side with the numbers it
 * had, less what was spent meanwhile of its own lots and more what it earned.
 * The tier is not moved: it follows from the days, which move as well.
 */
export class LoyaltyRehoming implements Rehoming {
  private readonly baseTier: string;

  constructor(
    policy: LoyaltyPolicy,
    private readonly ids: IdSource,
  ) {
    this.baseTier = baseTier(policy);
  }

  async rehome(tx: Tx, move: Move, now: Date): Promise<void> {
    const { from, into } = move;
    const accounts = await accountStore.lockAccounts(tx, [from, into]);
    const account = accounts.find((one) => one.profileId === from);
    // Without an account nothing was ever earned.
    if (account === undefined) return;
    const { expired, good } = partitionByExpiry(await lotStore.findMovingLots(tx, move), now);
    const lifetimePoints = await lotStore.sumEarned(tx, move.identifierIds);
    const expiries = expired.map((lot) => expireLot(lot, this.ids, now));
    const transfer = this.transfer(good, move, now);
    const { openedAt } = account;
    const posting = {
      transactions: [...expiries.map((expiry) => expiry.transaction), ...transfer.transactions],
      lots: transfer.lots,
      takings: [...expiries.map((expiry) => expiry.taking), ...transfer.takings],
      lifetimeMoves: [
        { profileId: from, points: 0n, lifetimePoints: -lifetimePoints, openedAt },
        { profileId: into, points: 0n, lifetimePoints, openedAt },
      ],
    };
    await post(tx, this.ids, posting, this.baseTier, now);
    if (!move.isWhole) return;
    await accountStore.saveTiers(tx, [{ profileId: from, tier: this.baseTier, since: null }], now);
  }

  private transfer(lots: readonly PointLot[], move: Move, now: Date): Posting {
    const points = sumLeft(lots);
    if (points === 0n) return { transactions: [], lots: [], takings: [] };
    const { from, into } = move;
    const outgoing = this.side(from, into, -points, move, now);
    const incoming = this.side(into, from, points, move, now);
    return {
      transactions: [outgoing, incoming],
      lots: lots.map((lot) => ({
        ...lot,
        profileId: into,
        id: this.ids.next<LotId>(),
        transactionId: incoming.id,
        pointsEarned: lot.pointsLeft,
        origin: { profileId: from, lotId: lot.id },
      })),
      takings: lots.map((lot) => takeFrom(lot, lot.pointsLeft, outgoing)),
    };
  }

  private side(
    profileId: ProfileId,
    counterpartProfileId: ProfileId,
    points: bigint,
    { reason }: Move,
    now: Date,
  ): LedgerTransaction {
    return {
      profileId,
      id: this.ids.next(),
      kind: 'TRANSFER',
      points,
      reason: reason === 'MERGE' ? 'PROFILE_MERGED' : 'PROFILE_UNMERGED',
      note: null,
      actor: reason === 'MERGE' ? 'system:merge' : 'system:unmerge',
      occurredAt: now,
      postedAt: now,
      eventId: null,
      counterpartProfileId,
    };
  }
}
