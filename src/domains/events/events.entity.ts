import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../shared/json';

@Entity('event')
export class EventEntity {
  @PrimaryColumn('uuid', { name: 'identifier_id', primaryKeyConstraintName: 'event_pkey' })
  identifierId!: string;

  @PrimaryColumn('timestamptz', { name: 'occurred_at', primaryKeyConstraintName: 'event_pkey' })
  occurredAt!: Date;

  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'event_pkey' })
  eventId!: string;

  @Column('text')
  source!: string;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  channel!: string | null;

  @Column('jsonb')
  identifiers!: readonly { readonly namespace: string; readonly value: string }[];

  @Column('jsonb')
  properties!: JsonObject;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;
}

@Entity('event_receipt')
export class EventReceiptEntity {
  @PrimaryColumn('uuid', { name: 'message_key', primaryKeyConstraintName: 'event_receipt_pkey' })
  messageKey!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('uuid', { name: 'identifier_id' })
  identifierId!: string;
}
