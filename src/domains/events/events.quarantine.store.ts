import type { Tx } from '../../platform/database/database';
import { storableText } from '../../shared/text';
import type { FileLine } from './events.model';
import type { Rejection } from './events.rules';

export interface QuarantineRow extends Rejection {
  readonly messageKey: string;
  readonly quarantineId: string;
  readonly source: string;
  readonly messageId: string;
  /** As it was sent: the whole event as JSON, or what was no event. */
  readonly payload: string;
  readonly fileLine?: FileLine | undefined;
}

/** Whether what is sent now takes the place of what was kept; so does a judgement of the same. */
const IS_RENEWED = `
  kept.state = 'PENDING' and (kept.payload <> excluded.payload or kept.correction is null)
  or kept.state = 'DISCARDED' and kept.payload <> excluded.payload`;

/**
 * Keeps what was rejected. A message sent again is counted; where it is another text than before
 * it takes its place, open again, and what an operator made of the earlier text is void. But what
 * has become an event stays as it became one.
 * @returns the keys of the messages that were not here for the same reason already
 */
export async function quarantine(
  tx: Tx,
  rows: readonly QuarantineRow[],
  now: Date,
): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const kept = await tx.query<{ messageKey: string; isNew: boolean }>(
    `with earlier as (
       select message_key, reason from quarantined_event where message_key = any($1::uuid[])
     )
     insert into quarantined_event as kept
       (message_key, quarantine_id, source, message_id, reason, detail, payload, file_name,
        line_number, times_received, first_received_at, last_received_at)
     select distinct on (q.message_key) q.message_key, q.quarantine_id, q.source, q.message_id,
       q.reason, q.detail, q.payload, q.file_name, q.line_number,
       count(*) over (partition by q.message_key), $10, $10
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[], $8::text[], $9::bigint[]) with ordinality as q (message_key, quarantine_id,
       source, message_id, reason, detail, payload, file_name, line_number, place)
     order by q.message_key, q.place desc
     on conflict (message_key) do update set
       last_received_at = excluded.last_received_at,
       times_received = kept.times_received + excluded.times_received,
       (reason, detail, payload, file_name, line_number, state, correction, corrected_at,
        corrected_by, correction_reason,
        settled_at, settled_by, settlement_reason) = (
         select excluded.reason, excluded.detail, excluded.payload, excluded.file_name,
           excluded.line_number, excluded.state,
           excluded.correction, excluded.corrected_at, excluded.corrected_by,
           excluded.correction_reason, excluded.settled_at, excluded.settled_by,
           excluded.settlement_reason
         where ${IS_RENEWED}
         union all
         select kept.reason, kept.detail, kept.payload, kept.file_name, kept.line_number,
           kept.state, kept.correction,
           kept.corrected_at, kept.corrected_by, kept.correction_reason, kept.settled_at,
           kept.settled_by, kept.settlement_reason
         where not (${IS_RENEWED})
       )
     returning message_key as "messageKey", not exists (
       select from earlier
       where earlier.message_key = kept.message_key and earlier.reason = kept.reason
     ) as "isNew"`,
    [
      rows.map((row) => row.messageKey),
      rows.map((row) => row.quarantineId),
      rows.map((row) => storableText(row.source)),
      rows.map((row) => storableText(row.messageId)),
      rows.map((row) => row.reason),
      rows.map((row) => storableText(row.detail)),
      rows.map((row) => storableText(row.payload)),
      rows.map(({ fileLine }) => (fileLine === undefined ? null : storableText(fileLine.file))),
      rows.map(({ fileLine }) => fileLine?.line ?? null),
      now,
    ],
  );
  return kept.filter(({ isNew }) => isNew).map(({ messageKey }) => messageKey);
}
