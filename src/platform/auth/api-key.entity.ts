import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('api_key')
@Index('api_key_id', ['id'], { unique: true })
@Index('api_key_active_name', ['name'], { unique: true, where: 'revoked_at IS NULL' })
@Check('api_key_hash_is_sha256', 'octet_length(hash) = 32')
export class ApiKeyEntity {
  /** SHA-256 of the secret; the secret itself is kept nowhere. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'api_key_pkey' })
  hash!: Buffer;

  @Column('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
