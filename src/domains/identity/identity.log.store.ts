import { freeShard } from '../../platform/database/counter-shards';
import type { Sql, Tx } from '../../platform/database/database';
import { digestOf } from '../../shared/digest';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { IdentityWarning } from './identity.log.rules';

/**
 * Adds warnings and counts up those that are known, and the day's counters with them, in one
 * statement. The counters are shared by all batches: call this last.
 * @param warnings each once
 */
export function recordWarnings(tx: Tx, warnings: readonly IdentityWarning[], now: Date): void {
  if (warnings.length === 0) return;
  tx.send(
    `with seen as (
       select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
         $7::uuid[], $8::timestamptz[], $9::int[])
         as s (identifier_id, fingerprint, rule, namespace, value, source, event_id, occurred_at,
           times)
     ), recorded as (
       insert into identity_warning as w (identifier_id, fingerprint, rule, namespace, value,
         source, event_id, occurred_at, times, recorded_at, last_at)
       select seen.*, $10::timestamptz, $10::timestamptz from seen
       on conflict (identifier_id, fingerprint) do update set
         times = w.times + excluded.times,
         last_at = greatest(w.last_at, excluded.last_at)
     )
     insert into identity_warning_day as d (day, rule, source, shard, times)
     select ($10::timestamptz at time zone 'utc')::date, rule, source,
       ${freeShard('identity_warning_day')}, sum(times)
     from seen
     group by rule, source
     -- One order for all, so that two batches never wait for each other in a circle.
     order by rule, source
     on conflict (day, rule, source, shard) do update set times = d.times + excluded.times`,
    [
      warnings.map((warning) => warning.identifierId),
      warnings.map((warning) => digestOf(warning.sameness)),
      warnings.map((warning) => warning.rule),
      warnings.map((warning) => warning.namespace),
      warnings.map((warning) => warning.value),
      warnings.map((warning) => warning.source),
      warnings.map((warning) => warning.eventId),
      warnings.map((warning) => warning.occurredAt),
      warnings.map((warning) => warning.times),
      now,
    ],
  );
}

/** A place in a log: newest first, and by two ids within one instant. */
export interface LogPosition {
  readonly at: Date;
  /** UUIDs. */
  readonly id: string;
  readonly otherId: string;
}

/** A page of one profile's log: `size` entries older than `after`, newest first. */
export interface LogPage {
  readonly profileId: ProfileId;
  readonly size: number;
  readonly after: LogPosition | null;
}

export interface LogRow extends LogPosition {
  readonly kind: 'LINKED' | 'REVOKED' | 'MERGED' | 'UNMERGED' | 'DEMOTED';
  readonly source: string;
  readonly eventId: EventId | null;
  /** What was linked, or not used. */
  readonly namespace: string | null;
  readonly value: string | null;
  /** What it was linked to, or came with. */
  readonly linkedNamespace: string | null;
  readonly linkedValue: string | null;
  /** Of a merge; of an unmerge the profile whose log it is, and the other one. */
  readonly survivorId: ProfileId | null;
  readonly absorbedId: ProfileId | null;
  readonly mergeId: string | null;
  /** What an operator gave. */
  readonly reason: string | null;
  readonly rule: string | null;
  readonly times: number | null;
  readonly lastAt: Date | null;
}

/**
 * The entries of each page, in the order of the pages. Links, revoked ones, merges, unmerges and
 * warnings are looked up each by its own key and cut to the page before they are put in one order.
 * Only warnings have an index by time: of the others one profile has few (1,000 identifiers at
 * most), and every new customer would pay for it.
 */
