import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../shared/json';
import type { ViolationSample } from './event-schemas.counting.rules';
import type { SchemaEnforcement } from './event-schemas.model';

@Entity('event_schema')
@Index('event_schema_active', ['name'], { unique: true, where: 'is_active' })
@Check('event_schema_enforcement', `enforcement in ('ALLOW', 'OMIT', 'QUARANTINE')`)
@Check('event_schema_version', 'version between 1 and 1000000')
@Check('event_schema_retired', 'not is_active or retired_at is null')
export class EventSchemaEntity {
  @PrimaryColumn('text', { name: 'event_name', primaryKeyConstraintName: 'event_schema_pkey' })
  name!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'event_schema_pkey' })
  version!: number;

  @Column('jsonb')
  schema!: JsonObject;

  @Column('text')
  enforcement!: SchemaEnforcement;

  @Column('boolean', { name: 'is_active' })
  isActive!: boolean;

  @Column('timestamptz', { name: 'registered_at' })
  registeredAt!: Date;

  @Column('text', { name: 'registered_by' })
  registeredBy!: string;

  @Column('timestamptz', { name: 'activated_at', nullable: true })
  activatedAt!: Date | null;

  @Column('text', { name: 'activated_by', nullable: true })
  activatedBy!: string | null;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;

  @Column('text', { name: 'retired_by', nullable: true })
  retiredBy!: string | null;
}

@Entity('event_schema_violation')
export class EventSchemaViolationEntity {
  @PrimaryColumn('text', {
    name: 'event_name',
    primaryKeyConstraintName: 'event_schema_violation_pkey',
  })
  name!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'event_schema_violation_pkey' })
  version!: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'event_schema_violation_pkey' })
  source!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'event_schema_violation_pkey' })
  path!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'event_schema_violation_pkey' })
  rule!: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'event_schema_violation_pkey' })
  shard!: number;

  @Column('bigint')
  times!: bigint;

  @Column('timestamptz', { name: 'first_at' })
  firstAt!: Date;

  @Column('timestamptz', { name: 'last_at' })
  lastAt!: Date;

  @Column('jsonb')
  samples!: readonly ViolationSample[];
}
