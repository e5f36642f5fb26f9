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
 * @param sentAtMs of the batch or the item; null corrects nothing
 * @returns undefined where the item says nothing, null where what it says is no time
 */
export function occurredAtOf(
  item: JsonObject,
  sentAtMs: number | null,
  receivedAt: Date,
): Date | null | undefined {
  const timestamp = item['timestamp'] ?? null;
  const original = item['originalTimestamp'] ?? null;
  const stated = timestamp ?? original;
  if (stated === null) return undefined;
  const at = instantOf(stated);
  if (at === null) return null;
  const isCorrected = timestamp !== null && original !== null;
  if (sentAtMs === null || isCorrected) return new Date(at);
  const offBy = receivedAt.getTime() - sentAtMs;
  const isTrusted = timestamp !== null && Math.abs(offBy) <= CLOCK_TOLERANCE_MS;
  return new Date(isTrusted ? at : at + offBy);
}

/** Milliseconds; null for what is no time. */
export function instantOf(value: JsonValue | undefined): number | null {
  return typeof value === 'string' ? readInstant(value.trim()) : null;
}