export async function findLogPages(sql: Sql, pages: readonly LogPage[]): Promise<LogRow[][]> {
  const rows = await sql.query<LogRow & { page: number }>(
    `select p.page::int - 1 as page, e.kind, e.at, e.id, e.other_id as "otherId", e.source,
       e.event_id as "eventId", e.survivor_id as "survivorId", e.absorbed_id as "absorbedId",
       e.merge_id as "mergeId", e.reason, e.rule, e.times, e.last_at as "lastAt",
       case when e.is_link then own.namespace else e.namespace end as namespace,
       case when e.is_link then own.value else e.value end as value,
       case when e.is_link then other.namespace else own.namespace end as "linkedNamespace",
       case when e.is_link then other.value else own.value end as "linkedValue"
     from (
       select page, profile_id, size,
         -- Where a page starts at the newest, it starts below what no row can reach.
         coalesce(after_at, 'infinity') as after_at,
         coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id,
         coalesce(after_other_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_other_id
       from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::uuid[], $5::uuid[])
         with ordinality as asked (profile_id, size, after_at, after_id, after_other_id, page)
     ) p
     cross join lateral (
       (select 'LINKED' as kind, l.linked_at as at, l.identifier_id as id,
          l.linked_identifier_id as other_id, true as is_link, l.source, l.event_id,
          null::uuid as survivor_id, null::uuid as absorbed_id, null::uuid as merge_id,
          null as reason, null as rule, null as namespace, null as value,
          null::int as times, null::timestamptz as last_at
        from identifier i
        join identity_link l using (identifier_id)
        where i.profile_id = p.profile_id
          and (l.linked_at, l.identifier_id, l.linked_identifier_id)
            < (p.after_at, p.after_id, p.after_other_id)
        order by 2 desc, 3 desc, 4 desc
        limit p.size)
       union all
       (select t.kind, t.at, r.identifier_id, r.other_identifier_id, true, t.source, t.event_id,
          null, null, null, t.reason, null, null, null, null, null
        from revoked_link r
        cross join lateral (
          values ('LINKED', r.linked_at, r.source, r.event_id, null),
            ('REVOKED', r.revoked_at, r.revoked_by, null, r.reason)
        ) as t (kind, at, source, event_id, reason)
        where r.profile_id = p.profile_id
          -- Where both ends are here again, one of the two rows is enough.
          and (r.identifier_id > r.other_identifier_id or not exists (
            select from revoked_link o
            where o.profile_id = r.profile_id and o.identifier_id = r.other_identifier_id
              and o.other_identifier_id = r.identifier_id and o.unmerge_id = r.unmerge_id))
          and (t.at, r.identifier_id, r.other_identifier_id)
            < (p.after_at, p.after_id, p.after_other_id)
        order by 2 desc, 3 desc, 4 desc
        limit p.size)
       union all
       (select 'MERGED', m.merged_at, m.merge_id, m.merge_id, false, m.source, m.event_id,
          m.survivor_id, m.absorbed_id, m.merge_id, m.reason, null, null, null, null, null
        from (
          select p.profile_id as survivor_id
          union all
          select profile_id from profile where merged_into = p.profile_id
        ) held
        join profile_merge m using (survivor_id)
        where (m.merged_at, m.merge_id, m.merge_id) < (p.after_at, p.after_id, p.after_other_id)
        order by 2 desc, 3 desc
        limit p.size)
       union all
       (select 'UNMERGED', u.unmerged_at, u.unmerge_id, u.other_profile_id, false, u.actor, null,
          u.profile_id, u.other_profile_id, u.merge_id, u.reason, null, null, null, null, null
        from (
          select p.profile_id
          union all
          select profile_id from profile where merged_into = p.profile_id
        ) held
        join profile_unmerge u using (profile_id)
        where (u.profile_id = p.profile_id or u.other_profile_id <> p.profile_id)
          and (u.unmerged_at, u.unmerge_id, u.other_profile_id)
          < (p.after_at, p.after_id, p.after_other_id)
        order by 2 desc, 3 desc, 4 desc
        limit p.size)
       union all
       (select 'DEMOTED', w.recorded_at, w.identifier_id, w.fingerprint, false, w.source,
          w.event_id, null, null, null, null, w.rule, w.namespace, w.value, w.times, w.last_at
        from identifier i
        cross join lateral (
          select *
          from identity_warning
          where identifier_id = i.identifier_id
            and recorded_at <= p.after_at
            and (recorded_at, identifier_id, fingerprint)
              < (p.after_at, p.after_id, p.after_other_id)
          order by recorded_at desc, fingerprint desc
          limit p.size
        ) w
        where i.profile_id = p.profile_id
        order by 2 desc, 3 desc, 4 desc
        limit p.size)
       order by 2 desc, 3 desc, 4 desc
       limit p.size
     ) e
     left join identifier own on own.identifier_id = e.id and (e.is_link or e.kind = 'DEMOTED')
     left join identifier other on other.identifier_id = e.other_id and e.is_link
     order by p.page, e.at desc, e.id desc, e.other_id desc`,
    [
      pages.map((page) => page.profileId),
      pages.map((page) => page.size),
      pages.map((page) => page.after?.at ?? null),
      pages.map((page) => page.after?.id ?? null),
      pages.map((page) => page.after?.otherId ?? null),
    ],
  );
  const found = pages.map((): LogRow[] => []);
  for (const { page, ...row } of rows) found[page]?.push(row);
  return found;
}

