import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, countedConnectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { type ProfileId, toPublicId } from '../../shared/ids';
import { ProfileNotFound } from '../identity';
import type { AdjustmentFault, AdjustmentRefusal } from './loyalty.errors';
import type { LedgerTransaction, PointLot, TransactionKind } from './loyalty.model';
import type { ExpiringPoints as ExpiringPointsView } from './loyalty.reads';

const kinds = describedEnum<TransactionKind>({
  name: 'LoyaltyTransactionKind',
  description: 'Why points moved.',
  values: {
    ACCRUAL: 'Earned by something the member did.',
    EXPIRY: 'Lost because they were not spent in time.',
    ADJUSTMENT: 'Granted or taken by hand, with a reason.',
    TRANSFER: 'Carried over between two profiles that were merged.',
  },
});

const faultMessages: Readonly<Record<AdjustmentFault, string>> = {
  ZERO_POINTS: 'An adjustment of zero points changes nothing.',
  BEYOND_MAXIMUM: 'One adjustment may not add or take that many points.',
  REASON_MISSING: 'An adjustment needs a reason.',
  REASON_TOO_LONG: 'The reason is too long.',
  NOTE_TOO_LONG: 'The note is too long.',
  KEY_MISSING: 'An adjustment needs an idempotency key.',
  KEY_TOO_LONG: 'The idempotency key is too long.',
  MALFORMED_TEXT: 'A text holds what cannot be stored: U+0000, or half a surrogate pair.',
};

const faults = describedEnum<AdjustmentFault>({
  name: 'AdjustmentFault',
  description: 'What is wrong with an adjustment as asked for.',
  values: faultMessages,
});

/** Its fields are loaded when they are asked for, together with those of its lists. */
@ObjectType({ description: "A member's points and membership tier." })
export class LoyaltyAccount {
  constructor(readonly profileId: ProfileId) {}
}

@ObjectType({ description: 'Points earned together, which expire together.' })
export class PointsLot {
  constructor(lot: PointLot) {
    this.id = toPublicId('lot', lot.id);
    this.points = lot.pointsLeft;
    this.pointsEarned = lot.pointsEarned;
    this.earnedAt = lot.earnedAt;
    this.expiresAt = lot.expiresAt;
  }

  @Field(() => ID, { description: 'Opaque and permanent.' })
  readonly id: string;

  @Field(() => Int64, { description: 'The points that are left.' })
  readonly points: bigint;

  @Field(() => Int64, { description: 'The points it began with.' })
  readonly pointsEarned: bigint;

  @Field(() => Date, { description: 'When the points were earned.' })
  readonly earnedAt: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'The instant from which the points are gone; null where they stay for good.',
  })
  readonly expiresAt: Date | null;
}

@ObjectType({ description: 'Points that will be gone unless they are spent.' })
export class ExpiringPoints {
  constructor(view: ExpiringPointsView) {
    this.points = view.points;
    this.lots = view.lots.map((lot) => new PointsLot(lot));
  }

  @Field(() => Int64, { description: 'The points of all lots that expire within the days asked.' })
  readonly points: bigint;

  @Field(() => [PointsLot], { description: 'The earliest of these lots, at most ten.' })
  readonly lots: readonly PointsLot[];
}

@ObjectType({
  description: 'One posting of the points ledger. Never changed: mistakes are mended by another.',
})
export class LoyaltyTransaction {
  /** @param accountProfileId whose account it counts in today, where a merge has carried it over */
  constructor(
    transaction: LedgerTransaction,
    readonly accountProfileId: ProfileId = transaction.profileId,
  ) {
    this.id = toPublicId('txn', transaction.id);
    this.kind = transaction.kind;
    this.points = transaction.points;
    this.reason = transaction.reason;
    this.note = transaction.note;
    this.actor = transaction.actor;
    this.occurredAt = transaction.occurredAt;
    this.postedAt = transaction.postedAt;
    this.eventId = transaction.eventId && toPublicId('evt', transaction.eventId);
    this.counterpartProfileId =
      transaction.counterpartProfileId && toPublicId('prf', transaction.counterpartProfileId);
  }

  @Field(() => ID, { description: 'Opaque and permanent.' })
  readonly id: string;

  @Field(() => kinds, { description: 'Why the points moved.' })
  readonly kind: TransactionKind;

