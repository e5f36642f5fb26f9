import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { LedgerAccount, TransactionKind } from './loyalty.model';

@Entity('ledger_transaction')
@Check('ledger_transaction_points_check', 'points > 0')
@Check(
  'ledger_transaction_accounts_check',
  `(kind = 'ACCRUAL' and from_account = 'ISSUANCE' and to_account = 'MEMBER')
   or (kind = 'EXPIRY' and from_account = 'MEMBER' and to_account = 'EXPIRY')
   or (kind = 'ADJUSTMENT' and from_account = 'ADJUSTMENT' and to_account = 'MEMBER')
   or (kind = 'ADJUSTMENT' and from_account = 'MEMBER' and to_account = 'ADJUSTMENT')
   or (kind = 'TRANSFER' and from_account = 'TRANSFER' and to_account = 'MEMBER')
   or (kind = 'TRANSFER' and from_account = 'MEMBER' and to_account = 'TRANSFER')`,
)
@Check(
  'ledger_transaction_counterpart_check',
  `(kind = 'TRANSFER') = (counterpart_profile_id is not null)`,
)
@Index('ledger_transaction_event', ['profileId', 'eventId', 'reason'], {
  unique: true,
  where: '(event_id IS NOT NULL)',
})
export class LedgerTransactionEntity {
  @PrimaryColumn('uuid', {
    name: 'profile_id',
    primaryKeyConstraintName: 'ledger_transaction_pkey',
  })
  profileId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ledger_transaction_pkey' })
  id!: string;

  @Column('text')
  kind!: TransactionKind;

  @Column('text', { name: 'from_account' })
  fromAccount!: LedgerAccount;

  @Column('text', { name: 'to_account' })
  toAccount!: LedgerAccount;

  /** What moves from the one account to the other; more than zero. */
  @Column('bigint')
  points!: bigint;

  @Column('text')
  reason!: string;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('text')
  actor!: string;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'posted_at' })
  postedAt!: Date;

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('uuid', { name: 'counterpart_profile_id', nullable: true })
  counterpartProfileId!: string | null;
}

@Entity('point_lot')
@Check(
  'point_lot_points_check',
  'points_earned > 0 and points_left >= 0 and points_left <= points_earned',
)
@Check('point_lot_origin_check', '(origin_profile_id is null) = (origin_lot_id is null)')
@Index('point_lot_open', ['profileId', 'expiresAt', 'id'], { where: '(points_left > 0)' })
@Index('point_lot_earned', ['identifierId'], { where: '(origin_lot_id IS NULL)' })
@Index('point_lot_due', ['expiresAt'], { where: '(points_left > 0)' })
export class PointLotEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'point_lot_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'point_lot_pkey' })
  id!: string;

  @Column('uuid', { name: 'transaction_id' })
  transactionId!: string;

  @Column('bigint', { name: 'points_earned' })
  pointsEarned!: bigint;

  @Column('bigint', { name: 'points_left' })
  pointsLeft!: bigint;

  @Column('timestamptz', { name: 'earned_at' })
  earnedAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('uuid', { name: 'origin_profile_id', nullable: true })
  originProfileId!: string | null;

  @Column('uuid', { name: 'origin_lot_id', nullable: true })
  originLotId!: string | null;

  /** The identifier that earned the points. */
  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;
}

@Entity('lot_consumption')
@Check('lot_consumption_points_check', 'points > 0')
export class LotConsumptionEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'lot_consumption_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', {
    name: 'transaction_id',
    primaryKeyConstraintName: 'lot_consumption_pkey',
  })
  transactionId!: string;

  @PrimaryColumn('uuid', { name: 'lot_id', primaryKeyConstraintName: 'lot_consumption_pkey' })
  lotId!: string;

  @Column('bigint')
  points!: bigint;
}

@Entity('loyalty_account')
@Index('loyalty_account_by_balance', ['tier', 'balance', 'profileId'])
@Index('loyalty_account_by_tier', ['tier', 'profileId'])
@Check('loyalty_account_balance_check', 'balance >= 0')
@Check('loyalty_account_lifetime_points_check', 'lifetime_points >= 0')
export class LoyaltyAccountEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'loyalty_account_pkey' })
  profileId!: string;

  @Column('bigint')
  balance!: bigint;

  @Column('bigint', { name: 'lifetime_points' })
  lifetimePoints!: bigint;

  @Column('text')
  tier!: string;

  @Column('timestamptz', { name: 'tier_since', nullable: true })
  tierSince!: Date | null;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt!: Date;
}

@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_key_pkey' })
  key!: string;

  @Column('text')
  operation!: string;

  @Column('bytea', { name: 'request_hash' })
  requestHash!: Buffer;

  @Column('uuid', { name: 'profile_id' })
  profileId!: string;

  @Column('uuid', { name: 'transaction_id' })
  transactionId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
