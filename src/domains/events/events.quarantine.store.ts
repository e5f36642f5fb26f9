import type { Tx } from '../../platform/database/database';
import { storableText } from '../../shared/text';
import type { Rejection } from './events.rules';

export interface QuarantineRow extends Rejection {
  readonly messageKey: string;
  readonly quarantineId: string;
  readonly source: string;
  readonly messageId: string;
  /** As it was sent: the whole event as JSON, or what was no event. */
  readonly payload: string;
}

/** Keeps what was rejected; a message sent again replaces what was kept of it before. */
export async function quarantine(tx: Tx, rows: readonly QuarantineRow[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into quarantined_event
       (message_key, quarantine_id, source, message_id, reason, detail, payload, received_at)
     select distinct on (q.message_key) q.*, $8::timestamptz
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[]) as q (message_key)
     on conflict (message_key) do update set
       reason = excluded.reason, detail = excluded.detail, payload = excluded.payload,
       received_at = excluded.received_at`,
    [
      rows.map((row) => row.messageKey),
      rows.map((row) => row.quarantineId),
      rows.map((row) => storableText(row.source)),
      rows.map((row) => storableText(row.messageId)),
      rows.map((row) => row.reason),
      rows.map((row) => storableText(row.detail)),
      rows.map((row) => storableText(row.payload)),
      now,
    ],
  );
}
