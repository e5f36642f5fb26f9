import type { JsonObject, JsonValue } from '../../shared/json';
import { type IdentityPolicy, MASK, maskIdentifier, maskProperties, maskTraits } from '../identity';

/** What of an event, or of a call of an SDK, says what and when it is, and nothing of a person. */
const SHOWN = new Set([
  'channel',
  'event',
  'messageId',
  'name',
  'occurredAt',
  'originalTimestamp',
  'schemaVersion',
  'sentAt',
  'timestamp',
  'type',
]);

/** Of a record that is no event its name may be a person's. */
const SHOWN_OF_ANYTHING = new Set([...SHOWN].filter((name) => name !== 'name'));

/** Whether it is an event, or a call of an SDK, whose name says what happened. */
function isCalled({ identifiers, type, event }: JsonObject): boolean {
  return Array.isArray(identifiers) || typeof type === 'string' || typeof event === 'string';
}

/**
 * What was sent, for callers who may not read personal data. It need be no event, so whatever is
 * not known is masked as traits are.
 */
export function maskSentEvent(event: JsonObject, policy: IdentityPolicy): JsonObject {
  const shown = isCalled(event) ? SHOWN : SHOWN_OF_ANYTHING;
  return Object.fromEntries(
    Object.entries(maskTraits(event, policy.traitMasking)).map(([name, masked]) => {
      const sent = event[name] as JsonValue;
      if (shown.has(name) && typeof sent !== 'object') return [name, sent];
      if (name === 'identifiers' && Array.isArray(sent)) return [name, sent.map(maskNamed)];
      if (name === 'properties' && isObject(sent)) {
        return [name, maskProperties(sent, policy.propertyMasking)];
      }
      return [name, masked];
    }),
  );
}

/** The same of the text that was sent. What is no object of JSON is masked whole. */
export function maskPayload(payload: string, policy: IdentityPolicy): string {
  const sent = readObject(payload);
  return sent === null ? MASK : JSON.stringify(maskSentEvent(sent, policy));
}

/** An identifier; anything else that stands in the place of one is masked whole. */
function maskNamed(identifier: JsonValue): JsonValue {
  if (!isObject(identifier)) return MASK;
  const { namespace, value } = identifier;
  return {
    namespace: typeof namespace === 'string' ? namespace : MASK,
    value: typeof value === 'string' ? maskIdentifier(value) : MASK,
  };
}

function readObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
