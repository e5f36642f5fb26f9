/**
 * Arrays of thousands of values as parameters, in PostgreSQL's own spelling: the driver asks of
 * each value what it is and looks through it twice for what has to be escaped.
 */

/** Of UUIDs. */
export function uuidArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}

/** Of whole numbers that JavaScript holds exactly. */
export function integerArray(numbers: readonly (number | null)[]): string {
  return `{${numbers.map((one) => one ?? 'NULL').join(',')}}`;
}

/** Of any text that PostgreSQL can keep. */
export function textArray(texts: readonly string[]): string {
  if (texts.length === 0) return '{}';
  // Seldom is there anything to escape: one look at all of them tells.
  const escaped = SPECIAL.test(texts.join('')) ? texts.map(escapeElement) : texts;
  return `{"${escaped.join('","')}"}`;
}

/**
 * Of values of which each is written as JSON, to be read by `string_to_array($n, e'\\n')`: every
 * quote in them would have to be escaped in an array's own spelling, and none holds a line break.
 */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join('\n');
}

/** Of milliseconds since 1970: `bigint[]`, which the database's `from_ms` reads back. */
export function instantArray(instants: readonly (Date | null)[]): string {
  return `{${instants.map((one) => one?.getTime() ?? 'NULL').join(',')}}`;
}

function escapeElement(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

const SPECIAL = /["\\]/;
