import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('lifecycle_goal_scan')
export class LifecycleGoalScanEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_scan_pkey' })
  name!: string;

  @Column('integer')
  pass!: number;

  @Column('timestamptz', { name: 'as_of', nullable: true })
  asOf!: Date | null;

  @Column('text', { array: true, nullable: true })
  models!: readonly string[] | null;

  @Column('uuid', { name: 'after_profile_id', nullable: true })
  afterProfileId!: string | null;

  @Column('integer', { name: 'shown_pass' })
  shownPass!: number;

  @Column('timestamptz', { name: 'shown_as_of', nullable: true })
  shownAsOf!: Date | null;

  @Column('text', { name: 'shown_models', array: true, nullable: true })
  shownModels!: readonly string[] | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

@Entity('lifecycle_flow_day')
export class LifecycleFlowDayEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_flow_day_pkey' })
  pass!: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_flow_day_pkey' })
  model!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'lifecycle_flow_day_pkey' })
  day!: string;

  @PrimaryColumn('text', {
    name: 'from_stage',
    primaryKeyConstraintName: 'lifecycle_flow_day_pkey',
  })
  fromStage!: string;

  @PrimaryColumn('text', {
    name: 'to_stage',
    primaryKeyConstraintName: 'lifecycle_flow_day_pkey',
  })
  toStage!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_flow_day_pkey' })
  cause!: string;

  @Column('bigint')
  moves!: bigint;
}

@Entity('lifecycle_goal')
@Check('lifecycle_goal_every', `every in ('WEEK', 'MONTH')`)
export class LifecycleGoalEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_goal_pkey' })
  pass!: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_pkey' })
  model!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_pkey' })
  every!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'lifecycle_goal_pkey' })
  starts!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_pkey' })
  stage!: string;

  @Column('bigint')
  departed!: bigint;

  @Column('bigint')
  converted!: bigint;

  @Column('bigint')
  churned!: bigint;

  @Column('bigint', { name: 'buyers_change' })
  buyersChange!: bigint;

  @Column('bigint')
  repurchased!: bigint;

  @Column('bigint', { name: 'revenue_minor' })
  revenueMinor!: bigint;

  @Column('bigint', { name: 'nps_promoters' })
  npsPromoters!: bigint;

  @Column('bigint', { name: 'nps_detractors' })
  npsDetractors!: bigint;

  @Column('bigint', { name: 'nps_answers' })
  npsAnswers!: bigint;
}

@Entity('lifecycle_goal_stay')
@Check('lifecycle_goal_stay_every', `every in ('WEEK', 'MONTH')`)
export class LifecycleGoalStayEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  pass!: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  model!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  every!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  starts!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  stage!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_goal_stay_pkey' })
  days!: number;

  @Column('bigint')
  stays!: bigint;
}
