import type { Sql } from '../../src/platform/database/database';
import { partitionBy, UnionFind } from './union-find';

/** How a test names an identifier. */
export function nameOf({ namespace, value }: { namespace: string; value: string }): string {
  return `${namespace}:${value}`;
}

/** The identifiers of each profile. */
export async function profilesOf(sql: Sql): Promise<string[][]> {
  const rows = await sql.query<{ namespace: string; value: string; profileId: string }>(
    'select namespace, value, profile_id as "profileId" from identifier',
  );
  return partitionBy(rows.map((row) => [nameOf(row), row.profileId]));
}

/** The connected components of the links that were accepted. */
export async function linkedParts(sql: Sql): Promise<string[][]> {
  const parts = new UnionFind();
  for (const row of await sql.query<{ namespace: string; value: string }>(
    'select namespace, value from identifier',
  )) {
    parts.unite([nameOf(row)]);
  }
  for (const { left, right } of await sql.query<{ left: string; right: string }>(
    `select l.namespace || ':' || l.value as left, r.namespace || ':' || r.value as right
     from identity_link
     join identifier l using (identifier_id)
     join identifier r on r.identifier_id = linked_identifier_id`,
  )) {
    parts.unite([left, right]);
  }
  return parts.partition();
}

/** Each names rows that must not be: what is wrong with them, and which they are. */
const FAULTS = [
  `select 'an identifier that two profiles hold' as fault, namespace || ':' || value as id
   from identifier where held_until is null group by namespace, value having count(*) > 1`,
  `select 'a node with two names', identifier_id::text
   from identifier group by identifier_id having count(*) > 1`,
  `select 'an identifier of no profile', i.identifier_id::text
   from identifier i left join profile p using (profile_id) where p.profile_id is null`,
  `select 'an identifier of an absorbed profile', i.identifier_id::text
   from identifier i join profile p using (profile_id) where p.merged_into is not null`,
  `select 'a profile without identifiers', p.profile_id::text
   from profile p left join identifier i using (profile_id)
   where p.merged_into is null and i.profile_id is null`,
  `select 'an absorbed id that does not resolve in one hop', p.profile_id::text
   from profile p left join profile s on s.profile_id = p.merged_into
   where p.merged_into is not null and (s.profile_id is null or s.merged_into is not null)`,
  `select 'an absorbed profile that no merge tells of', p.profile_id::text
   from profile p left join profile_merge m on m.absorbed_id = p.profile_id
   where p.merged_into is not null and m.merge_id is null`,
  `select 'an absorbed id that leads elsewhere than its merge', m.absorbed_id::text
   from profile_merge m
   left join profile a on a.profile_id = m.absorbed_id
   left join profile s on s.profile_id = m.survivor_id
   where m.undone_at is null
     and a.merged_into is distinct from coalesce(s.merged_into, s.profile_id)`,
  `select 'a profile that counts wrong', p.profile_id::text
   from profile p
   left join lateral (
     select jsonb_object_agg(namespace, held) as counts
     from (select namespace, count(*) as held from identifier i
           where i.profile_id = p.profile_id group by namespace) c) n on true
   where p.identifier_counts <> coalesce(n.counts, '{}')
     or p.merges <> (select count(*) from profile a where a.merged_into = p.profile_id)`,
  `select 'two that were parted and are together', r.identifier_id::text
   from revoked_link r
   join identifier a on a.identifier_id = r.identifier_id
   join identifier b on b.identifier_id = r.other_identifier_id
   where r.lifted_at is null
     and (a.profile_id = b.profile_id or r.profile_id <> a.profile_id)`,
  `select 'a link to nowhere', l.identifier_id::text
   from identity_link l
   left join identifier a on a.identifier_id = l.identifier_id
   left join identifier b on b.identifier_id = l.linked_identifier_id
   where a.identifier_id is null or b.identifier_id is null`,
  `select 'an event of no identifier', e.event_id::text
   from event e left join identifier i using (identifier_id) where i.identifier_id is null`,
  `select 'an event before its identifier was seen', e.event_id::text
   from event e join identifier i using (identifier_id) where e.occurred_at < i.first_seen_at`,
  `select 'an event stored twice', event_id::text
   from event group by event_id having count(*) > 1`,
  `select 'an event without its receipt', e.event_id::text
   from event e left join event_receipt r using (event_id, identifier_id)
   where r.event_id is null`,
  `select 'a receipt without its event', r.event_id::text
   from event_receipt r left join event e using (event_id, identifier_id)
   where e.event_id is null`,
  `select 'a day of another profile than its identifier', d.identifier_id::text
   from activity_day d join identifier i using (identifier_id)
   where d.profile_id <> i.profile_id`,
  `select 'an identifier whose days do not count its events', e.identifier_id::text
   from (select identifier_id, count(*) as events from event group by identifier_id) e
   left join (
     select identifier_id, sum(events) as events from activity_day group by identifier_id
   ) d using (identifier_id)
   where d.events is distinct from e.events`,
];

/** What must never be in the database, whatever was sent and however it was torn down. */
export function graphFaults(sql: Sql): Promise<{ fault: string; id: string }[]> {
  return sql.query(FAULTS.join(' union all '));
}
