import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('identity_warning')
@Index('identity_warning_of_identifier', ['identifierId', 'recordedAt', 'fingerprint'])
@Index('identity_warning_by_rule', ['rule', 'source', 'recordedAt', 'identifierId', 'fingerprint'])
export class IdentityWarningEntity {
  @PrimaryColumn('uuid', {
    name: 'identifier_id',
    primaryKeyConstraintName: 'identity_warning_pkey',
  })
  identifierId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'identity_warning_pkey' })
  fingerprint!: string;

  @Column('text')
  rule!: string;

  @Column('text')
  namespace!: string;

  @Column('text')
  value!: string;

  @Column('text')
  source!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @Column('timestamptz', { name: 'last_at' })
  lastAt!: Date;

  @Column('integer')
  times!: number;
}

@Entity('identity_warning_day')
export class IdentityWarningDayEntity {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'identity_warning_day_pkey' })
  day!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identity_warning_day_pkey' })
  rule!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identity_warning_day_pkey' })
  source!: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'identity_warning_day_pkey' })
  shard!: number;

  @Column('bigint')
  times!: bigint;
}
