import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PlaceQuarantinedLines1795712400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Where it stood, of what an import read: whoever mends the file looks for the line.
    await runner.query(`
      alter table quarantined_event
        add file_name text,
        add line_number bigint,
        add constraint quarantined_event_file_line
          check ((file_name is null) = (line_number is null))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table quarantined_event
        drop constraint quarantined_event_file_line,
        drop file_name,
        drop line_number`);
  }
}
