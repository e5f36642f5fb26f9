import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('activity_day')
export class ActivityDayEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'activity_day_pkey' })
  profileId!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'activity_day_pkey' })
  day!: string;

  @PrimaryColumn('uuid', { name: 'identifier_id', primaryKeyConstraintName: 'activity_day_pkey' })
  identifierId!: string;

  @Column('integer')
  events!: number;

  @Column('timestamptz', { name: 'first_at' })
  firstAt!: Date;

  @Column('timestamptz', { name: 'last_at' })
  lastAt!: Date;

  @Column('integer')
  orders!: number;

  @Column('bigint', { name: 'revenue_minor' })
  revenueMinor!: bigint;

  @Column('integer')
  refunds!: number;

  @Column('bigint', { name: 'refund_minor' })
  refundMinor!: bigint;

  @Column('integer', { name: 'sign_ins' })
  signIns!: number;

  @Column('integer')
  posts!: number;

  @Column('integer')
  comments!: number;

  @Column('integer')
  answers!: number;

  @Column('integer')
  likes!: number;

  @Column('integer')
  shares!: number;

  @Column('integer')
  attendances!: number;

  @Column('integer', { name: 'check_ins' })
  checkIns!: number;

  @Column('integer', { name: 'referrals_converted' })
  referralsConverted!: number;

  @Column('integer')
  complaints!: number;

  @Column('integer', { name: 'nps_promoters' })
  npsPromoters!: number;

  @Column('integer', { name: 'nps_detractors' })
  npsDetractors!: number;

  @Column('integer', { name: 'nps_answers' })
  npsAnswers!: number;

  @Column('integer', { name: 'sentiment_milli' })
  sentimentMilli!: number;

  @Column('integer', { name: 'sentiment_count' })
  sentimentCount!: number;

  @Column('integer', { name: 'csat_answers' })
  csatAnswers!: number;

  @Column('integer', { name: 'csat_satisfied' })
  csatSatisfied!: number;
}

@Entity('evaluation')
@Index('evaluation_due', ['nextEvaluationAt'], { where: 'next_evaluation_at is not null' })
export class EvaluationEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'evaluation_pkey' })
  profileId!: string;

  @Column('timestamptz', { name: 'next_evaluation_at', nullable: true })
  nextEvaluationAt!: Date | null;
}
