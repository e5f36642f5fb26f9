import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('event_source')
@Index('event_source_name', ['name'], { unique: true })
@Check('event_source_rate', 'events_per_minute_max >= 2500')
export class SourceEntity {
  @PrimaryColumn('uuid', { name: 'source_id', primaryKeyConstraintName: 'event_source_pkey' })
  sourceId!: string;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('integer', { name: 'events_per_minute_max', nullable: true })
  eventsPerMinuteMax!: number | null;

  @Column('text', { array: true, nullable: true })
  namespaces!: string[] | null;

  @Column('text', { name: 'event_names', array: true, nullable: true })
  eventNames!: string[] | null;

  @Column('text', { array: true })
  origins!: string[];

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
}

@Entity('write_key')
@Index('write_key_id', ['writeKeyId'], { unique: true })
@Index('write_key_of_source', ['sourceId'])
@Check('write_key_hash_is_sha256', 'octet_length(hash) = 32')
export class WriteKeyEntity {
  /** SHA-256 of the secret; the secret itself is kept nowhere. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'write_key_pkey' })
  hash!: Buffer;

  @Column('uuid', { name: 'write_key_id' })
  writeKeyId!: string;

  @Column('uuid', { name: 'source_id' })
  sourceId!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
