import type { JsonObject, JsonValue } from '../../shared/json';

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or null where there is none. */
export function objectOf(value: JsonValue | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

/**
 * The value as text: ids are numbers as often as not. Empty where there is none, and for an object
 * what JavaScript makes of it, which is known to name nobody.
 */
export function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? '[object Object]' : String(value);
}

/** The members of both, where both have one the second's. Loops, since it is done for each event. */
export function merged(first: JsonObject, second: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  copyInto(result, first);
  copyInto(result, second);
  return result;
}

function copyInto(target: Record<string, JsonValue>, source: JsonObject): void {
  for (const name of Object.keys(source)) {
    // As a name it would set the prototype instead.
    if (name !== '__proto__') target[name] = source[name] as JsonValue;
  }
}
