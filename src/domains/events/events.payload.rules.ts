import type { JsonObject, JsonValue } from '../../shared/json';
import type { IncomingEvent } from './events.model';

/** An event as its text tells it. When and where it arrived is not the text's to say. */
export type WrittenEvent = Omit<IncomingEvent, 'messageId' | 'receivedAt' | 'fileLine'> & {
  readonly messageId?: string | undefined;
};

/**
 * The whole event as JSON, or as much of it as can be written: without what has no bottom. That
 * one is marked, so that half of an event is never taken for the whole.
 */
export function writePayload(event: IncomingEvent): string {
  try {
    return JSON.stringify(event);
  } catch {
    return JSON.stringify({ ...event, properties: undefined, traits: undefined, ...INCOMPLETE });
  }
}

const INCOMPLETE = { incomplete: true };

/** Reads a text back as the event it tells of. Null: it is no event, or only a part of one. */
export function readPayload(text: string): WrittenEvent | null {
  const value = parse(text);
  if (!isObject(value) || value['incomplete'] === true) return null;
  const { messageId, name, occurredAt, identifiers, properties, traits, channel } = value;
  if (!(isAbsent(messageId) || typeof messageId === 'string')) return null;
  if (typeof name !== 'string') return null;
  if (!Array.isArray(identifiers) || !identifiers.every(isIdentifier)) return null;
  if (![properties, traits].every((part) => isAbsent(part) || isObject(part))) return null;
  if (!(isAbsent(channel) || typeof channel === 'string')) return null;
  const happened = readInstant(occurredAt);
  if (happened === null) return null;
  // Whatever else an event has goes along. Null says no more than nothing.
  const told = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
  return { ...told, occurredAt: happened } as unknown as WrittenEvent;
}

/** Undefined where none is told, null for what is no instant of ISO 8601. */
function readInstant(value: JsonValue | undefined): Date | undefined | null {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'string' || !INSTANT.test(value)) return null;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

const INSTANT = /^([+-]\d{2})?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function isIdentifier(value: JsonValue): boolean {
  return (
    isObject(value) && typeof value['namespace'] === 'string' && typeof value['value'] === 'string'
  );
}

function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
