import type { QueryResultRow } from 'pg';
import type { KnownText } from './known-reads';

/** What a parameter is made of while only the first read of an operation is known. */
export type Source =
  | { readonly kind: 'VALUE'; readonly value: unknown }
  | { readonly kind: 'NOW' }
  /** All values of a column of the rows that the first read gives, each so many times, as an array. */
  | { readonly kind: 'COLUMN'; readonly name: string; readonly times: number }
  /** The same values for each of these rows, as an array. */
  | { readonly kind: 'EACH'; readonly values: readonly unknown[] };

/** Longer arrays are the ids of a page, or the like: nothing that comes again. */
const ARRAY_LENGTH_MAX = 10;

/** What is known when the reads that follow the first one are wanted. */
export interface Moment {
  readonly first: KnownText;
  /** What the first read gave. */
  readonly rows: readonly QueryResultRow[];
  /** The instant that all of the operation is of. */
  readonly now: Date;
}

/**
 * What the parameters would be made of, had they been foreseen; null where it is not to be expected
 * that they come again.
 */
export function sourcesOf(parameters: readonly unknown[], moment: Moment): Source[] | null {
  const sources = parameters.map((value) => sourceOf(value, moment));
  return sources.every((source) => mayComeAgain(source, moment)) ? sources : null;
}

/** Neither do long lists, nor some of those who were found: it will be others the next time. */
function mayComeAgain(source: Source, { rows }: Moment): boolean {
  if (source.kind === 'EACH') return source.values.length <= ARRAY_LENGTH_MAX;
  if (source.kind !== 'VALUE' || !Array.isArray(source.value)) return true;
  return source.value.length <= ARRAY_LENGTH_MAX && !isOfSome(source.value, rows);
}

/** Whether the values are what some of the rows have in a column. */
function isOfSome(values: readonly unknown[], rows: readonly QueryResultRow[]): boolean {
  const [row] = rows;
  if (row === undefined || values.length === 0) return false;
  return Object.keys(row).some((name) => {
    const column = new Set(rows.map((each) => each[name]));
    return values.every((value) => typeof value === 'string' && column.has(value));
  });
}

/** What the parameters are that can be told before the first read; the others are in the text. */
export function valuesOf(sources: readonly Source[], now: Date): unknown[] {
  const values: unknown[] = [];
  for (const source of sources) {
    if (source.kind === 'VALUE') values.push(source.value);
    else if (source.kind === 'EACH') values.push(source.values);
    else if (source.kind === 'NOW') values.push(now);
  }
  return values;
}

/** Whether these are just the parameters that the sources have given. */
export function areOf(
  sources: readonly Source[],
  parameters: readonly unknown[],
  moment: Moment,
): boolean {
  return (
    sources.length === parameters.length &&
    sources.every((source, index) => isOf(source, parameters[index], moment))
  );
}

function isOf(source: Source, value: unknown, { rows, now }: Moment): boolean {
  switch (source.kind) {
    case 'VALUE':
      return isSame(value, source.value);
    case 'NOW':
      return isSame(value, now);
    case 'COLUMN':
      return isColumn(value, rows, source.name, source.times);
    case 'EACH':
      return isEach(value, rows, source.values);
  }
}

function sourceOf(value: unknown, { rows, now }: Moment): Source {
  if (value instanceof Date && isSame(value, now)) return { kind: 'NOW' };
  const [row] = rows;
  if (row === undefined || !Array.isArray(value)) return { kind: 'VALUE', value };
  const times = value.length / rows.length;
  if (times === 0 || !Number.isInteger(times)) return { kind: 'VALUE', value };
  const name = Object.keys(row).find((each) => isColumn(value, rows, each, times));
  if (name !== undefined) return { kind: 'COLUMN', name, times };
  const values = value.slice(0, times);
  return isEach(value, rows, values) ? { kind: 'EACH', values } : { kind: 'VALUE', value };
}

/** Whether the value is an array of what the rows have in a column, all texts, and in their order. */
function isColumn(
  value: unknown,
  rows: readonly QueryResultRow[],
  name: string,
  times: number,
): boolean {
  return (
    Array.isArray(value) &&
    value.length === rows.length * times &&
    value.every(
      (one, index) => typeof one === 'string' && one === rows[Math.floor(index / times)]?.[name],
    )
  );
}

/** Whether the value is an array of the same values over and over, once for each row. */
function isEach(
  value: unknown,
  rows: readonly QueryResultRow[],
  values: readonly unknown[],
): boolean {
  return (
    Array.isArray(value) &&
    value.length === rows.length * values.length &&
    value.every((one, index) => isSame(one, values[index % values.length]))
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime();
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((each, index) => isSame(each, other[index]));
}
