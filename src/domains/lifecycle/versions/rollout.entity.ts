import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('lifecycle_rollout')
@Check('lifecycle_rollout_finished', 'finished_at is null or total is not null')
export class LifecycleRolloutEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_rollout_pkey' })
  model!: string;

  @Column('uuid', { name: 'ruling_id' })
  rulingId!: string;

  @Column('text', { array: true })
  awaits!: string[];

  @Column('integer', { nullable: true })
  total!: number | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

@Entity('lifecycle_rollout_shard')
export class LifecycleRolloutShardEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_rollout_shard_pkey' })
  model!: string;

  @PrimaryColumn('uuid', {
    name: 'first_id',
    primaryKeyConstraintName: 'lifecycle_rollout_shard_pkey',
  })
  firstId!: string;

  @Column('uuid', { name: 'last_id' })
  lastId!: string;

  @Column('uuid', { name: 'after_id', nullable: true })
  afterId!: string | null;

  @Column('integer')
  total!: number;

  @Column('integer')
  done!: number;

  @Column('boolean', { name: 'is_finished' })
  isFinished!: boolean;
}
