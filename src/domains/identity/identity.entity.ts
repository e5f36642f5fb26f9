import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonValue } from '../../shared/json';

@Entity('profile')
@Index('profile_merged_into', ['mergedInto'], { where: 'merged_into is not null' })
@Index('profile_by_creation', ['createdAt', 'profileId'], { where: '(merged_into IS NULL)' })
export class ProfileEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'profile_pkey' })
  profileId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;

  @Column('jsonb', { name: 'identifier_counts', default: {} })
  identifierCounts!: Readonly<Record<string, number>>;

  @Column('integer', { default: 0 })
  merges!: number;
}

@Entity('identifier')
@Index('identifier_of_profile', ['profileId'])
@Index('identifier_by_id', ['identifierId'])
export class IdentifierEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_pkey' })
  value!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_pkey' })
  namespace!: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'identifier_pkey', default: 0 })
  tenant!: number;

  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;

  @Column('uuid', { name: 'profile_id' })
  profileId!: string;

  @Column('timestamptz', { name: 'first_seen_at' })
  firstSeenAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;

  @Column('timestamptz', { name: 'signed_in_at', nullable: true })
  signedInAt!: Date | null;

  @Column('timestamptz', { name: 'held_until', nullable: true })
  heldUntil!: Date | null;
}

@Entity('identifier_tenancy')
@Index('identifier_tenancy_of_tenant', ['value', 'namespace', 'tenant', 'since'])
export class IdentifierTenancyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_tenancy_pkey' })
  value!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_tenancy_pkey' })
  namespace!: string;

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'identifier_tenancy_pkey' })
  since!: Date;

  @Column('smallint')
  tenant!: number;
}

@Entity('identity_link')
export class IdentityLinkEntity {
  @PrimaryColumn('uuid', { name: 'identifier_id', primaryKeyConstraintName: 'identity_link_pkey' })
  identifierId!: string;

  @PrimaryColumn('uuid', {
    name: 'linked_identifier_id',
    primaryKeyConstraintName: 'identity_link_pkey',
  })
  linkedIdentifierId!: string;

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('text')
  source!: string;

  @Column('timestamptz', { name: 'linked_at' })
  linkedAt!: Date;
}

@Entity('profile_merge')
@Index('profile_merge_by_id', ['mergeId'])
export class ProfileMergeEntity {
  @PrimaryColumn('uuid', { name: 'survivor_id', primaryKeyConstraintName: 'profile_merge_pkey' })
  survivorId!: string;

  @PrimaryColumn('uuid', { name: 'merge_id', primaryKeyConstraintName: 'profile_merge_pkey' })
  mergeId!: string;

  @Column('uuid', { name: 'absorbed_id' })
  absorbedId!: string;

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('text')
  source!: string;

  @Column('timestamptz', { name: 'merged_at' })
  mergedAt!: Date;

  @Column('uuid', { name: 'absorbed_identifier_id', nullable: true })
  absorbedIdentifierId!: string | null;

  @Column('uuid', { name: 'survivor_identifier_id', nullable: true })
  survivorIdentifierId!: string | null;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', { name: 'undone_at', nullable: true })
  undoneAt!: Date | null;
}

@Entity('revoked_link')
export class RevokedLinkEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'revoked_link_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', { name: 'identifier_id', primaryKeyConstraintName: 'revoked_link_pkey' })
  identifierId!: string;

  @PrimaryColumn('uuid', {
    name: 'other_identifier_id',
    primaryKeyConstraintName: 'revoked_link_pkey',
  })
  otherIdentifierId!: string;

  @PrimaryColumn('uuid', { name: 'unmerge_id', primaryKeyConstraintName: 'revoked_link_pkey' })
  unmergeId!: string;

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('text')
  source!: string;

  @Column('timestamptz', { name: 'linked_at' })
  linkedAt!: Date;

  @Column('timestamptz', { name: 'revoked_at' })
  revokedAt!: Date;

  @Column('text', { name: 'revoked_by' })
  revokedBy!: string;

  @Column('text')
  reason!: string;

  @Column('timestamptz', { name: 'lifted_at', nullable: true })
  liftedAt!: Date | null;
}

@Entity('profile_unmerge')
export class ProfileUnmergeEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'profile_unmerge_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', { name: 'unmerge_id', primaryKeyConstraintName: 'profile_unmerge_pkey' })
  unmergeId!: string;

  @PrimaryColumn('uuid', {
    name: 'other_profile_id',
    primaryKeyConstraintName: 'profile_unmerge_pkey',
  })
  otherProfileId!: string;

  @Column('uuid', { name: 'merge_id', nullable: true })
  mergeId!: string | null;

  @Column('text')
  actor!: string;

  @Column('text')
  reason!: string;

  @Column('timestamptz', { name: 'unmerged_at' })
  unmergedAt!: Date;
}

@Entity('identifier_trait')
export class IdentifierTraitEntity {
  @PrimaryColumn('uuid', {
    name: 'identifier_id',
    primaryKeyConstraintName: 'identifier_trait_pkey',
  })
  identifierId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_trait_pkey' })
  name!: string;

  @Column('jsonb')
  value!: JsonValue;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
}
