import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LockIdentitiesInOneCall1795424400000 } from './20261123090000-lock-identities-in-one-call';

export class LoadNamedIdentifiers1795676580000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop function lock_and_load_identifiers');

    // The nodes of the identifiers, and whether each was its identifier's holder at some time of
    // the span asked for: of a shared one that is told by its tenancies, of any other it is so.
    await runner.query(`
      create function find_nodes(
        namespaces text[], vals text[], froms timestamptz[], untils timestamptz[])
      returns table (
        n bigint, namespace text, value text, tenant smallint, identifier_id uuid, profile_id uuid,
        first_seen_at timestamptz, signed_in_at timestamptz, is_holder boolean)
      language sql stable as $$
        select k.n, k.namespace, k.value, i.tenant, i.identifier_id, i.profile_id,
          i.first_seen_at, i.signed_in_at,
          case when i.tenant = 0 and i.held_until is null then true else
            i.tenant = coalesce((
              select t.tenant from identifier_tenancy t
              where t.value = k.value and t.namespace = k.namespace and t.since <= k.from_at
              order by t.since desc limit 1), 0)
            or exists (
              select from identifier_tenancy t
              where t.value = k.value and t.namespace = k.namespace and t.tenant = i.tenant
                and t.since > k.from_at and t.since <= k.until_at)
          end
        from unnest(namespaces, vals, froms, untils) with ordinality
          as k (namespace, value, from_at, until_at, n)
        left join lateral (
          select i.tenant, i.identifier_id, i.profile_id, i.first_seen_at, i.signed_in_at,
            i.held_until
          from identifier i
          where i.value = k.value and i.namespace = k.namespace
          offset 0
        ) i on true
      $$`);

    // Finds the identifiers, locks what they name and the companions, and gives what there is to
    // know: a row for each node (with the tenancies of its identifier at tenant 1, since a shared
    // one has that), a row for each profile that holds one of them, and one for each further node
    // of these profiles whose namespace has a limit with a window.
    // Each statement of a volatile function sees what was committed when it begins: what is read
    // after the locks is what holds. Where that is not what was locked, the transaction is to
    // start over. Reached through the indexes whatever the planner makes of a table that grows
    // faster than its statistics.
    await runner.query(`
      create function lock_and_load_identifiers(
        namespaces text[], vals text[], froms timestamptz[], untils timestamptz[],
        companions uuid[], windowed text[])
      returns table (
        known_namespace text, known_value text, known_tenant smallint, known_identifier_id uuid,
        known_profile_id uuid, known_first_seen_at timestamptz, known_signed_in_at timestamptz,
        known_tenancies text, profile_counts text, profile_merges integer, profile_revoked text)
      language plpgsql volatile set enable_seqscan = off as $$
      declare
        names text[];
        shared text[];
        nodes uuid[];
        holders uuid[];
        nodes_locked uuid[];
        holders_locked uuid[];
        ns text[];
        ms bigint[];
        vs text[];
        tenants smallint[];
        seen timestamptz[];
        signed timestamptz[];
      begin
        select array_agg(f.identifier_id order by f.n, f.tenant),
          array_agg(f.profile_id order by f.n, f.tenant),
          array_agg(distinct coalesce('profile ' || f.profile_id,
            'identifier ' || f.namespace || e'\\x1f' || f.value))
            filter (where f.profile_id is null or f.is_holder),
          array_agg(distinct 'identifier ' || f.namespace || e'\\x1f' || f.value)
            filter (where f.tenant > 0)
        into nodes, holders, names, shared
        from find_nodes(namespaces, vals, froms, untils) f;

        -- Whoever hands a shared identifier on holds its name as well: several may be holders.
        perform lock_identities(array(
          select unnest(names)
          union
          select unnest(shared)
          union
          select 'profile ' || companion from unnest(companions) as c (companion)));

        select array_agg(f.n order by f.n, f.tenant),
          array_agg(f.namespace order by f.n, f.tenant), array_agg(f.value order by f.n, f.tenant),
          array_agg(f.tenant order by f.n, f.tenant),
          array_agg(f.identifier_id order by f.n, f.tenant),
          array_agg(f.profile_id order by f.n, f.tenant),
          array_agg(f.first_seen_at order by f.n, f.tenant),
          array_agg(f.signed_in_at order by f.n, f.tenant)
        into ms, ns, vs, tenants, nodes_locked, holders_locked, seen, signed
        from find_nodes(namespaces, vals, froms, untils) f;
        if nodes_locked is distinct from nodes or holders_locked is distinct from holders then
          raise exception 'Profiles changed while they were being locked.'
            using errcode = 'serialization_failure';
        end if;

        return query
          select f.namespace, f.value, f.tenant, f.identifier_id, f.profile_id, f.first_seen_at,
            f.signed_in_at,
            case when f.tenant = 1 then (
              select jsonb_agg(
                jsonb_build_array((extract(epoch from t.since) * 1000)::bigint, t.tenant)
                order by t.since)::text
              from identifier_tenancy t
              where t.value = f.value and t.namespace = f.namespace
                and t.since <= untils[f.n]
                and t.since >= coalesce((
                  select max(b.since) from identifier_tenancy b
                  where b.value = f.value and b.namespace = f.namespace
                    and b.since <= froms[f.n]), '-infinity')
            ) end,
            null::text, null::integer, null::text
          from unnest(ms, ns, vs, tenants, nodes_locked, holders_locked, seen, signed)
            as f (n, namespace, value, tenant, identifier_id, profile_id, first_seen_at,
              signed_in_at)
          where f.identifier_id is not null
          union all
          select null, null, null, null, p.profile_id, null, null, null,
            p.identifier_counts::text, p.merges, r.pairs
          from (select distinct h.profile_id from unnest(holders) as h (profile_id)) held
          cross join lateral (
            select p.profile_id, p.identifier_counts, p.merges from profile p
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
            select i.namespace, i.value, i.tenant, i.identifier_id, i.profile_id, i.first_seen_at,
              i.signed_in_at, null::text, null::text, null::integer, null::text
            from (select distinct h.profile_id from unnest(holders) as h (profile_id)) held
            cross join lateral (
              select i.* from identifier i
              where i.profile_id = held.profile_id and i.namespace = any(windowed)
              offset 0
            ) i
            where not (i.identifier_id = any(array_remove(nodes_locked, null)));
        end if;
      end
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function lock_and_load_identifiers');
    await runner.query('drop function find_nodes');
    // The one before stands in the migration that made it.
    await runner.query('alter table identifier reset (fillfactor)');
    await runner.query('drop function lock_identities');
    await new LockIdentitiesInOneCall1795424400000().up(runner);
  }
}
