import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonValue } from '../../shared/json';

@Entity('profile')
@Index('profile_merged_into', ['mergedInto'], { where: 'merged_into is not null' })
export class ProfileEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'profile_pkey' })
  profileId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;
}

@Entity('identifier')
@Index('identifier_of_profile', ['profileId'])
@Index('identifier_by_id', ['identifierId'])
export class IdentifierEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_pkey' })
  value!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_pkey' })
  namespace!: string;

  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;

  @Column('uuid', { name: 'profile_id' })
  profileId!: string;

  @Column('timestamptz', { name: 'first_seen_at' })
  firstSeenAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;
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

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('text')
  source!: string;

  @Column('timestamptz', { name: 'linked_at' })
  linkedAt!: Date;
}

@Entity('profile_merge')
export class ProfileMergeEntity {
  @PrimaryColumn('uuid', { name: 'survivor_id', primaryKeyConstraintName: 'profile_merge_pkey' })
  survivorId!: string;

  @PrimaryColumn('uuid', { name: 'merge_id', primaryKeyConstraintName: 'profile_merge_pkey' })
  mergeId!: string;

  @Column('uuid', { name: 'absorbed_id' })
  absorbedId!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('text')
  source!: string;

  @Column('timestamptz', { name: 'merged_at' })
  mergedAt!: Date;
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