  @Field(() => Int64, {
    description: 'The effect on the balance: positive adds, negative takes; never zero.',
  })
  readonly points: bigint;

  @Field(() => String, { description: 'What it was for, e.g. `ORDER`, or in the words given.' })
  readonly reason: string;

  @Field(() => String, { nullable: true, description: 'More, in the words of who posted it.' })
  readonly note: string | null;

  @Field(() => String, {
    // Nullable, so that a caller who may not know it still gets the transaction.
    nullable: true,
    description: 'Who brought it about, e.g. `key:crm`, `source:shop`, `system:expiry`.',
  })
  readonly actor: string;

  @Field(() => Date, { description: 'When the points were earned, taken or lost.' })
  readonly occurredAt: Date;

  @Field(() => Date, { description: 'When the ledger learned of it.' })
  readonly postedAt: Date;

  @Field(() => ID, {
    nullable: true,
    description:
      'The event that earned the points. To customers a pseudonym: it may be that of another.',
  })
  readonly eventId: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The profile on the other side of a transfer: where the points came from or went. To ' +
      'customers a pseudonym.',
  })
  readonly counterpartProfileId: string | null;
}

export const LoyaltyTransactionConnection = countedConnectionType(
  'LoyaltyTransaction',
  () => LoyaltyTransaction,
);

export const PointsLotConnection = connectionType('PointsLot', () => PointsLot);

@InputType({ description: 'Points to grant or to take by hand.' })
export class AdjustPointsInput {
  @Field(() => ID, { description: 'Whose points. An absorbed profile stands for its survivor.' })
  profileId!: string;

  @Field(() => Int64, { description: 'Positive grants, negative takes; not zero.' })
  points!: bigint;

  @Field(() => String, { description: 'Why, e.g. `Goodwill`; at most 200 characters.' })
  reason!: string;

  @Field(() => String, { nullable: true, description: 'More, at most 2,000 characters.' })
  note?: string | null;

  @Field(() => String, {
    description:
      "The caller's own name for this adjustment, at most 200 characters. Sent again with the " +
      'same input it gives the first result and posts nothing; it is remembered for good.',
  })
  idempotencyKey!: string;
}

@ObjectType({ description: 'The adjustment takes more than there is. Nothing was posted.' })
export class InsufficientPoints {
  constructor(refusal: Extract<AdjustmentRefusal, { kind: 'INSUFFICIENT_POINTS' }>) {
    this.balance = refusal.balance;
    this.requested = refusal.requested;
    this.message = `${refusal.requested} points were to be taken; the balance is ${refusal.balance}.`;
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => Int64, { description: 'The points that could be taken.' })
  readonly balance: bigint;

  @Field(() => Int64, { description: 'The points that were to be taken.' })
  readonly requested: bigint;
}

@ObjectType({
  description: 'The idempotency key was used before, for something else. Nothing was posted.',
})
export class IdempotencyKeyReused {
  constructor(refusal: Extract<AdjustmentRefusal, { kind: 'IDEMPOTENCY_KEY_REUSED' }>) {
    this.idempotencyKey = refusal.idempotencyKey;
    this.message = 'The idempotency key was used before with another input.';
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => String, { description: 'The key that was sent.' })
  readonly idempotencyKey: string;
}

@ObjectType({ description: 'The adjustment is not one that can be made. Nothing was posted.' })
export class AdjustmentRefused {
  constructor(refusal: Extract<AdjustmentRefusal, { kind: 'ADJUSTMENT_REFUSED' }>) {
    this.fault = refusal.fault;
    this.limit = refusal.limit;
    this.message = faultMessages[refusal.fault];
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => faults, { description: 'What is wrong.' })
  readonly fault: AdjustmentFault;

  @Field(() => Int64, {
    nullable: true,
    description: 'The bound that was passed, in points or characters; null where there is none.',
  })
  readonly limit: bigint | null;
}

export const AdjustPointsResult = createUnionType({
  name: 'AdjustPointsResult',
  description: 'The posted transaction, or why there is none.',
  types: () =>
    [
      LoyaltyTransaction,
      InsufficientPoints,
      IdempotencyKeyReused,
      ProfileNotFound,
      AdjustmentRefused,
    ] as const,
});
