import { freeShard } from '../../platform/database/counter-shards';
import type { Sql, Tx } from '../../platform/database/database';
import { prepared } from '../../platform/database/prepared';
import { storableText } from '../../shared/text';

/** More sources than this are nobody's to read in one go. */
const LISTED_SOURCES_MAX = 500;

/** How often one thing became of events. */
export interface EventTally {
  readonly outcome: 'ACCEPTED' | 'DUPLICATE' | 'QUARANTINED';
  /** Why they were quarantined; empty where they were not. */
  readonly reason: string;
  readonly times: number;
}

/**
 * Counts up what became of a batch, in one statement. The counters are shared by all batches of
 * the source: call this last.
 * @param tallies each pair of outcome and reason once
 */
export function countEvents(
  tx: Tx,
  source: string,
  tallies: readonly EventTally[],
  now: Date,
): void {
  if (tallies.length === 0) return;
  tx.send(
    prepared(`insert into event_count as c (source, outcome, reason, shard, times, first_at, last_at)
     select $1, outcome, reason, ${freeShard('event_count')}, times, $5, $5
     from unnest($2::text[], $3::text[], $4::int[]) as t (outcome, reason, times)
     -- One order for all, so that two batches never wait for each other in a circle.
     order by outcome, reason
     on conflict (source, outcome, reason, shard) do update set
       times = c.times + excluded.times,
       first_at = least(c.first_at, excluded.first_at),
       last_at = greatest(c.last_at, excluded.last_at)`),
    [
      storableText(source),
      tallies.map((tally) => tally.outcome),
      tallies.map((tally) => tally.reason),
      tallies.map((tally) => tally.times),
      now,
    ],
  );
}

export interface EventCountRow {
  readonly source: string;
  readonly outcome: EventTally['outcome'];
  readonly reason: string;
  readonly times: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** The counts of these sources, each pair of outcome and reason once, the most often first. */
export function findEventCounts(sql: Sql, sources: readonly string[]): Promise<EventCountRow[]> {
  return sql.query<EventCountRow>(
    `select source, outcome, reason, sum(times)::bigint as times, min(first_at) as "firstAt",
       max(last_at) as "lastAt"
     from event_count
     where source = any($1::text[])
     group by source, outcome, reason
     order by source, sum(times) desc, outcome, reason`,
    [sources],
  );
}

/** Every source that ever sent something, the last one to do so first; at most 500. */
export async function listCountedSources(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ source: string }>(
    `select source from event_count group by source order by max(last_at) desc, source limit $1`,
    [LISTED_SOURCES_MAX],
  );
  return rows.map(({ source }) => source);
}
