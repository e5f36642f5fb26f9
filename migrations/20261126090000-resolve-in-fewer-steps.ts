import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LoadNamedIdentifiers1795676580000 as LoadNamedIdentifiers } from './20261126070300-load-named-identifiers';

export class ResolveInFewerSteps1795683600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await LoadNamedIdentifiers.dropResolvingFunctions(runner);

    // As before it, but the index is gone through once for all values and not once for each.
    await runner.query(`
      create function find_nodes(
        namespaces text[], vals text[], froms bigint[], untils bigint[])
      returns table (
        n bigint, namespace text, value text, tenant smallint, identifier_id uuid, profile_id uuid,
        first_seen_at timestamptz, signed_in_at timestamptz, place tid, is_holder boolean)
      language sql stable as $$
        select k.n, k.namespace, k.value, i.tenant, i.identifier_id, i.profile_id,
          i.first_seen_at, i.signed_in_at, i.ctid,
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
        left join identifier i
          on i.value = any(vals) and i.value = k.value and i.namespace = k.namespace
      $$`);

    // As before it, but the planner, which does not know how many are asked for, is kept from joining
    // them one by one; and profiles too are found with one pass through their index.
    await runner.query(`
      create function lock_and_load_identifiers(
        namespaces text[], vals text[], froms bigint[], untils bigint[],
        companions uuid[], windowed text[])
      returns table (
        known_index integer, known_namespace text, known_value text, known_tenant smallint,
        known_identifier_id uuid, known_profile_id uuid, known_place tid,
        known_first_seen_at timestamptz, known_signed_in_at timestamptz, known_tenancies text,
        profile_counts text, profile_merges integer, profile_revoked text)
      language plpgsql volatile
      set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off as $$
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
          from profile p
          left join (
            select r.profile_id, jsonb_agg(jsonb_build_array(r.identifier_id,
              r.other_identifier_id, (extract(epoch from r.revoked_at) * 1000)::bigint))::text
              as pairs
            from revoked_link r
            where r.profile_id = any(holders) and r.lifted_at is null
            group by r.profile_id
          ) r on r.profile_id = p.profile_id
          where p.profile_id = any(holders);

        if cardinality(windowed) > 0 then
          return query
            select null::integer, i.namespace, i.value, i.tenant, i.identifier_id, i.profile_id,
              i.ctid, i.first_seen_at, i.signed_in_at, null::text, null::text, null::integer,
              null::text
            from identifier i
            where i.profile_id = any(holders) and i.namespace = any(windowed)
              and not (i.identifier_id = any(array_remove(nodes, null)));
        end if;
      end
      $$`);

    // As before it, but edges of nodes that the batch made come apart from the others: nobody can
    // have linked them before, and looking whether anybody did costs as much as adding them.
    await runner.query(`
      create function record_identities(
        recorded_at timestamptz, source text,
        new_profiles uuid[], new_profile_counts text[],
        changed_profiles uuid[], changed_places tid[], changed_counts text[], changed_merges int[],
        new_values text[], new_namespaces text[], new_tenants smallint[], new_nodes uuid[],
        new_holders uuid[], new_firsts bigint[], new_lasts bigint[], new_sign_ins bigint[],
        seen_nodes uuid[], seen_places tid[], seen_firsts bigint[], seen_lasts bigint[],
        seen_sign_ins bigint[],
        new_link_nodes uuid[], new_link_others uuid[], new_link_events uuid[],
        link_nodes uuid[], link_others uuid[], link_events uuid[])
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
        from unnest(new_link_nodes, new_link_others, new_link_events)
          as l (identifier_id, linked_identifier_id, event_id);

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

  async down(runner: QueryRunner): Promise<void> {
    await LoadNamedIdentifiers.dropResolvingFunctions(runner);
    await LoadNamedIdentifiers.createResolvingFunctions(runner);
  }
}
