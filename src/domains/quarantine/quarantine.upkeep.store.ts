import type { Sql } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/database/keyset';
import type { EventId, QuarantineId } from '../../shared/ids';

export interface PendingRow {
  readonly quarantineId: QuarantineId;
  readonly firstReceivedAt: Date;
  /** What was accepted as its message meanwhile; null for nothing. */
  readonly eventId: EventId | null;
}

/** Pending ones, oldest first, each with what was accepted instead. */
export function findPending(
  sql: Sql,
  after: InstantPosition | null,
  limit: number,
): Promise<PendingRow[]> {
  return sql.query<PendingRow>(
    `select quarantine_id as "quarantineId", first_received_at as "firstReceivedAt",
       (select event_id from event_receipt where message_key = q.message_key) as "eventId"
     from quarantined_event q
     where state = 'PENDING'
       and ($1::timestamptz is null or (first_received_at, quarantine_id) > ($1, $2::uuid))
     order by first_received_at, quarantine_id
     limit $3`,
    [after?.at ?? null, after?.id ?? null, limit],
  );
}

/** Settles those that are pending still: something else was accepted as their message. */
export async function supersede(
  sql: Sql,
  rows: readonly Pick<PendingRow, 'quarantineId' | 'eventId'>[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `update quarantined_event q
     set state = 'SUPERSEDED', event_id = s.event_id, settled_at = $3
     from unnest($1::uuid[], $2::uuid[]) as s (quarantine_id, event_id)
     where q.quarantine_id = s.quarantine_id and q.state = 'PENDING'`,
    [rows.map((row) => row.quarantineId), rows.map((row) => row.eventId), now],
  );
}

/** Deletes those that were settled before an instant. @returns how many */
export async function deleteSettled(sql: Sql, before: Date, limit: number): Promise<number> {
  const gone = await sql.query(
    `delete from quarantined_event
     where message_key in (
       select message_key from quarantined_event
       where settled_at < $1
       order by settled_at
       limit $2
       for update skip locked
     )
     returning message_key`,
    [before, limit],
  );
  return gone.length;
}
