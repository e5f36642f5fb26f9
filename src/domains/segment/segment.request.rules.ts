import type { JsonValue } from '../../shared/json';
import { isObject, objectOf } from './segment.json.rules';
import type { CallType, SentRequest } from './segment.model';
import { instantOf } from './segment.time.rules';

/**
 * Finds the items of a body: those of its `batch`, or the body itself.
 * @param callType that of the address; null for the addresses of batches
 * @returns null where the body is neither, which no retry can mend
 */
export function readRequest(body: JsonValue, callType: CallType | null): SentRequest | null {
  if (!isObject(body)) return null;
  const { batch } = body;
  const sentAtMs = instantOf(body['sentAt']);
  if (Array.isArray(batch)) {
    // What the items of a batch are is said by each, whatever the address.
    const items = batch as readonly JsonValue[];
    return { items, context: objectOf(body['context']), sentAtMs, callType: null };
  }
  const isItem = batch === undefined && (callType !== null || typeof body['type'] === 'string');
  return isItem ? { items: [body], context: null, sentAtMs, callType } : null;
}
