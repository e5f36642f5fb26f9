import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('installation_secret')
export class InstallationSecretEntity {
  /** What it is for. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'installation_secret_pkey' })
  name!: string;

  @Column('bytea')
  value!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
