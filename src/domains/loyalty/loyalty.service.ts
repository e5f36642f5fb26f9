import { createHash } from 'node:crypto';
import type { Database, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import type { ProfileDirectory } from '../identity';
import * as accountStore from './loyalty.accounts.store';
import type { AdjustmentRefusal } from './loyalty.errors';
import * as ledgerStore from './loyalty.ledger.store';
import * as lotStore from './loyalty.lots.store';
import type { Accrual, LedgerTransaction, LotId, PointLot, TransactionId } from './loyalty.model';
import { baseTier, type LoyaltyPolicy } from './loyalty.policy';
import { applyPosting, expireLot, post, takeFrom } from './loyalty.posting';
import {
  expiryOf,
  findAdjustmentFault,
  isExpired,
  partitionByExpiry,
  takeLots,
} from './loyalty.rules';

const ADJUST_POINTS = 'adjustPoints';

export interface AdjustPoints {
  readonly profileId: ProfileId;
  /** Positive grants, negative takes. */
  readonly points: bigint;
  /** Why, for the member's statement and the auditor. */
  readonly reason: string;
  readonly note: string | null;
  /** The caller's own name for this adjustment: the same one again is the same adjustment. */
  readonly idempotencyKey: string;
  readonly actor: string;
}

export type AdjustPointsOutcome =
  | {
      readonly kind: 'POSTED';
      readonly transaction: LedgerTransaction;
      /** Whose account it counts in today. */
      readonly profileId: ProfileId;
      /** Whether an earlier request with this key had already posted it. */
      readonly isReplay: boolean;
    }
  | AdjustmentRefusal;

/**
 * The points ledger's one writer: double entry, append-only. Whoever takes points holds the row
 * lock of the account; accruals only add, and meet it when they add to the balance.
 */
export class LoyaltyService {
  private readonly baseTier: string;

  constructor(
    private readonly database: Database,
    private readonly policy: LoyaltyPolicy,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly profiles: Pick<ProfileDirectory, 'lockProfile' | 'primaryIdentifiers'>,
  ) {
    this.baseTier = baseTier(policy);
  }

  /**
   * Credits points, a whole batch in one statement per table. An accrual whose event has already
   * earned its profile points for that reason is left out. Points that are past their expiry at
   * `now` (imported history) are posted and expired at once: the statement shows both.
   */
  async accrue(tx: Tx, accruals: readonly Accrual[], now: Date): Promise<void> {
    const drafts = [...accruals]
      .sort((left, right) => left.occurredAt.getTime() - right.occurredAt.getTime())
      .map((accrual) => ({ accrual, transaction: this.accrualTransaction(accrual, now) }));
    const posted = await ledgerStore.insertTransactions(
      tx,
      drafts.map(({ transaction }) => transaction),
    );
    const accrued = drafts.filter(({ transaction }) => posted.has(transaction.id));
    const fresh = accrued.map(({ transaction }) => transaction);
    const lots = accrued.map(({ accrual, transaction }) =>
      this.newLot(transaction, accrual.identifierId),
    );
    const expiries = lots
      .filter((lot) => isExpired(lot, now))
      .map((lot) => expireLot(lot, this.ids, now));
    const expired = expiries.map((expiry) => expiry.transaction);
    await ledgerStore.insertTransactions(tx, expired);
    const posting = {
      transactions: [...fresh, ...expired],
      lots: lots.map((lot) => (isExpired(lot, now) ? { ...lot, pointsLeft: 0n } : lot)),
      takings: expiries.map((expiry) => expiry.taking),
    };
    await applyPosting(tx, this.ids, posting, this.baseTier, now);
  }

  /**
   * Grants or takes points by hand. A key that was used before gives the first result again, also
   * when two requests with it arrive at once; with another input it is refused. A refusal does not
   * use the key up.
   */
  async adjustPoints(request: AdjustPoints): Promise<AdjustPointsOutcome> {
    const input = {
      ...request,
      reason: request.reason.trim(),
      note: request.note?.trim() || null,
    };
    const fault = findAdjustmentFault(input, this.policy);
    if (fault !== null) return { kind: 'ADJUSTMENT_REFUSED', ...fault };
    return this.database.transaction((tx) => this.adjust(tx, input));
  }

  /**
   * Posts the expiry of lots due at `now`, in one transaction. Any number of workers may run it
   * side by side: each takes accounts that no other one holds. What a concurrent transaction holds
   * is left for the next run.
   * @param batchSize lots looked at, at most
   * @returns how many lots; 0 when none is due (or all of them are held)
   */
  async expireDue(now: Date, batchSize: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const profileIds = await lotStore.claimAccountsWithDueLots(tx, now, batchSize);
      if (profileIds.length === 0) return 0;
      // Read again under the lock: what the claim saw may have been spent meanwhile.
      const lots = await lotStore.findDueLots(tx, profileIds, now, batchSize);
      const expiries = lots.map((lot) => expireLot(lot, this.ids, now));
      const posting = {
        transactions: expiries.map((expiry) => expiry.transaction),
        lots: [],
        takings: expiries.map((expiry) => expiry.taking),
      };
      await post(tx, this.ids, posting, this.baseTier, now);
      return lots.length;
    });
  }

  private async adjust(tx: Tx, input: AdjustPoints): Promise<AdjustPointsOutcome> {
    // The key before the profile, always: nobody waits for a key while holding a profile.
    const requestHash = hashRequest(input);
    const used = await ledgerStore.lockIdempotencyKey(tx, input.idempotencyKey);
    if (used !== null) return this.replay(tx, used, requestHash);

    const profileId = await this.profiles.lockProfile(tx, input.profileId);
    if (profileId === null) return { kind: 'PROFILE_NOT_FOUND' };
    await accountStore.lockAccounts(tx, [profileId]);
    // Read once the account is locked: a concurrent accrual may have kept us waiting.
    const now = this.clock.now();
    const { expired, good } = partitionByExpiry(await lotStore.findOpenLots(tx, [profileId]), now);
    const spend = input.points < 0n ? takeLots(good, -input.points) : null;
    if (spend?.kind === 'INSUFFICIENT') {
      return {
        kind: 'INSUFFICIENT_POINTS',
        balance: spend.balance,
        requested: -input.points,
      };
    }

    const expiries = expired.map((lot) => expireLot(lot, this.ids, now));
    const transaction = this.adjustmentTransaction(profileId, input, now);
    const takings = spend?.takings.map(({ lot, points }) => takeFrom(lot, points, transaction));
    const posting = {
      transactions: [...expiries.map((expiry) => expiry.transaction), transaction],
      lots: spend === null ? [this.newLot(transaction, await this.homeOf(tx, profileId))] : [],
      takings: [...expiries.map((expiry) => expiry.taking), ...(takings ?? [])],
    };
    const key = {
      key: input.idempotencyKey,
      operation: ADJUST_POINTS,
      requestHash,
      profileId,
      transactionId: transaction.id,
    };
    await ledgerStore.insertIdempotencyKey(tx, key, now);
    await post(tx, this.ids, posting, this.baseTier, now);
    return { kind: 'POSTED', transaction, profileId, isReplay: false };
  }

  private async replay(
    tx: Tx,
    used: ledgerStore.IdempotencyKey,
    requestHash: Buffer,
  ): Promise<AdjustPointsOutcome> {
    if (used.operation !== ADJUST_POINTS || !used.requestHash.equals(requestHash)) {
      return { kind: 'IDEMPOTENCY_KEY_REUSED', idempotencyKey: used.key };
    }
    const transaction = await ledgerStore.getTransaction(tx, used.profileId, used.transactionId);
    // The profile may have been absorbed since.
    const profileId = (await this.profiles.lockProfile(tx, used.profileId)) ?? used.profileId;
    return { kind: 'POSTED', transaction, profileId, isReplay: true };
  }

  private accrualTransaction(accrual: Accrual, now: Date): LedgerTransaction {
    if (accrual.points <= 0n) throw new RangeError('An accrual must be of more than zero points.');
    return {
      profileId: accrual.profileId,
      id: this.ids.next<TransactionId>(),
      kind: 'ACCRUAL',
      points: accrual.points,
      reason: accrual.reason,
      note: null,
      actor: accrual.actor,
      occurredAt: accrual.occurredAt,
      postedAt: now,
      eventId: accrual.eventId ?? null,
      counterpartProfileId: null,
    };
  }

  private adjustmentTransaction(
    profileId: ProfileId,
    input: AdjustPoints,
    now: Date,
  ): LedgerTransaction {
    return {
      profileId,
      id: this.ids.next<TransactionId>(),
      kind: 'ADJUSTMENT',
      points: input.points,
      reason: input.reason,
      note: input.note,
      actor: input.actor,
      occurredAt: now,
      postedAt: now,
      eventId: null,
      counterpartProfileId: null,
    };
  }

  /** The identifier that points granted to a profile by hand belong to. */
  private async homeOf(tx: Tx, profileId: ProfileId): Promise<IdentifierId> {
    const primary = (await this.profiles.primaryIdentifiers(tx, [profileId])).get(profileId);
    if (primary === undefined) throw new Error('A profile has no identifier.');
    return primary.identifierId;
  }

  private newLot(transaction: LedgerTransaction, identifierId: IdentifierId): PointLot {
    return {
      profileId: transaction.profileId,
      id: this.ids.next<LotId>(),
      identifierId,
      transactionId: transaction.id,
      pointsEarned: transaction.points,
      pointsLeft: transaction.points,
      earnedAt: transaction.occurredAt,
      expiresAt: expiryOf(transaction.occurredAt, this.policy),
      origin: null,
    };
  }
}

/** Of what was asked for, not of who asked: a retry through another key of the caller's is one. */
function hashRequest({ profileId, points, reason, note }: AdjustPoints): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([profileId, points.toString(), reason, note]))
    .digest();
}
