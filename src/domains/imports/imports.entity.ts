import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('import_checkpoint')
export class ImportCheckpointEntity {
  @PrimaryColumn('uuid', {
    name: 'import_key',
    primaryKeyConstraintName: 'import_checkpoint_pkey',
  })
  importKey!: string;

  @Column('text')
  source!: string;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('bigint')
  lines!: bigint;

  @Column('bigint')
  bytes!: bigint;

  @Column('bigint')
  accepted!: bigint;

  @Column('bigint')
  duplicates!: bigint;

  @Column('bigint')
  quarantined!: bigint;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
