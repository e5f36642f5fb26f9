import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LockIdentitiesInOneCall1795424400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every batch widens the time in which its identifiers were seen. With room left on the page
    // that touches no index.
    await runner.query('alter table identifier set (fillfactor = 85)');

    // Takes the locks of names, in one order, until the transaction ends. PostgreSQL keeps the
    // locks of all transactions in one table of fixed size (some 14,000 with the settings it comes
    // with), and fails whoever finds it full. So that ten transactions, as many as the pool has by
    // default, fit whatever they hold, those of more than 1,000 names go one at a time, beside the
    // others; one of more than 3,000 takes no names but the lock that all others share, and goes
    // alone.
    await runner.query(`
      create function lock_identities(names text[]) returns void language plpgsql as $$
      declare
        everybody constant bigint := hashtextextended('everybody', 0);
        multitude constant bigint := hashtextextended('multitude', 0);
      begin
        if cardinality(names) > 3000 then
          perform pg_advisory_xact_lock(everybody);
        else
          perform case
            when level = 0 then pg_advisory_xact_lock_shared(key)
            else pg_advisory_xact_lock(key) end
          from (
            select 0 as level, everybody as key
            union
            select 1, multitude where cardinality(names) > 1000
            union
            select 2, hashtextextended(name, 0) from unnest(names) as n (name)
            order by level, key
          ) keys;
        end if;
      end
      $$`);

    // Finds the identifiers, locks what they name and the companions, and gives all identifiers of
    // the profiles of the former.
    // Each statement of a volatile function sees what was committed when it begins: what is read
    // after the locks is what holds. Where that is not what was locked, the transaction is to
    // start over. Reached through the indexes whatever the planner makes of a table that grows
    // faster than its statistics.
    await runner.query(`
      create function lock_and_load_identifiers(
        namespaces text[], vals text[], companions uuid[])
      returns table (
        known_namespace text, known_value text, known_identifier_id uuid, known_profile_id uuid,
        known_first_seen_at timestamptz, known_profile_merges integer)
      language plpgsql volatile set enable_seqscan = off as $$
      declare
        names text[];
        nodes uuid[];
        holders uuid[];
        nodes_locked uuid[];
        holders_locked uuid[];
      begin
        select array_agg(i.identifier_id order by k.n), array_agg(i.profile_id order by k.n),
          array_agg(distinct coalesce('profile ' || i.profile_id,
            'identifier ' || k.namespace || e'\\x1f' || k.value))
        into nodes, holders, names
        from unnest(namespaces, vals) with ordinality as k (namespace, value, n)
        left join lateral (
          select i.identifier_id, i.profile_id from identifier i
          where i.value = k.value and i.namespace = k.namespace
          offset 0
        ) i on true;

        perform lock_identities(array(
          select unnest(names)
          union
          select 'profile ' || companion from unnest(companions) as c (companion)));

        select array_agg(i.identifier_id order by k.n), array_agg(i.profile_id order by k.n)
        into nodes_locked, holders_locked
        from unnest(namespaces, vals) with ordinality as k (namespace, value, n)
        left join lateral (
          select i.identifier_id, i.profile_id from identifier i
          where i.value = k.value and i.namespace = k.namespace
          offset 0
        ) i on true;
        if nodes_locked is distinct from nodes or holders_locked is distinct from holders then
          raise exception 'Profiles were merged while they were being locked.'
            using errcode = 'serialization_failure';
        end if;

        return query
          select i.namespace, i.value, i.identifier_id, h.profile_id, i.first_seen_at, h.merges
          from (
            select held.profile_id, (
              select count(*)::integer from profile p where p.merged_into = held.profile_id
            ) as merges
            from (select distinct n.profile_id from unnest(holders) as n (profile_id)) held
            where held.profile_id is not null
            offset 0
          ) h
          cross join lateral (
            select i.namespace, i.value, i.identifier_id, i.first_seen_at from identifier i
            where i.profile_id = h.profile_id
            offset 0
          ) i;
      end
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function lock_and_load_identifiers');
    await runner.query('drop function lock_identities');
    await runner.query('alter table identifier reset (fillfactor)');
  }
}
