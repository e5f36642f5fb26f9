import type { Brand } from '../../shared/brand';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';

export type TransactionId = Brand<string, 'TransactionId'>;
export type LotId = Brand<string, 'LotId'>;

/** Why points moved. Names are part of the API for ever. */
export type TransactionKind = 'ACCRUAL' | 'EXPIRY' | 'ADJUSTMENT' | 'TRANSFER';

/** Where points can be. Every member has a MEMBER account, and a set of the others for itself. */
export type LedgerAccount = 'MEMBER' | 'ISSUANCE' | 'EXPIRY' | 'ADJUSTMENT' | 'TRANSFER';

/** One posting, seen from the member. */
export interface LedgerTransaction {
  readonly profileId: ProfileId;
  readonly id: TransactionId;
  readonly kind: TransactionKind;
  /** The effect on the member's balance: positive adds, negative takes; never zero. */
  readonly points: bigint;
  readonly reason: string;
  readonly note: string | null;
  /** Who brought it about, e.g. `key:crm-sync`, `source:shop`, `system:expiry`. */
  readonly actor: string;
  /** When the points were earned, taken or lost; a late event keeps its own time. */
  readonly occurredAt: Date;
  /** When the ledger learned of it. */
  readonly postedAt: Date;
  /** The event that earned the points, if it was one. */
  readonly eventId: EventId | null;
  /** The profile on the other side of a transfer. */
  readonly counterpartProfileId: ProfileId | null;
}

/** Points earned together, which expire together. */
export interface PointLot {
  readonly profileId: ProfileId;
  readonly id: LotId;
  /** The identifier that earned the points: they go where it goes. */
  readonly identifierId: IdentifierId;
  readonly transactionId: TransactionId;
  readonly pointsEarned: bigint;
  readonly pointsLeft: bigint;
  readonly earnedAt: Date;
  /** The first instant at which the points are gone; null where they stay for good. */
  readonly expiresAt: Date | null;
  /** The lot of another profile that a move carried over; null where the points were earned. */
  readonly origin: { readonly profileId: ProfileId; readonly lotId: LotId } | null;
}

/** What a transaction takes from one lot. */
export interface LotTaking {
  readonly profileId: ProfileId;
  readonly transactionId: TransactionId;
  readonly lotId: LotId;
  readonly points: bigint;
}

/** What transactions add to an account (or take from it, where negative). */
export interface AccountChange {
  readonly profileId: ProfileId;
  readonly points: bigint;
  readonly lifetimePoints: bigint;
  /** The account is open at least since then. */
  readonly openedAt: Date;
}

export interface LoyaltyAccountRow {
  readonly profileId: ProfileId;
  /** The points of all lots; those past their expiry are in it until the job has posted it. */
  readonly balance: bigint;
  /** All points ever earned or granted. */
  readonly lifetimePoints: bigint;
  readonly tier: string;
  readonly tierSince: Date | null;
  readonly openedAt: Date;
}

/** Points to be credited to a profile. */
export interface Accrual {
  readonly profileId: ProfileId;
  /** One of the profile's: the points go where it goes. */
  readonly identifierId: IdentifierId;
  /** More than zero. */
  readonly points: bigint;
  /** What they are for, e.g. `ORDER`. */
  readonly reason: string;
  readonly actor: string;
  readonly occurredAt: Date;
  /** With `reason` the natural key: a profile earns once per event and reason. */
  readonly eventId?: EventId | undefined;
}
