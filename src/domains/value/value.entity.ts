import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Tier } from './value.rules';

@Entity('customer_value')
@Index('customer_value_by_tier', ['tier', 'profileId'])
// Over revenue less refunds, which TypeORM has no way to say.
@Index('customer_value_by_revenue', { synchronize: false })
@Check('customer_value_tier', `tier in ('HIGH', 'MID', 'LOW')`)
export class CustomerValueEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'customer_value_pkey' })
  profileId!: string;

  @Column('text')
  tier!: Tier;

  @Column('timestamptz', { name: 'tier_since' })
  tierSince!: Date;

  @Column('bigint')
  orders!: bigint;

  @Column('bigint', { name: 'revenue_minor' })
  revenueMinor!: bigint;

  @Column('bigint', { name: 'refund_minor' })
  refundMinor!: bigint;

  @Column('date', { name: 'last_order_day', nullable: true })
  lastOrderDay!: string | null;

  @Column('bigint', { name: 'revenue_365_minor' })
  revenue365Minor!: bigint;

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;
}

@Entity('value_calibration')
@Check(
  'value_calibration_four_cuts',
  `cardinality(recency_days_cuts) = 4 and cardinality(frequency_cuts) = 4
   and cardinality(monetary_minor_cuts) = 4`,
)
export class ValueCalibrationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'value_calibration_pkey' })
  id!: string;

  @Column('timestamptz', { name: 'calibrated_at' })
  calibratedAt!: Date;

  @Column('integer')
  population!: number;

  @Column('integer', { name: 'recency_days_cuts', array: true })
  recencyDaysCuts!: readonly number[];

  @Column('integer', { name: 'frequency_cuts', array: true })
  frequencyCuts!: readonly number[];

  @Column('bigint', { name: 'monetary_minor_cuts', array: true })
  monetaryMinorCuts!: readonly string[];

  @Column('bigint', { name: 'tier_high_minor' })
  tierHighMinor!: bigint;

  @Column('bigint', { name: 'tier_mid_minor' })
  tierMidMinor!: bigint;
}
