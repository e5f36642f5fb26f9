import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('identifier_consent')
export class IdentifierConsentEntity {
  @PrimaryColumn('uuid', {
    name: 'identifier_id',
    primaryKeyConstraintName: 'identifier_consent_pkey',
  })
  identifierId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'identifier_consent_pkey' })
  purpose!: string;

  @Column('boolean', { name: 'is_granted' })
  isGranted!: boolean;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  /** The event that carried the decision. */
  @Column('uuid', { name: 'event_id' })
  eventId!: string;
}
