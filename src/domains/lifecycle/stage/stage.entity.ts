import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Reason } from './stage.rules';
import type { TransitionCause } from './timeline';

@Entity('lifecycle_state')
@Index('lifecycle_state_by_stage', ['model', 'stage', 'profileId'])
@Index('lifecycle_state_by_since', ['model', 'stage', 'since', 'profileId'])
@Index('lifecycle_state_now_at_risk', ['model', 'profileId'], { where: 'at_risk' })
@Index('lifecycle_state_by_risk_since', ['model', 'atRiskSince', 'profileId'], { where: 'at_risk' })
@Check('lifecycle_state_at_risk', 'at_risk = (at_risk_since is not null)')
export class LifecycleStateEntity {
  @PrimaryColumn('uuid', { name: 'profile_id', primaryKeyConstraintName: 'lifecycle_state_pkey' })
  profileId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_state_pkey' })
  model!: string;

  @Column('integer', { name: 'model_version' })
  modelVersion!: number;

  @Column('text')
  stage!: string;

  @Column('timestamptz')
  since!: Date;

  @Column('jsonb')
  reasons!: readonly Reason[];

  @Column('boolean', { name: 'at_risk' })
  atRisk!: boolean;

  @Column('timestamptz', { name: 'at_risk_since', nullable: true })
  atRiskSince!: Date | null;

  @Column('jsonb', { name: 'at_risk_reasons' })
  atRiskReasons!: readonly Reason[];

  @Column('date', { name: 'last_active_day' })
  lastActiveDay!: string;

  @Column('double precision', { name: 'patience_days' })
  patienceDays!: number;

  @Column('timestamptz', { name: 'next_evaluation_at', nullable: true })
  nextEvaluationAt!: Date | null;

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;
}

@Entity('lifecycle_transition')
@Check('lifecycle_transition_cause', `cause in ('EVENT', 'TIME', 'MODEL')`)
export class LifecycleTransitionEntity {
  @PrimaryColumn('uuid', {
    name: 'profile_id',
    primaryKeyConstraintName: 'lifecycle_transition_pkey',
  })
  profileId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_transition_pkey' })
  model!: string;

  @PrimaryColumn('timestamptz', {
    name: 'occurred_at',
    primaryKeyConstraintName: 'lifecycle_transition_pkey',
  })
  occurredAt!: Date;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lifecycle_transition_pkey' })
  id!: string;

  @Column('integer', { name: 'model_version' })
  modelVersion!: number;

  @Column('text', { name: 'from_stage', nullable: true })
  fromStage!: string | null;

  @Column('text', { name: 'to_stage' })
  toStage!: string;

  @Column('text')
  cause!: TransitionCause;

  @Column('jsonb')
  reasons!: readonly Reason[];

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @Column('timestamptz', { name: 'superseded_at', nullable: true })
  supersededAt!: Date | null;
}
