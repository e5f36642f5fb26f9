import { freeShard } from '../../platform/database/counter-shards';
import type { Sql, Tx } from '../../platform/database/database';
import { inListOrder, Keyset, type PageRange } from '../../platform/database/keyset';
import {
  SAMPLES_MAX,
  type ViolationCount,
  type ViolationSample,
} from './event-schemas.counting.rules';

/**
 * Adds counts up, in one statement. The counters are shared by all batches: call this last.
 * @param counts each once, and in one order whoever gives them
 */
export async function addViolations(
  tx: Tx,
  counts: readonly ViolationCount[],
  now: Date,
): Promise<void> {
  if (counts.length === 0) return;
  await tx.query(
    `insert into event_schema_violation as v
       (event_name, version, source, path, rule, shard, times, first_at, last_at, samples)
     select c.event_name, c.version, c.source, c.path, c.rule,
       ${freeShard('event_schema_violation')}, c.times, $8, $8, c.samples::jsonb
     from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[])
       with ordinality as c (event_name, version, source, path, rule, times, samples, place)
     order by c.place
     on conflict (event_name, version, source, path, rule, shard) do update set
       times = v.times + excluded.times,
       first_at = least(v.first_at, excluded.first_at),
       last_at = greatest(v.last_at, excluded.last_at),
       samples = jsonb_path_query_array(
         excluded.samples || v.samples, '$[0 to ${SAMPLES_MAX - 1}]')`,
    [
      counts.map((count) => count.name),
      counts.map((count) => count.version),
      counts.map((count) => count.source),
      counts.map((count) => count.path),
      counts.map((count) => count.rule),
      counts.map((count) => count.times),
      counts.map((count) => JSON.stringify(count.samples)),
      now,
    ],
  );
}

/** What tells counters apart, and the order they are listed in. */
export interface ViolationKey {
  readonly name: string;
  readonly version: number;
  readonly source: string;
  readonly path: string;
  readonly rule: string;
}

export interface ViolationRow extends ViolationKey {
  readonly times: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Of all shards, in no order. */
  readonly samples: readonly ViolationSample[];
}

export interface ViolationConditions {
  /** Null for any. */
  readonly name: string | null;
  readonly version: number | null;
  readonly source: string | null;
  /** Seen then or later. */
  readonly since: Date | null;
}

const violationOrder = new Keyset<ViolationKey>([
  { sql: 'v.event_name', type: 'text', isDescending: false, of: ({ name }) => name },
  { sql: 'v.version', type: 'int', isDescending: false, of: ({ version }) => version },
  { sql: 'v.source', type: 'text', isDescending: false, of: ({ source }) => source },
  { sql: 'v.path', type: 'text', isDescending: false, of: ({ path }) => path },
  { sql: 'v.rule', type: 'text', isDescending: false, of: ({ rule }) => rule },
]);

/** Counters, their shards added up, in the order of their keys. */
export async function findViolations(
  sql: Sql,
  { name, version, source, since }: ViolationConditions,
  range: PageRange<ViolationKey>,
): Promise<ViolationRow[]> {
  const parameters: unknown[] = [name, version, source, since];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = violationOrder.page(range, bind);
  const rows = await sql.query<ViolationRow>(
    `select v.event_name as name, v.version, v.source, v.path, v.rule,
       sum(v.times)::bigint as times, min(v.first_at) as "firstAt", max(v.last_at) as "lastAt",
       coalesce(jsonb_path_query_array(jsonb_agg(v.samples), '$[*][*]'), '[]') as samples
     from event_schema_violation v
     where ($1::text is null or v.event_name = $1)
       and ($2::int is null or v.version = $2)
       and ($3::text is null or v.source = $3)
       and ${within}
     group by v.event_name, v.version, v.source, v.path, v.rule
     having $4::timestamptz is null or max(v.last_at) >= $4
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
}
