import type { Sql } from '../../platform/database/database';
import type { EventId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';

export interface SampledEvent {
  readonly eventId: EventId;
  readonly messageId: string;
  readonly source: string;
  readonly properties: JsonObject;
  readonly receivedAt: Date;
}

/** Pages of the table read by one statement: 4 MB. */
const CHUNK_PAGES = 512;

/** Pages read at most: 128 MB. */
const PAGES_MAX = 16_384;

/** Beyond every row of a table. */
const LAST_PLACE = '(4294967295,0)';

/**
 * The latest events of a name, those stored last first. There is no index by name, which every
 * event would have to pay for: the table is only ever added to, so it is read from its end, page by
 * page, up to a fixed number of pages. Of a name that is rare among all events fewer are found.
 */
export async function* findLatestNamed(
  sql: Sql,
  name: string,
  limit: number,
): AsyncGenerator<readonly SampledEvent[]> {
  const [table] = await sql.query<{ pages: number }>(
    `select (pg_relation_size('event') / current_setting('block_size')::int)::int as pages`,
  );
  let end = table?.pages ?? 0;
  const floor = Math.max(0, end - PAGES_MAX);
  // What is added meanwhile may be on the last page or after it.
  let until = LAST_PLACE;
  let left = limit;
  while (left > 0 && end > floor) {
    const start = Math.max(floor, end - CHUNK_PAGES);
    const events: SampledEvent[] = await sql.query<SampledEvent>(
      `select event_id as "eventId", message_id as "messageId", source, properties,
         received_at as "receivedAt"
       from event
       where name = $1 and ctid >= $2::tid and ctid < $3::tid
       order by received_at desc, event_id desc
       limit $4`,
      [name, `(${start},0)`, until, left],
    );
    left -= events.length;
    until = `(${start},0)`;
    end = start;
    yield events;
  }
}
