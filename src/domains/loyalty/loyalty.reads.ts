import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import type { Clock } from '../../shared/clock';
import type { ProfileId } from '../../shared/ids';
import * as accountStore from './loyalty.accounts.store';
import * as ledgerStore from './loyalty.ledger.store';
import * as lotStore from './loyalty.lots.store';
import type { LedgerTransaction, LoyaltyAccountRow, PointLot } from './loyalty.model';
import { rowsByIndex } from './loyalty.pages';
import { baseTier, type LoyaltyPolicy } from './loyalty.policy';

/** Lots shown of those that are about to expire. */
const EXPIRING_LOTS_MAX = 10;

export interface ExpiringPoints {
  /** The points of all lots, also of those not shown. */
  readonly points: bigint;
  readonly lots: readonly PointLot[];
}

export type AccountView = Omit<LoyaltyAccountRow, 'openedAt'>;

/** What the API shows of loyalty, at this moment: points past their expiry no longer count. */
export class LoyaltyReads {
  constructor(
    private readonly sql: Sql,
    private readonly policy: LoyaltyPolicy,
    private readonly clock: Clock,
  ) {}

  /** The membership tiers there are, the one that everybody is on at first first. */
  get tierNames(): readonly string[] {
    return this.policy.tiers.map(({ name }) => name);
  }

  /** A profile without an account reads as an empty one on the base tier. */
  readonly accountByProfile: BatchLoad<ProfileId, AccountView> = async (profileIds) => {
    const rows = await accountStore.findAccountsAt(this.sql, profileIds, this.clock.now());
    return inOrderOf(
      profileIds,
      rows,
      (row) => row.profileId,
      (profileId) => this.emptyAccount(profileId),
    );
  };

  readonly expiringPoints: BatchLoad<lotStore.ExpiringQuery, ExpiringPoints> = async (queries) => {
    const now = this.clock.now();
    const rows = await lotStore.findExpiringLots(this.sql, queries, now, EXPIRING_LOTS_MAX);
    return rowsByIndex(queries, rows).map((own) => ({
      points: own[0]?.points ?? 0n,
      lots: own.map((row) => row.lot),
    }));
  };

  /** Newest posting first. */
  readonly transactionPages: BatchLoad<ledgerStore.TransactionPage, readonly LedgerTransaction[]> =
    (pages) => ledgerStore.findTransactionPages(this.sql, pages);

  readonly transactionCounts: BatchLoad<ProfileId, Count> = async (profileIds) =>
    (await ledgerStore.countTransactions(this.sql, profileIds)).map(countUpTo);

  /** Good lots, in the order a spend takes them. */
  readonly lotPages: BatchLoad<lotStore.LotPage, readonly PointLot[]> = (pages) =>
    lotStore.findLotPages(this.sql, pages, this.clock.now());

  private emptyAccount(profileId: ProfileId): AccountView {
    return {
      profileId,
      balance: 0n,
      lifetimePoints: 0n,
      tier: baseTier(this.policy),
      tierSince: null,
    };
  }
}
