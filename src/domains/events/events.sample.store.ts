import { DatabaseError } from 'pg';
import type { Sql } from '../../platform/database/database';
import type { EventId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { partitionOf } from './events.months.rules';
import { findMonths } from './events.partitions.store';

export interface SampledEvent {
  readonly eventId: EventId;
  readonly messageId: string;
  readonly source: string;
  readonly properties: JsonObject;
  readonly receivedAt: Date;
}

/** Pages read by one statement: 4 MB. */
const CHUNK_PAGES = 512;

/** Pages read at most: 128 MB. */
const PAGES_MAX = 16_384;

const UNDEFINED_TABLE = '42P01';

/** Beyond every row of a table. */
const LAST_PLACE = '(4294967295,0)';

/**
 * The latest events of a name, month by month backwards, and of each month those stored last first.
 * There is no index by name, which every event would have to pay for: the partitions are only ever
 * added to, so each is read from its end, page by page, up to a fixed number of pages of them all.
 * Of a name that is rare among all events fewer are found.
 * @param sql outside of a transaction
 */
export async function* findLatestNamed(
  sql: Sql,
  name: string,
  limit: number,
): AsyncGenerator<readonly SampledEvent[]> {
  let left = limit;
  for await (const part of lastPages(sql)) {
    const events = await findNamed(sql, name, part, left);
    left -= events.length;
    yield events;
    if (left === 0) return;
  }
}

/** Pages of one partition that lie together. */
interface Pages {
  readonly partition: string;
  readonly from: string;
  readonly until: string;
}

async function* lastPages(sql: Sql): AsyncGenerator<Pages> {
  let pagesLeft = PAGES_MAX;
  for (const month of (await findMonths(sql)).toReversed()) {
    const partition = partitionOf(month);
    let end = await countPages(sql, partition);
    // What is added meanwhile may be on the last page or after it.
    let until = LAST_PLACE;
    while (end > 0 && pagesLeft > 0) {
      const start = Math.max(0, end - Math.min(CHUNK_PAGES, pagesLeft));
      yield { partition, from: `(${start},0)`, until };
      pagesLeft -= end - start;
      until = `(${start},0)`;
      end = start;
    }
  }
}

/** None where the partition was dropped meanwhile. */
async function countPages(sql: Sql, partition: string): Promise<number> {
  const [table] = await sql.query<{ pages: number | null }>(
    `select (pg_relation_size(to_regclass($1)) / current_setting('block_size')::int)::int as pages`,
    [partition],
  );
  return table?.pages ?? 0;
}

/** None where the partition was dropped meanwhile: old events may go while they are looked at. */
async function findNamed(
  sql: Sql,
  name: string,
  pages: Pages,
  limit: number,
): Promise<readonly SampledEvent[]> {
  try {
    return await readNamed(sql, name, pages, limit);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

function readNamed(
  sql: Sql,
  name: string,
  { partition, from, until }: Pages,
  limit: number,
): Promise<SampledEvent[]> {
  return sql.query<SampledEvent>(
    `select event_id as "eventId", message_id as "messageId", source, properties,
       received_at as "receivedAt"
     from ${partition}
     where name = $1 and ctid >= $2::tid and ctid < $3::tid
     order by received_at desc, event_id desc
     limit $4`,
    [name, from, until, limit],
  );
}
