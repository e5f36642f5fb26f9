import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LockIdentitiesInOneCall1795424400000 } from './20261123090000-lock-identities-in-one-call';

export class LoadNamedIdentifiers1795676580000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop function lock_and_load_identifiers');

    // Instants come as milliseconds: thousands of them are written and read faster than as text.
    await runner.query(`
      create function from_ms(ms bigint) returns timestamptz language sql stable as $$
        select timestamptz '1970-01-01 00:00:00+00' + ms * interval '1 millisecond'
      $$`);

    // What lock_identities did, for names that were hashed already.
    await runner.query(`
      create function lock_keys(keys bigint[]) returns void language plpgsql as $$
      declare
        everybody constant bigint := hashtextextended('everybody', 0);
        multitude constant bigint := hashtextextended('multitude', 0);
        distinct_keys constant bigint[] := array(select distinct k.key from unnest(keys) as k (key));
      begin
        if cardinality(distinct_keys) > 3000 then
          perform pg_advisory_xact_lock(everybody);
        else
          perform case
            when k.level = 0 then pg_advisory_xact_lock_shared(k.key)
            else pg_advisory_xact_lock(k.key) end
          from (
            select 0 as level, everybody as key
            union all
            select 1, multitude where cardinality(distinct_keys) > 1000
            union all
            select 2, d.key from unnest(distinct_keys) as d (key)
            order by level, key
          ) k;
        end if;
      end
      $$`);
    await runner.query(`
      create or replace function lock_identities(names text[]) returns void language sql as $$
        select lock_keys(array(select hashtextextended(name, 0) from unnest(names) as n (name)))
      $$`);

    await LoadNamedIdentifiers1795676580000.createResolvingFunctions(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await LoadNamedIdentifiers1795676580000.dropResolvingFunctions(runner);
    await runner.query('drop function from_ms');
    // The one before stands in the migration that made it.
    await runner.query('alter table identifier reset (fillfactor)');
    await runner.query('drop function lock_identities');
    await runner.query('drop function lock_keys');
    await new LockIdentitiesInOneCall1795424400000().up(runner);
  }

  /** What the migration that replaces these functions brings back when it is undone. */
  static async createResolvingFunctions(runner: QueryRunner): Promise<void> {
    // The nodes of the identifiers, and whether each was its identifier's holder at some time of
    // the span asked for: of a shared one that is told by its tenancies, of any other it is so.
    await runner.query(`
      create function find_nodes(
        namespaces text[], vals text[], froms bigint[], untils bigint[])
      returns table (
        n bigint, namespace text, value text, tenant smallint, identifier_id uuid, profile_id uuid,
        first_seen_at timestamptz, signed_in_at timestamptz, place tid, is_holder boolean)
      language sql stable as $$
        select k.n, k.namespace, k.value, i.tenant, i.identifier_id, i.profile_id,
          i.first_seen_at, i.signed_in_at, i.place,
          case when i.tenant = 0 and i.held_until is null then true else
            i.tenant = coalesce((
              select t.tenant from identifier_tenancy t
              where t.value = k.value and t.namespace = k.namespace and t.since <= from_ms(k.from_at)
              order by t.since desc limit 1), 0)
            or exists (
              select from identifier_tenancy t
              where t.value = k.value and t.namespace = k.namespace and t.tenant = i.tenant
                and t.since > from_ms(k.from_at) and t.since <= from_ms(k.until_at))
          end
        from unnest(namespaces, vals, froms, untils) with ordinality
          as k (namespace, value, from_at, until_at, n)
        left join lateral (
          select i.tenant, i.identifier_id, i.profile_id, i.first_seen_at, i.signed_in_at,
            i.held_until, i.ctid as place
          from identifier i
          where i.value = k.value and i.namespace = k.namespace
          offset 0
        ) i on true
      $$`);

    // Finds the identifiers, locks what they name and the companions, and gives what there is to
    // know: a row for each node (with the tenancies of its identifier at tenant 1, since a shared
    // one has that), a row for each profile that holds one of them, and one for each further node
    // of these profiles whose namespace has a limit with a window. Nodes that were asked for are
    // told by the index of their identifier, the others by its name. The place of a row in its
    // table holds as long as the locks do, since nobody else changes it.
    // Each statement of a volatile function sees what was committed when it begins: what is read
    // after the locks is what holds. Where that is not what was locked, the transaction is to
    // start over. Reached through the indexes whatever the planner makes of a table that grows
    // faster than its statistics.
    await runner.query(`
      create function lock_and_load_identifiers(
        namespaces text[], vals text[], froms bigint[], untils bigint[],
        companions uuid[], windowed text[])
      returns table (
        known_index integer, known_namespace text, known_value text, known_tenant smallint,
        known_identifier_id uuid, known_profile_id uuid, known_place tid,
        known_first_seen_at timestamptz, known_signed_in_at timestamptz, known_tenancies text,
        profile_counts text, profile_merges integer, profile_revoked text)
      language plpgsql volatile set enable_seqscan = off as $$
      declare
        keys bigint[];
        snapshot pg_snapshot := pg_current_snapshot();
        indexes bigint[];
        tenants smallint[];
        nodes uuid[];
        holders uuid[];
        places tid[];
        seen timestamptz[];
        signed timestamptz[];
        are_holders boolean[];
        nodes_locked uuid[];
        holders_locked uuid[];
        are_holders_locked boolean[];
      begin
        select array_agg(f.n order by f.n, f.tenant), array_agg(f.tenant order by f.n, f.tenant),
          array_agg(f.identifier_id order by f.n, f.tenant),
          array_agg(f.profile_id order by f.n, f.tenant),
          array_agg(f.place order by f.n, f.tenant),
          array_agg(f.first_seen_at order by f.n, f.tenant),
          array_agg(f.signed_in_at order by f.n, f.tenant),
          array_agg(f.is_holder order by f.n, f.tenant),
          array_agg(hashtextextended(coalesce('profile ' || f.profile_id,
            'identifier ' || f.namespace || e'\\x1f' || f.value), 0))
            filter (where f.profile_id is null or f.is_holder)
            -- Whoever hands a shared identifier on holds its name as well: it has several holders.
            || array_agg(hashtextextended('identifier ' || f.namespace || e'\\x1f' || f.value, 0))
              filter (where f.tenant > 0)
        into indexes, tenants, nodes, holders, places, seen, signed, are_holders, keys
        from find_nodes(namespaces, vals, froms, untils) f;

        perform lock_keys(keys || array(
          select hashtextextended('profile ' || companion, 0)
          from unnest(companions) as c (companion)));

        -- Where no transaction began or ended meanwhile, what was found still holds.
        if pg_current_snapshot()::text <> snapshot::text then
          select array_agg(f.identifier_id order by f.n, f.tenant),
            array_agg(f.profile_id order by f.n, f.tenant),
            array_agg(f.place order by f.n, f.tenant),
            array_agg(f.first_seen_at order by f.n, f.tenant),
            array_agg(f.signed_in_at order by f.n, f.tenant),
            array_agg(f.is_holder order by f.n, f.tenant)
          into nodes_locked, holders_locked, places, seen, signed, are_holders_locked
          from find_nodes(namespaces, vals, froms, untils) f;
          -- A device that went back to somebody moved no node: who holds it is compared as well.
          if nodes_locked is distinct from nodes or holders_locked is distinct from holders
            or are_holders_locked is distinct from are_holders then
            raise exception 'Profiles changed while they were being locked.'
              using errcode = 'serialization_failure';
          end if;
        end if;

        return query
          select f.n::integer - 1, null::text, null::text, f.tenant, f.identifier_id,
            f.profile_id, f.place,
            -- What only limits with a window ask for.
            case when cardinality(windowed) > 0 then f.first_seen_at end, f.signed_in_at,
            case when f.tenant = 1 then (
              select jsonb_agg(
                jsonb_build_array((extract(epoch from t.since) * 1000)::bigint, t.tenant)
                order by t.since)::text
              from identifier_tenancy t
              where t.value = vals[f.n] and t.namespace = namespaces[f.n]
                and t.since <= from_ms(untils[f.n])
                and t.since >= coalesce((
                  select max(b.since) from identifier_tenancy b
                  where b.value = vals[f.n] and b.namespace = namespaces[f.n]
                    and b.since <= from_ms(froms[f.n])), '-infinity')
            ) end,
            null::text, null::integer, null::text
          from unnest(indexes, tenants, nodes, holders, places, seen, signed)
            as f (n, tenant, identifier_id, profile_id, place, first_seen_at, signed_in_at)
          where f.identifier_id is not null
          union all
          select null, null, null, null, null, p.profile_id, p.ctid, null, null, null,
            p.identifier_counts::text, p.merges, r.pairs
          from (select distinct h.profile_id from unnest(holders) as h (profile_id)) held
          cross join lateral (
            select p.profile_id, p.ctid, p.identifier_counts, p.merges from profile p
            where p.profile_id = held.profile_id
            offset 0
          ) p
          left join (
            select r.profile_id, jsonb_agg(jsonb_build_array(r.identifier_id,
              r.other_identifier_id, (extract(epoch from r.revoked_at) * 1000)::bigint))::text
              as pairs
            from revoked_link r
            where r.profile_id = any(holders) and r.lifted_at is null
            group by r.profile_id
          ) r on r.profile_id = p.profile_id;

        if cardinality(windowed) > 0 then
          return query
            select null::integer, i.namespace, i.value, i.tenant, i.identifier_id, i.profile_id,
              i.place, i.first_seen_at, i.signed_in_at, null::text, null::text, null::integer, null::text
            from (select distinct h.profile_id from unnest(holders) as h (profile_id)) held
            cross join lateral (
              select i.*, i.ctid as place from identifier i
              where i.profile_id = held.profile_id and i.namespace = any(windowed)
              offset 0
            ) i
            where not (i.identifier_id = any(array_remove(nodes, null)));
        end if;
      end
      $$`);

    // Adds what a batch of events adds to the graph: profiles, nodes and edges, what profiles hold
    // now, and the time in which known nodes were seen. What is changed is found by its place, as
    // it was loaded under its lock. An edge that is known keeps its first evidence. A function, so
    // that it is planned once and not for every batch.
    await runner.query(`
      create function record_identities(
        recorded_at timestamptz, source text,
        new_profiles uuid[], new_profile_counts text[],
        changed_profiles uuid[], changed_places tid[], changed_counts text[], changed_merges int[],
        new_values text[], new_namespaces text[], new_tenants smallint[], new_nodes uuid[],
        new_holders uuid[], new_firsts bigint[], new_lasts bigint[], new_sign_ins bigint[],
        seen_nodes uuid[], seen_places tid[], seen_firsts bigint[], seen_lasts bigint[],
        seen_sign_ins bigint[], link_nodes uuid[], link_others uuid[], link_events uuid[])
      returns void language plpgsql volatile set enable_seqscan = off as $$
      declare
        found_profiles integer;
      begin
        insert into profile (profile_id, created_at, identifier_counts)
        select n.profile_id, recorded_at, n.counts::jsonb
        from unnest(new_profiles, new_profile_counts) as n (profile_id, counts);

        update profile p set identifier_counts = n.counts::jsonb, merges = n.merges
        from unnest(changed_profiles, changed_places, changed_counts, changed_merges)
          as n (profile_id, place, counts, merges)
        where p.ctid = n.place and p.profile_id = n.profile_id;
        get diagnostics found_profiles = row_count;
        if found_profiles <> cardinality(changed_profiles) then
          raise exception 'A profile was changed by somebody without its lock.'
            using errcode = 'serialization_failure';
        end if;

        insert into identifier (value, namespace, tenant, identifier_id, profile_id,
          first_seen_at, last_seen_at, signed_in_at)
        select n.value, n.namespace, n.tenant, n.identifier_id, n.profile_id, from_ms(n.first),
          from_ms(n.last), from_ms(n.sign_in)
        from unnest(new_values, new_namespaces, new_tenants, new_nodes, new_holders, new_firsts,
            new_lasts, new_sign_ins)
          as n (value, namespace, tenant, identifier_id, profile_id, first, last, sign_in);

        update identifier i set
          first_seen_at = least(i.first_seen_at, from_ms(s.first)),
          last_seen_at = greatest(i.last_seen_at, from_ms(s.last)),
          signed_in_at = greatest(i.signed_in_at, from_ms(s.sign_in))
        from unnest(seen_nodes, seen_places, seen_firsts, seen_lasts, seen_sign_ins)
          as s (identifier_id, place, first, last, sign_in)
        where i.ctid = s.place and i.identifier_id = s.identifier_id
          and (from_ms(s.first) < i.first_seen_at or from_ms(s.last) > i.last_seen_at
            or from_ms(s.sign_in) > coalesce(i.signed_in_at, '-infinity'));

        insert into identity_link
          (identifier_id, linked_identifier_id, event_id, source, linked_at)
        select l.identifier_id, l.linked_identifier_id, l.event_id, record_identities.source,
          recorded_at
        from unnest(link_nodes, link_others, link_events)
          as l (identifier_id, linked_identifier_id, event_id)
        on conflict (identifier_id, linked_identifier_id) do nothing;
      end
      $$`);
  }

  static async dropResolvingFunctions(runner: QueryRunner): Promise<void> {
    await runner.query('drop function record_identities');
    await runner.query('drop function lock_and_load_identifiers');
    await runner.query('drop function find_nodes');
  }
}
