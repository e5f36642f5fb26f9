import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('feedback')
@Index('feedback_of_profile', ['profileId', 'occurredAt', 'id'])
export class FeedbackEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'feedback_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'feedback_pkey' })
  id!: string;

  @Column('text')
  kind!: string;

  @Column('smallint', { nullable: true })
  score!: number | null;

  @Column('text', { nullable: true })
  comment!: string | null;

  @Column('smallint', { name: 'sentiment_milli', nullable: true })
  sentimentMilli!: number | null;

  @Column('text', { nullable: true })
  channel!: string | null;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  /** Of the event that told it. */
  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;
}
