import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('referral_code')
@Index('referral_code_of_profile', ['profileId'])
export class ReferralCodeEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'referral_code_pkey' })
  code!: string;

  @Column('uuid', { name: 'profile_id' })
  profileId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** The identifier the code belongs to. */
  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;
}

@Entity('referral')
@Index('referral_one_per_referee', ['refereeProfileId'], {
  unique: true,
  where: "status <> 'VOID'",
})
@Index('referral_of_referrer', ['referrerProfileId', 'claimedAt', 'id'])
export class ReferralEntity {
  @PrimaryColumn('uuid', { name: 'referee_profile_id', primaryKeyConstraintName: 'referral_pkey' })
  refereeProfileId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'referral_pkey' })
  id!: string;

  @Column('uuid', { name: 'referrer_profile_id' })
  referrerProfileId!: string;

  @Column('text')
  code!: string;

  @Column('text')
  status!: string;

  @Column('timestamptz', { name: 'claimed_at' })
  claimedAt!: Date;

  @Column('timestamptz', { name: 'converted_at', nullable: true })
  convertedAt!: Date | null;

  /** Of the event of the claim. */
  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;
}
