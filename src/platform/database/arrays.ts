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
  return `{${texts.map(quote).join(',')}}`;
}

/** Of milliseconds since 1970: `bigint[]`, which the database's `from_ms` reads back. */
export function instantArray(instants: readonly (Date | null)[]): string {
  return `{${instants.map((one) => one?.getTime() ?? 'NULL').join(',')}}`;
}

function quote(text: string): string {
  return `"${SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

const SPECIAL = /["\\]/;
