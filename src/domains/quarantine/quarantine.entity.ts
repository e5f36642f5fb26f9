import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { QuarantineState } from './quarantine.model';

@Entity('quarantined_event')
@Index('quarantined_event_by_time', ['firstReceivedAt', 'quarantineId'])
@Index('quarantined_event_by_state', ['state', 'firstReceivedAt', 'quarantineId'])
@Index('quarantined_event_by_source', [
  'source',
  'reason',
  'state',
  'firstReceivedAt',
  'quarantineId',
])
@Index('quarantined_event_by_id', ['quarantineId'])
@Index('quarantined_event_settled', ['settledAt'], { where: 'settled_at is not null' })
@Check('quarantined_event_file_line', '(file_name is null) = (line_number is null)')
@Check('quarantined_event_state', `state in ('PENDING', 'REPLAYED', 'SUPERSEDED', 'DISCARDED')`)
export class QuarantinedEventEntity {
  @PrimaryColumn('uuid', {
    name: 'message_key',
    primaryKeyConstraintName: 'quarantined_event_pkey',
  })
  messageKey!: string;

  @Column('uuid', { name: 'quarantine_id' })
  quarantineId!: string;

  @Column('text')
  source!: string;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('text')
  reason!: string;

  @Column('text')
  detail!: string;

  @Column('text')
  payload!: string;

  @Column('timestamptz', { name: 'last_received_at' })
  lastReceivedAt!: Date;

  @Column('timestamptz', { name: 'first_received_at' })
  firstReceivedAt!: Date;

  @Column('integer', { name: 'times_received' })
  timesReceived!: number;

  @Column('text', { name: 'file_name', nullable: true })
  fileName!: string | null;

  @Column('bigint', { name: 'line_number', nullable: true })
  lineNumber!: bigint | null;

  @Column('text', { nullable: true })
  correction!: string | null;

  @Column('timestamptz', { name: 'corrected_at', nullable: true })
  correctedAt!: Date | null;

  @Column('text', { name: 'corrected_by', nullable: true })
  correctedBy!: string | null;

  @Column('text', { name: 'correction_reason', nullable: true })
  correctionReason!: string | null;

  @Column('text', { default: 'PENDING' })
  state!: QuarantineState;

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  @Column('text', { name: 'settled_by', nullable: true })
  settledBy!: string | null;

  @Column('text', { name: 'settlement_reason', nullable: true })
  settlementReason!: string | null;
}
