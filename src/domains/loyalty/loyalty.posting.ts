import type { Tx } from '../../platform/database/database';
import { appendToOutbox, type OutboxMessage } from '../../platform/outbox/outbox';
import { type IdSource, type ProfileId, toPublicId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import * as accountStore from './loyalty.accounts.store';
import * as ledgerStore from './loyalty.ledger.store';
import * as lotStore from './loyalty.lots.store';
import type { AccountChange, LedgerTransaction, LotId, LotTaking, PointLot } from './loyalty.model';

/** Transactions with all that follows from them. */
export interface Posting {
  readonly transactions: readonly LedgerTransaction[];
  /** Born in this posting; they already say what is left of them. */
  readonly lots: readonly PointLot[];
  readonly takings: readonly LotTaking[];
  /** Lifetime points that move along, beside those the transactions earn. */
  readonly lifetimeMoves?: readonly AccountChange[];
}

/**
 * Writes a posting: ledger, lots, accounts and outbox together, one statement per table. Accounts
 * that points are taken from must be locked.
 */
export async function post(
  tx: Tx,
  ids: IdSource,
  posting: Posting,
  baseTier: string,
  now: Date,
): Promise<void> {
  await ledgerStore.insertTransactions(tx, posting.transactions);
  await applyPosting(tx, ids, posting, baseTier, now);
}

/** The same for transactions that are already in the ledger. */
export async function applyPosting(
  tx: Tx,
  ids: IdSource,
  posting: Posting,
  baseTier: string,
  now: Date,
): Promise<void> {
  const born = new Set<LotId>(posting.lots.map((lot) => lot.id));
  await lotStore.insertLots(tx, posting.lots);
  await ledgerStore.insertConsumptions(tx, posting.takings);
  await lotStore.reduceLots(
    tx,
    posting.takings.filter((taking) => !born.has(taking.lotId)),
  );
  const changes = accountChanges(posting);
  // An account that points are taken from exists; a credit may be the first one.
  await accountStore.changeAccounts(tx, changes.filter(isDebit));
  await accountStore.creditAccounts(
    tx,
    changes.filter((change) => !isDebit(change)),
    baseTier,
  );
  appendToOutbox(tx, ids, outboxMessages(posting.transactions), now);
}

/** The transaction that lets a lot expire, and what it takes. It happened when the lot expired. */
export function expireLot(
  lot: PointLot,
  ids: IdSource,
  now: Date,
): { readonly transaction: LedgerTransaction; readonly taking: LotTaking } {
  const transaction: LedgerTransaction = {
    profileId: lot.profileId,
    id: ids.next(),
    kind: 'EXPIRY',
    points: -lot.pointsLeft,
    reason: 'EXPIRED',
    note: null,
    actor: 'system:expiry',
    occurredAt: lot.expiresAt ?? now,
    postedAt: now,
    eventId: null,
    counterpartProfileId: null,
  };
  return { transaction, taking: takeFrom(lot, lot.pointsLeft, transaction) };
}

/** What a transaction takes from a lot of its own profile. */
export function takeFrom(lot: PointLot, points: bigint, transaction: LedgerTransaction): LotTaking {
  return { profileId: lot.profileId, transactionId: transaction.id, lotId: lot.id, points };
}

function accountChanges(posting: Posting): readonly AccountChange[] {
  const changes = new Map<ProfileId, AccountChange>();
  const add = (change: AccountChange): void => {
    const sum = changes.get(change.profileId);
    changes.set(change.profileId, {
      profileId: change.profileId,
      points: (sum?.points ?? 0n) + change.points,
      lifetimePoints: (sum?.lifetimePoints ?? 0n) + change.lifetimePoints,
      openedAt:
        sum !== undefined && sum.openedAt < change.openedAt ? sum.openedAt : change.openedAt,
    });
  };
  for (const { profileId, kind, points, occurredAt } of posting.transactions) {
    const isEarned = kind === 'ACCRUAL' || (kind === 'ADJUSTMENT' && points > 0n);
    add({ profileId, points, lifetimePoints: isEarned ? points : 0n, openedAt: occurredAt });
  }
  posting.lifetimeMoves?.forEach(add);
  return [...changes.values()];
}

function isDebit(change: AccountChange): boolean {
  return change.points < 0n || change.lifetimePoints < 0n;
}

/** One message per member, so that a batch tells no one twice. */
function outboxMessages(transactions: readonly LedgerTransaction[]): OutboxMessage[] {
  const byProfile = new Map<ProfileId, JsonObject[]>();
  for (const { profileId, id, kind, points, reason, occurredAt } of transactions) {
    const told = byProfile.get(profileId) ?? [];
    told.push({
      id: toPublicId('txn', id),
      kind,
      points: points.toString(),
      reason,
      occurredAt: occurredAt.toISOString(),
    });
    byProfile.set(profileId, told);
  }
  return [...byProfile].map(([profileId, told]) => ({
    profileId,
    topic: 'loyalty.points-posted',
    payload: { transactions: told },
  }));
}
