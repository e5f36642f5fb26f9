import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CandidateStatus, DuplicateReason } from './duplicates.model';

@Entity('duplicate_block')
@Index('duplicate_block_of_profile', ['profileId'])
export class DuplicateBlockEntity {
  @PrimaryColumn('uuid', { name: 'block_key', primaryKeyConstraintName: 'duplicate_block_pkey' })
  blockKey!: string;

  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'duplicate_block_pkey' })
  profileId!: string;
}

@Entity('duplicate_candidate')
@Index('duplicate_candidate_by_score', ['status', 'score', 'profileId', 'otherProfileId'])
@Index('duplicate_candidate_of_other', ['otherProfileId', 'profileId'])
@Check('duplicate_candidate_order', 'profile_id < other_profile_id')
@Check('duplicate_candidate_status', `status in ('OPEN', 'DISMISSED')`)
export class DuplicateCandidateEntity {
  @PrimaryColumn('uuid', {
    name: 'profile_id',
    primaryKeyConstraintName: 'duplicate_candidate_pkey',
  })
  profileId!: string;

  @PrimaryColumn('uuid', {
    name: 'other_profile_id',
    primaryKeyConstraintName: 'duplicate_candidate_pkey',
  })
  otherProfileId!: string;

  @Column('double precision')
  score!: number;

  @Column('jsonb')
  reasons!: readonly DuplicateReason[];

  @Column('text')
  status!: CandidateStatus;

  @Column('timestamptz', { name: 'found_at' })
  foundAt!: Date;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('text', { name: 'decision_reason', nullable: true })
  decisionReason!: string | null;
}

@Entity('duplicate_scan')
export class DuplicateScanEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'duplicate_scan_pkey' })
  name!: string;

  @Column('uuid', { name: 'after_profile_id', nullable: true })
  afterProfileId!: string | null;

  @Column('timestamptz', { name: 'pass_ended_at', nullable: true })
  passEndedAt!: Date | null;
}
