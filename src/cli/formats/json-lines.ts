import type { JsonObject, JsonValue } from '../../shared/json';
import {
  derivedMessageId,
  describeLineFault,
  type EventFormat,
  placeEvent,
  RECORD_BYTES_MAX,
  type ReadEvent,
} from './event-format';
import { type Line, splitLines } from './lines';

/**
 * A file of one JSON object a line (NDJSON).
 * @param readEvent makes an event of an object; the message id is for one that brings none
 */
export function jsonLines(
  readEvent: (object: JsonObject, derivedMessageId: string) => ReadEvent,
): EventFormat {
  return async function* (source, after) {
    const { chunks, from } = source.openAt(after);
    for await (const line of splitLines(chunks, { lineBytesMax: RECORD_BYTES_MAX, from })) {
      const { lineNumber, endBytes } = line;
      if (lineNumber <= after.lines) continue;
      const text = line.text.trim();
      if (text === '' && line.fault === null) continue;
      const place = { lineNumber, end: { lines: lineNumber, bytes: endBytes }, text };
      yield placeEvent(place, readLine(line, text));
    }
  };

  function readLine({ lineNumber, fault }: Line, text: string): ReadEvent {
    if (fault !== null) return { fault: describeLineFault(fault) };
    const value = tryParse(text);
    if (value === undefined) return { fault: 'The line is no JSON.' };
    if (!isObject(value)) return { fault: 'The line is no JSON object.' };
    return readEvent(value, derivedMessageId(lineNumber, text));
  }
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
