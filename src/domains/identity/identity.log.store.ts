import { freeShard } from '../../platform/database/counter-shards';
import type { Sql, Tx } from '../../platform/database/database';
import { Keyset, type PageKey, type PageRange, readPages } from '../../platform/database/keyset';
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

/** A page of one profile's log. */
export interface LogPage extends PageKey<LogPosition> {
  readonly profileId: ProfileId;
}

/** The order of a log: newest first. Each kind of entry has columns of its own for it. */
const logOrder = new Keyset<LogPosition>([
  { sql: 'e.at', type: 'timestamptz', isDescending: true, of: ({ at }) => at },
  { sql: 'e.id', type: 'uuid', isDescending: true, of: ({ id }) => id },
  { sql: 'e.other_id', type: 'uuid', isDescending: true, of: ({ otherId }) => otherId },
]);

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
export function findLogPages(sql: Sql, pages: readonly LogPage[]): Promise<LogRow[][]> {
  return readPages(pages, (alike) => {
    const owner = { profile_id: ['uuid', ({ profileId }: LogPage) => profileId] } as const;
    const { asked, order, parameters } = logOrder.pages(alike, owner);
    const cut = (at: string, id: string, otherId: string) => {
      const own = logOrder.over(at, id, otherId).pages(alike, owner);
      return { within: own.within, toSize: `order by ${own.order} limit p.size` };
    };
    const linked = cut('l.linked_at', 'l.identifier_id', 'l.linked_identifier_id');
    const revoked = cut('t.at', 'r.identifier_id', 'r.other_identifier_id');
    const merged = cut('m.merged_at', 'm.merge_id', 'm.merge_id');
    const unmerged = cut('u.unmerged_at', 'u.unmerge_id', 'u.other_profile_id');
    const demoted = cut('w.recorded_at', 'w.identifier_id', 'w.fingerprint');
    return sql.query<LogRow & { page: number }>(
      `select p.page, e.kind, e.at, e.id, e.other_id as "otherId", e.source,
         e.event_id as "eventId", e.survivor_id as "survivorId", e.absorbed_id as "absorbedId",
         e.merge_id as "mergeId", e.reason, e.rule, e.times, e.last_at as "lastAt",
         case when e.is_link then own.namespace else e.namespace end as namespace,
         case when e.is_link then own.value else e.value end as value,
         case when e.is_link then other.namespace else own.namespace end as "linkedNamespace",
         case when e.is_link then other.value else own.value end as "linkedValue"
       from ${asked}
       cross join lateral (
         select * from (
           (select 'LINKED' as kind, l.linked_at as at, l.identifier_id as id,
              l.linked_identifier_id as other_id, true as is_link, l.source, l.event_id,
              null::uuid as survivor_id, null::uuid as absorbed_id, null::uuid as merge_id,
              null as reason, null as rule, null as namespace, null as value,
              null::int as times, null::timestamptz as last_at
            from identifier i
            join identity_link l using (identifier_id)
            where i.profile_id = p.profile_id and ${linked.within}
            ${linked.toSize})
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
              and ${revoked.within}
            ${revoked.toSize})
           union all
           (select 'MERGED', m.merged_at, m.merge_id, m.merge_id, false, m.source, m.event_id,
              m.survivor_id, m.absorbed_id, m.merge_id, m.reason, null, null, null, null, null
            from (
              select p.profile_id as survivor_id
              union all
              select profile_id from profile where merged_into = p.profile_id
            ) held
            join profile_merge m using (survivor_id)
            where ${merged.within}
            ${merged.toSize})
           union all
           (select 'UNMERGED', u.unmerged_at, u.unmerge_id, u.other_profile_id, false, u.actor,
              null, u.profile_id, u.other_profile_id, u.merge_id, u.reason, null, null, null, null,
              null
            from (
              select p.profile_id
              union all
              select profile_id from profile where merged_into = p.profile_id
            ) held
            join profile_unmerge u using (profile_id)
            where (u.profile_id = p.profile_id or u.other_profile_id <> p.profile_id)
              and ${unmerged.within}
            ${unmerged.toSize})
           union all
           (select 'DEMOTED', w.recorded_at, w.identifier_id, w.fingerprint, false, w.source,
              w.event_id, null, null, null, null, w.rule, w.namespace, w.value, w.times, w.last_at
            from identifier i
            cross join lateral (
              select *
              from identity_warning w
              where w.identifier_id = i.identifier_id
                ${warningsWithin(alike[0]?.page)} and ${demoted.within}
              ${demoted.toSize}
            ) w
            where i.profile_id = p.profile_id
            ${demoted.toSize})
         ) e
         order by ${order}
         limit p.size
       ) e
       left join identifier own on own.identifier_id = e.id and (e.is_link or e.kind = 'DEMOTED')
       left join identifier other on other.identifier_id = e.other_id and e.is_link
       order by p.page, ${logOrder.order}`,
      parameters,
    );
  });
}

/** What the index of an identifier's warnings, which has no id in between, can begin and end with. */
function warningsWithin(shape: PageRange<LogPosition> | undefined): string {
  const since = shape?.before ? 'and w.recorded_at >= p.before_0' : '';
  const until = shape?.after ? 'and w.recorded_at <= p.after_0' : '';
  return `${since} ${until}`;
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
  range: PageRange<LogPosition>,
): Promise<WarningRow[]> {
  const parameters: unknown[] = [rule, source, since];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const warnings = logOrder.over('w.recorded_at', 'w.identifier_id', 'w.fingerprint');
  const { within, order } = warnings.page(range, bind);
  const limit = bind(range.limit);
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
       select w.*
       from pair
       cross join lateral (
         select *
         from identity_warning w
         where w.rule = pair.rule
           and w.source = pair.source
           and w.recorded_at >= coalesce($3::timestamptz, '-infinity')
           and ${within}
         order by ${order}
         limit ${limit}
       ) w
       where ($1::text is null or pair.rule = $1) and ($2::text is null or pair.source = $2)
       order by ${order}
       limit ${limit}
     ) w
     join identifier i using (identifier_id)
     order by ${warnings.order}`,
    parameters,
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
