import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateImportCheckpoint1795705200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How far the import of a file has come. A row for each file and way of reading it, of no use
    // to anybody but its next run.
    await runner.query(`
      create table import_checkpoint (
        import_key uuid not null,
        source text not null,
        file_name text not null,
        lines bigint not null,
        bytes bigint not null,
        accepted bigint not null,
        duplicates bigint not null,
        quarantined bigint not null,
        updated_at timestamptz not null,
        finished_at timestamptz,
        primary key (import_key)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table import_checkpoint');
  }
}
