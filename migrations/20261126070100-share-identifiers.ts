import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ShareIdentifiers1795676460000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A device goes from person to person. Each of them has a node of it, told apart by `tenant`:
    // 0 for whoever came first. Events stay with the node they belong to.
    await runner.query(`
      alter table identifier
        add column tenant smallint not null default 0,
        add column signed_in_at timestamptz,
        add column held_until timestamptz`);
    await runner.query('alter table identifier drop constraint identifier_pkey');
    await runner.query('alter table identifier add primary key (value, namespace, tenant)');

    // Whose it was from when on, for the few identifiers that went from one person to another.
    // Before the first row it was that of tenant 0.
    await runner.query(`
      create table identifier_tenancy (
        value text not null,
        namespace text not null,
        since timestamptz not null,
        tenant smallint not null,
        primary key (value, namespace, since)
      )`);
    await runner.query(`
      create index identifier_tenancy_of_tenant
        on identifier_tenancy (value, namespace, tenant, since)`);

    // Who signed in on a device before that was recorded: as late as it was last seen, so that an
    // event of the past does not take it.
    await runner.query(`
      update identifier d set signed_in_at = d.last_seen_at
      where d.namespace in ('device_id', 'anonymous_id') and exists (
        select from identifier p
        where p.profile_id = d.profile_id and p.namespace in ('user_id', 'wechat_unionid'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table identifier_tenancy');
    // What later tenants have keeps a place of its own: their events hang on it.
    await runner.query(`
      update identifier set value = value || ' (tenant ' || tenant || ')' where tenant > 0`);
    await runner.query('alter table identifier drop constraint identifier_pkey');
    await runner.query('alter table identifier add primary key (value, namespace)');
    await runner.query(`
      alter table identifier
        drop column held_until, drop column signed_in_at, drop column tenant`);
  }
}
