import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../shared/json';

@Entity('outbox_message')
export class OutboxMessageEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'outbox_message_pkey' })
  profileId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outbox_message_pkey' })
  id!: string;

  @Column('text')
  topic!: string;

  @Column('jsonb')
  payload!: JsonObject;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
