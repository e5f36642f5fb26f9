import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProposalFindings } from './proposal.rules';

@Entity('lifecycle_proposal')
export class LifecycleProposalEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_proposal_pkey' })
  model!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_proposal_pkey' })
  version!: number;

  @Column('integer', { name: 'based_on' })
  basedOn!: number;

  @Column('jsonb')
  findings!: ProposalFindings;

  @Column('timestamptz', { name: 'proposed_at' })
  proposedAt!: Date;
}

@Entity('lifecycle_review')
export class LifecycleReviewEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_review_pkey' })
  model!: string;

  @Column('timestamptz', { name: 'reviewed_at' })
  reviewedAt!: Date;
}
