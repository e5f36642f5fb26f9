import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReckonLifecycleGoals1795721400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How far the pass over all customers has come, and which pass is shown: one row, which is also
    // the lock of the pass. What a pass has added up is shown once it is complete.
    await runner.query(`
      create table lifecycle_goal_scan (
        name text not null,
        pass integer not null,
        as_of timestamptz,
        models text[],
        after_profile_id uuid,
        shown_pass integer not null,
        shown_as_of timestamptz,
        shown_models text[],
        ended_at timestamptz,
        constraint lifecycle_goal_scan_pkey primary key (name)
      )`);
    await runner.query(`
      insert into lifecycle_goal_scan (name, pass, shown_pass) values ('customers', 0, 0)`);
    // An empty from_stage stands for nowhere: there customers come from when they first appear.
    // Rows are added to with every page of a pass: room on the page keeps indexes out of it.
    await runner.query(`
      create table lifecycle_flow_day (
        pass integer not null,
        model text not null,
        day date not null,
        from_stage text not null,
        to_stage text not null,
        cause text not null,
        moves bigint not null,
        constraint lifecycle_flow_day_pkey
          primary key (pass, model, day, from_stage, to_stage, cause)
      ) with (fillfactor = 50)`);
    await runner.query(`
      create table lifecycle_goal (
        pass integer not null,
        model text not null,
        every text not null,
        starts date not null,
        stage text not null,
        departed bigint not null,
        converted bigint not null,
        churned bigint not null,
        buyers_change bigint not null,
        repurchased bigint not null,
        revenue_minor bigint not null,
        nps_promoters bigint not null,
        nps_detractors bigint not null,
        nps_answers bigint not null,
        constraint lifecycle_goal_pkey primary key (pass, model, every, starts, stage),
        constraint lifecycle_goal_every check (every in ('WEEK', 'MONTH'))
      ) with (fillfactor = 50)`);
    await runner.query(`
      create table lifecycle_goal_stay (
        pass integer not null,
        model text not null,
        every text not null,
        starts date not null,
        stage text not null,
        days integer not null,
        stays bigint not null,
        constraint lifecycle_goal_stay_pkey
          primary key (pass, model, every, starts, stage, days),
        constraint lifecycle_goal_stay_every check (every in ('WEEK', 'MONTH'))
      ) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table lifecycle_goal_stay');
    await runner.query('drop table lifecycle_goal');
    await runner.query('drop table lifecycle_flow_day');
    await runner.query('drop table lifecycle_goal_scan');
  }
}
