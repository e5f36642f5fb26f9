import type { Sql } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/graphql/instant-cursor';
import type { QuarantineId } from '../../shared/ids';

export interface SettledPage {
  readonly settled: number;
  /** Where the page ended; null after the last one. */
  readonly end: InstantPosition | null;
}

/** Settles those of a page of pending ones whose senders have corrected them themselves. */
export async function settleAccepted(
  sql: Sql,
  after: InstantPosition | null,
  limit: number,
  now: Date,
): Promise<SettledPage> {
  const [page] = await sql.query<{
    readonly looked: number;
    readonly settled: number;
    readonly at: Date;
    readonly id: QuarantineId;
  }>(
    `with page as (
       select message_key, first_received_at, quarantine_id
       from quarantined_event
       where state = 'PENDING'
         and ($1::timestamptz is null or (first_received_at, quarantine_id) > ($1, $2::uuid))
       order by first_received_at, quarantine_id
       limit $3
     ), accepted as (
       select page.message_key, receipt.event_id
       from page
       cross join lateral (
         select event_id from event_receipt where message_key = page.message_key offset 0
       ) receipt
     ), settled as (
       update quarantined_event q
       set state = 'SUPERSEDED', event_id = accepted.event_id, settled_at = $4
       from accepted
       where q.message_key = accepted.message_key and q.state = 'PENDING'
       returning q.message_key
     )
     select (select count(*)::int from page) as looked,
       (select count(*)::int from settled) as settled,
       first_received_at as at, quarantine_id as id
     from page
     order by first_received_at desc, quarantine_id desc
     limit 1`,
    [after?.at ?? null, after?.id ?? null, limit, now],
  );
  if (page === undefined) return { settled: 0, end: null };
  const { looked, settled, at, id } = page;
  return { settled, end: looked < limit ? null : { at, id } };
}

/** Deletes those that were settled before an instant. @returns how many */
export async function deleteSettled(sql: Sql, before: Date, limit: number): Promise<number> {
  const [row] = await sql.query<{ readonly count: number }>(
    `with gone as (
       delete from quarantined_event
       where message_key in (
         select message_key from quarantined_event
         where settled_at < $1
         order by settled_at
         limit $2
         for update skip locked
       )
       returning message_key
     )
     select count(*)::int as count from gone`,
    [before, limit],
  );
  return row?.count ?? 0;
}
