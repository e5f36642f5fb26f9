import type { QueryResultRow } from 'pg';
import type { KnownText } from './known-reads';

/** What a parameter is made of while only the first read of an operation is known. */
export type Source =
  | { readonly kind: 'VALUE'; readonly value: unknown }
  | { readonly kind: 'NOW' }
  /** All values of a column of the rows that the first read gives, as an array. */
  | { readonly kind: 'COLUMN'; readonly name: string }
  /** The same value for each of these rows, as an array. */
  | { readonly kind: 'EACH'; readonly value: unknown };

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
  const comeAgain = sources.every(
    (source) =>
      source.kind !== 'VALUE' ||
      !Array.isArray(source.value) ||
      source.value.length <= ARRAY_LENGTH_MAX,
  );
  return comeAgain ? sources : null;
}

/** What the parameters are that can be told before the first read; the others are in the text. */
export function valuesOf(sources: readonly Source[], now: Date): unknown[] {
  const values: unknown[] = [];
  for (const source of sources) {
    if (source.kind === 'VALUE' || source.kind === 'EACH') values.push(source.value);
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
      return isColumn(value, rows, source.name);
    case 'EACH':
      return isEach(value, rows, source.value);
  }
}

function sourceOf(value: unknown, { rows, now }: Moment): Source {
  if (value instanceof Date && isSame(value, now)) return { kind: 'NOW' };
  const [row] = rows;
  const name = row && Object.keys(row).find((each) => isColumn(value, rows, each));
  if (name !== undefined) return { kind: 'COLUMN', name };
  if (Array.isArray(value) && row && isEach(value, rows, value[0])) {
    return { kind: 'EACH', value: value[0] };
  }
  return { kind: 'VALUE', value };
}

/** Whether the value is an array of what the rows have in a column, all texts, and in their order. */
function isColumn(value: unknown, rows: readonly QueryResultRow[], name: string): boolean {
  return (
    Array.isArray(value) &&
    value.length === rows.length &&
    value.every((each, index) => typeof each === 'string' && each === rows[index]?.[name])
  );
}

/** Whether the value is an array of one and the same, as long as the rows are many. */
function isEach(value: unknown, rows: readonly QueryResultRow[], each: unknown): boolean {
  return (
    Array.isArray(value) && value.length === rows.length && value.every((one) => isSame(one, each))
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime();
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((each, index) => isSame(each, other[index]));
}
