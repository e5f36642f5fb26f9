import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountIdentifiersOfProfiles1795676400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How many identifiers of each namespace a profile holds, and how many profiles it absorbed:
    // what limits are checked against. Counting them anew for every event cost more than all else
    // that identity does. Written under the profile's lock, on the page where the row is.
    await runner.query(`
      alter table profile
        add column identifier_counts jsonb not null default '{}',
        add column merges integer not null default 0`);
    await runner.query('alter table profile set (fillfactor = 80)');
    await runner.query(`
      update profile p set identifier_counts = n.counts
      from (
        select profile_id, jsonb_object_agg(namespace, held) as counts
        from (
          select profile_id, namespace, count(*) as held from identifier group by 1, 2
        ) c
        group by profile_id
      ) n
      where p.profile_id = n.profile_id`);
    await runner.query(`
      update profile p set merges = n.merges
      from (
        select merged_into, count(*)::integer as merges
        from profile where merged_into is not null group by 1
      ) n
      where p.profile_id = n.merged_into`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table profile reset (fillfactor)');
    await runner.query('alter table profile drop column merges, drop column identifier_counts');
  }
}
