import { readInstant } from '../../shared/instant';
import type { JsonObject, JsonValue } from '../../shared/json';

/** Less than this between sending and receiving is the way it took, and not a clock that is off. */
export const CLOCK_TOLERANCE_MS = 10_000;

/**
 * When an item happened, by a clock that may be off: `receivedAt − (sentAt − then)`.
 * - `originalTimestamp` is always read so;
 * - `timestamp`, which is what SDKs send, only where the clock is off by more than a few seconds:
 *   a time that was stated stays as it was stated;
 * - `timestamp` beside `originalTimestamp` was corrected already by whoever passed the item on.
 * Source: Segment Spec, "Common fields", Timestamps.
 * @param sentAt of the batch or the item; one that is no time corrects nothing
 * @returns undefined where the item says nothing, null where what it says is no time
 */
export function occurredAtOf(
  item: JsonObject,
  sentAt: JsonValue | undefined,
  receivedAt: Date,
): Date | null | undefined {
  const timestamp = item['timestamp'] ?? null;
  const original = item['originalTimestamp'] ?? null;
  const stated = timestamp ?? original;
  if (stated === null) return undefined;
  const at = instantOf(stated);
  if (at === null) return null;
  const isCorrected = timestamp !== null && original !== null;
  const sent = isCorrected ? null : instantOf(sentAt);
  if (sent === null) return new Date(at);
  const offBy = receivedAt.getTime() - sent;
  const isTrusted = timestamp !== null && Math.abs(offBy) <= CLOCK_TOLERANCE_MS;
  return new Date(isTrusted ? at : at + offBy);
}

function instantOf(value: JsonValue | undefined): number | null {
  return typeof value === 'string' ? readInstant(value.trim()) : null;
}