export interface WarningConditions {
  /** Null for any. */
  readonly rule: string | null;
  readonly source: string | null;
  /** First recorded then or later. */
  readonly since: Date | null;
}

export interface WarningRow extends LogPosition {
  /** The profile that holds the event's identifier now. */
  readonly profileId: ProfileId;
  readonly identifierId: IdentifierId;
  readonly rule: string;
  readonly namespace: string;
  readonly value: string;
  readonly source: string;
  readonly eventId: EventId;
  readonly occurredAt: Date;
  readonly times: number;
  readonly lastAt: Date;
}

/**
 * Warnings of all profiles, newest first. One index serves every combination of conditions: the
 * pairs of rule and source there are come from it by one probe each, and each pair gives its own
 * newest. The cost follows the page times the pairs, and not how many warnings there are.
 */
export function findWarnings(
  sql: Sql,
  { rule, source, since }: WarningConditions,
  after: LogPosition | null,
  limit: number,
): Promise<WarningRow[]> {
  return sql.query<WarningRow>(
    `with recursive pair as (
       (select rule, source from identity_warning order by rule, source limit 1)
       union all
       select next.rule, next.source
       from pair
       cross join lateral (
         select w.rule, w.source
         from identity_warning w
         where (w.rule, w.source) > (pair.rule, pair.source)
         order by w.rule, w.source
         limit 1
       ) next
     )
     select w.recorded_at as at, w.identifier_id as id, w.fingerprint as "otherId",
       i.profile_id as "profileId", w.identifier_id as "identifierId", w.rule, w.namespace,
       w.value, w.source, w.event_id as "eventId", w.occurred_at as "occurredAt", w.times,
       w.last_at as "lastAt"
     from (
       select newest.*
       from pair
       cross join lateral (
         select *
         from identity_warning
         where rule = pair.rule
           and source = pair.source
           and recorded_at >= coalesce($3::timestamptz, '-infinity')
           and (recorded_at, identifier_id, fingerprint) < (
             coalesce($4::timestamptz, 'infinity'),
             coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
             coalesce($6::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           )
         order by recorded_at desc, identifier_id desc, fingerprint desc
         limit $7
       ) newest
       where ($1::text is null or pair.rule = $1) and ($2::text is null or pair.source = $2)
       order by newest.recorded_at desc, newest.identifier_id desc, newest.fingerprint desc
       limit $7
     ) w
     join identifier i using (identifier_id)
     order by w.recorded_at desc, w.identifier_id desc, w.fingerprint desc`,
    [rule, source, since, after?.at ?? null, after?.id ?? null, after?.otherId ?? null, limit],
  );
}

export interface WarningCount {
  readonly rule: string;
  readonly source: string;
  readonly times: bigint;
}

/**
 * How often each rule was broken by each source, the most often first; at most 1,000 pairs. Reads
 * the counters: one row for each day, pair and shard, whatever the number of customers.
 * @param since counted from the UTC day it falls on; null for all
 */
export function countWarnings(sql: Sql, since: Date | null): Promise<WarningCount[]> {
  return sql.query<WarningCount>(
    `select rule, source, sum(times)::bigint as times
     from identity_warning_day
     where $1::timestamptz is null or day >= ($1::timestamptz at time zone 'utc')::date
     group by rule, source
     order by sum(times) desc, rule, source
     limit 1000`,
    [since],
  );
}
