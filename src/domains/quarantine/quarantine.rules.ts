import { type QuarantineId, toPublicId } from '../../shared/ids';
import { storableText } from '../../shared/text';
import { type IncomingEvent, readPayload, type WrittenEvent } from '../events';
import type { QuarantinedRow } from './quarantine.model';

type Kept = Pick<
  QuarantinedRow,
  'quarantineId' | 'messageId' | 'payload' | 'correction' | 'firstReceivedAt'
>;

/**
 * What is sent through the pipeline: the correction, where there is one, or else what was sent.
 * An event without a time of its own happened when it arrived, the first time.
 * @returns null for what is no event
 */
export function toReplay(row: Kept): IncomingEvent | null {
  const event = readPayload(row.correction ?? row.payload);
  if (event === null) return null;
  return {
    ...event,
    messageId: event.messageId ?? row.messageId,
    receivedAt: row.firstReceivedAt,
  };
}

export type CorrectedEvent =
  | { readonly valid: true; readonly event: IncomingEvent }
  | { readonly valid: false };

/**
 * The event that takes the place of what was sent. It keeps the message id, so that the sender's
 * own retry is the same event; only one without a usable id may be given one.
 */
export function toCorrected(
  row: Kept,
  event: WrittenEvent,
  messageIdLengthMax: number,
): CorrectedEvent {
  const sent = readPayload(row.payload);
  const sentId = sent === null ? null : (sent.messageId ?? row.messageId);
  const isFixed = sentId !== null && isUsable(sentId, messageIdLengthMax);
  if (isFixed && event.messageId !== undefined && event.messageId !== sentId) {
    return { valid: false };
  }
  const known = isUsable(row.messageId, messageIdLengthMax) ? row.messageId : null;
  const messageId = (isFixed ? sentId : event.messageId) ?? known ?? ownId(row.quarantineId);
  return { valid: true, event: { ...event, messageId } };
}

function isUsable(messageId: string, lengthMax: number): boolean {
  return (
    messageId.trim() !== '' &&
    messageId.length <= lengthMax &&
    messageId === storableText(messageId)
  );
}

/** The same at every replay, so that two of them are one event. */
function ownId(quarantineId: QuarantineId): string {
  return toPublicId('qtn', quarantineId);
}
