import { GraphQLISODateTime } from 'type-graphql';
import type { IncomingEvent } from '../../domains/events';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { ReadEvent } from './event-format';

const FIELDS: ReadonlySet<string> = new Set([
  'messageId',
  'name',
  'occurredAt',
  'identifiers',
  'properties',
  'traits',
  'channel',
  'schemaVersion',
]);

/**
 * Reads an event in the form of the API's `EventInput`, and as strictly: a field of another name
 * is refused, since a time under a wrong name would be taken for the time of arrival.
 * @param derivedMessageId for one that brings none
 */
export function readApiEvent(object: JsonObject, derivedMessageId: string): ReadEvent {
  const unknown = Object.keys(object).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) {
    return { fault: `"${unknown}" is no field of an event; they are ${[...FIELDS].join(', ')}.` };
  }
  const {
    messageId = null,
    name = null,
    occurredAt = null,
    identifiers = null,
    properties = null,
    traits = null,
    channel = null,
    schemaVersion = null,
  } = object;
  if (messageId !== null && typeof messageId !== 'string') return mustBe('messageId', 'text');
  if (typeof name !== 'string') return mustBe('name', 'text');
  const instant = occurredAt === null ? undefined : tryReadInstant(occurredAt);
  if (instant === null) {
    return mustBe('occurredAt', 'a time with its zone, like 2026-11-26T10:00:00Z');
  }
  if (!areIdentifiers(identifiers)) {
    return mustBe('identifiers', 'a list of objects with the texts namespace and value');
  }
  if (!isObjectOrNull(properties)) return mustBe('properties', 'an object');
  if (!isObjectOrNull(traits)) return mustBe('traits', 'an object');
  if (channel !== null && typeof channel !== 'string') return mustBe('channel', 'text');
  if (!isWholeOrNull(schemaVersion)) return mustBe('schemaVersion', 'a whole number');
  return {
    messageId: messageId ?? derivedMessageId,
    name,
    occurredAt: instant,
    identifiers,
    properties: properties ?? undefined,
    traits: traits ?? undefined,
    channel: channel ?? undefined,
    schemaVersion: schemaVersion ?? undefined,
  };
}

function isWholeOrNull(value: JsonValue): value is number | null {
  return value === null || Number.isInteger(value);
}

function mustBe(field: string, what: string): { readonly fault: string } {
  return { fault: `${field} must be ${what}.` };
}

/** As the API reads it, by its own scalar; null where it would refuse it. */
function tryReadInstant(value: JsonValue): Date | null {
  try {
    return GraphQLISODateTime.parseValue(value) as Date;
  } catch {
    return null;
  }
}

function areIdentifiers(value: JsonValue): value is IncomingEvent['identifiers'] & JsonValue {
  return (
    Array.isArray(value) &&
    value.every(
      (one: JsonValue) =>
        isObjectOrNull(one) &&
        one !== null &&
        typeof one['namespace'] === 'string' &&
        typeof one['value'] === 'string' &&
        Object.keys(one).length === 2,
    )
  );
}

function isObjectOrNull(value: JsonValue): value is JsonObject | null {
  return typeof value === 'object' && !Array.isArray(value);
}
