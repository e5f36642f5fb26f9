import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Calibration } from '../models/calibration';
import type { LifecycleModelDocument } from '../models/model';

@Entity('lifecycle_model')
@Check('lifecycle_model_version', 'version > 0')
export class LifecycleModelEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_model_pkey' })
  name!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_model_pkey' })
  version!: number;

  @Column('jsonb')
  document!: LifecycleModelDocument;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

@Entity('lifecycle_calibration')
export class LifecycleCalibrationEntity {
  @PrimaryColumn('uuid', {
    name: 'calibration_id',
    primaryKeyConstraintName: 'lifecycle_calibration_pkey',
  })
  calibrationId!: string;

  @Column('jsonb')
  document!: Omit<Calibration, 'calibratedAt'>;

  @Column('timestamptz', { name: 'calibrated_at' })
  calibratedAt!: Date;
}

@Entity('lifecycle_ruling')
export class LifecycleRulingEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'lifecycle_ruling_pkey' })
  model!: string;

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'lifecycle_ruling_pkey' })
  since!: Date;

  @PrimaryColumn('uuid', {
    name: 'ruling_id',
    primaryKeyConstraintName: 'lifecycle_ruling_pkey',
  })
  rulingId!: string;

  @Column('integer', { nullable: true })
  version!: number | null;

  @Column('uuid', { name: 'calibration_id', nullable: true })
  calibrationId!: string | null;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('text', { name: 'recorded_by' })
  recordedBy!: string;

  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;
}
