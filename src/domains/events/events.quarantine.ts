import type { Tx } from '../../platform/database/database';
import type { IdSource } from '../../shared/ids';
import type { FileLine, IncomingEvent } from './events.model';
import { writePayload } from './events.payload.rules';
import { type QuarantineRow, quarantine } from './events.quarantine.store';
import type { Rejection } from './events.rules';
import { messageKey } from './events.store';

/** What a door was sent and could not read as an event. */
export interface UnreadableItem extends Rejection {
  /** Sent again under the same one it is the same item. Blank: it is known by its payload. */
  readonly messageId: string;
  /** As it was sent, whatever text that is. */
  readonly payload: string;
  readonly fileLine?: FileLine | undefined;
}

/**
 * Keeps the events that were rejected, each with its reason.
 * @returns the messages that had not been set aside for the same reason before
 */
export async function setAside(
  tx: Tx,
  source: string,
  events: readonly IncomingEvent[],
  outcomes: readonly (object | Rejection)[],
  ids: IdSource,
  now: Date,
): Promise<readonly string[]> {
  const rows: QuarantineRow[] = [];
  for (const [index, sent] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined || !isRejection(outcome)) continue;
    const { fileLine, ...event } = sent;
    const { messageId } = event;
    rows.push(
      toRow(source, { ...outcome, messageId, payload: writePayload(event), fileLine }, ids),
    );
  }
  return quarantine(tx, rows, now);
}

/** Keeps what could not be read as events at all. */
export async function setAsideUnreadable(
  tx: Tx,
  source: string,
  items: readonly UnreadableItem[],
  ids: IdSource,
  now: Date,
): Promise<void> {
  const rows = items.map((item) => toRow(source, item, ids));
  await quarantine(tx, rows, now);
}

function toRow(source: string, item: UnreadableItem, ids: IdSource): QuarantineRow {
  const { messageId, payload, reason, detail, fileLine } = item;
  // Without an id of its own an event is known by what it says, so that none displaces another.
  const identity = messageId.trim() === '' ? payload : messageId;
  return {
    messageKey: messageKey(source, identity),
    quarantineId: ids.next(),
    source,
    messageId,
    payload,
    reason,
    detail,
    fileLine,
  };
}

function isRejection(outcome: object | Rejection): outcome is Rejection {
  return 'reason' in outcome;
}
