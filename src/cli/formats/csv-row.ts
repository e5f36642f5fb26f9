import type { JsonObject, JsonValue } from '../../shared/json';
import {
  type CellType,
  type CsvMapping,
  columnsOf,
  type TextValueSource,
  type ValueSource,
} from './csv-mapping';
import { instantReader } from './csv-time';
import type { ReadEvent } from './event-format';

/** Makes an event of the cells of a row; the message id is for one that brings none. */
export type ReadRow = (cells: readonly string[], derivedMessageId: string) => ReadEvent;

export type RowReader =
  | { readonly valid: true; readonly read: ReadRow }
  /** Each with its place in the mapping. */
  | { readonly valid: false; readonly faults: readonly string[] };

/** A reader of the rows under a heading. */
export function rowReader(mapping: CsvMapping, heading: readonly string[]): RowReader {
  const faults = columnsOf(mapping).flatMap(([place, column]) => {
    const first = heading.indexOf(column);
    if (first === -1) return [`${place}: the file has no column "${column}"`];
    return heading.indexOf(column, first + 1) === -1
      ? []
      : [`${place}: the file has the column "${column}" twice`];
  });
  if (faults.length > 0) return { valid: false, faults };

  const cellOf = (column: string) => {
    const index = heading.indexOf(column);
    return (cells: readonly string[]) => (cells[index] ?? '').trim();
  };
  const name = textReader(mapping.name, cellOf);
  const channel = mapping.channel === null ? null : textReader(mapping.channel, cellOf);
  const readMessageId = messageIdReader(mapping.messageId, cellOf);
  const readTime = timeReader(mapping.occurredAt, cellOf);
  const identifiers = [...mapping.identifiers].map(
    ([namespace, column]) => [namespace, cellOf(column)] as const,
  );
  const readProperties = objectReader(mapping.properties, cellOf);
  const readTraits = objectReader(mapping.traits, cellOf);

  const read: ReadRow = (cells, derivedMessageId) => {
    if (cells.length !== heading.length) {
      return { fault: `The row has ${cells.length} cells; the heading has ${heading.length}.` };
    }
    const occurredAt = readTime(cells);
    if (isFault(occurredAt)) return occurredAt;
    const properties = readProperties(cells);
    if (isFault(properties)) return properties;
    const traits = readTraits(cells);
    if (isFault(traits)) return traits;
    return {
      messageId: readMessageId?.(cells) ?? derivedMessageId,
      name: name(cells),
      occurredAt: occurredAt?.instant,
      identifiers: identifiers
        .map(([namespace, cell]) => ({ namespace, value: cell(cells) }))
        .filter(({ value }) => value !== ''),
      properties: properties?.object,
      traits: traits?.object,
      channel: channel?.(cells) || undefined,
    };
  };
  return { valid: true, read };
}

type ReadCell = (cells: readonly string[]) => string;
type CellOf = (column: string) => ReadCell;
interface CellFault {
  readonly fault: string;
}

function isFault(value: object | null): value is CellFault {
  return value !== null && 'fault' in value;
}

function textReader(source: TextValueSource, cellOf: CellOf): ReadCell {
  if ('column' in source) return cellOf(source.column);
  return () => source.constant;
}

/** The cells in one text, so that no two rows of different cells have the same. */
function messageIdReader(columns: readonly string[] | null, cellOf: CellOf): ReadCell | null {
  if (columns === null) return null;
  const parts = columns.map(cellOf);
  return (cells) => {
    const values = parts.map((part) => part(cells));
    // Without any of them there is no id, which is what the pipeline says.
    if (values.every((value) => value === '')) return '';
    return values.length === 1
      ? (values[0] ?? '')
      : values.map((value) => value.replace(/[\\:]/g, '\\$&')).join(':');
  };
}

function timeReader(source: CsvMapping['occurredAt'], cellOf: CellOf) {
  if (source === null) return () => null;
  const cell = cellOf(source.column);
  const readInstant = instantReader(source);
  return (cells: readonly string[]): { readonly instant: Date } | CellFault => {
    const text = cell(cells);
    const instant = readInstant(text);
    if (instant !== null) return { instant };
    const zone = source.format === 'ISO' && source.timeZone === null ? ' with its zone' : '';
    return { fault: `${source.column} is "${excerpt(text)}", no time as ${source.format}${zone}.` };
  };
}

type MemberReader =
  | { readonly name: string; readonly constant: JsonValue }
  | {
      readonly name: string;
      readonly column: string;
      readonly type: CellType;
      readonly cell: ReadCell;
    };

/** An object of what the cells hold; empty cells are left out. */
function objectReader(sources: ReadonlyMap<string, ValueSource>, cellOf: CellOf) {
  if (sources.size === 0) return () => null;
  const readers = [...sources].map(([name, source]): MemberReader => {
    if ('constant' in source) return { name, constant: source.constant };
    return { name, column: source.column, type: source.type, cell: cellOf(source.column) };
  });
  return (cells: readonly string[]): { readonly object: JsonObject } | CellFault => {
    const members: (readonly [string, JsonValue])[] = [];
    for (const reader of readers) {
      if ('constant' in reader) {
        members.push([reader.name, reader.constant]);
        continue;
      }
      const text = reader.cell(cells);
      if (text === '') continue;
      const value = readCell(text, reader.type);
      if (value === undefined) {
        return { fault: `${reader.column} is "${excerpt(text)}", no ${reader.type}.` };
      }
      members.push([reader.name, value]);
    }
    return { object: Object.fromEntries(members) };
  };
}

/** Undefined where the cell is not of that type. */
function readCell(text: string, type: CellType): JsonValue | undefined {
  switch (type) {
    case 'text':
      return text;
    case 'number':
      return /^[+-]?\d{1,300}(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : undefined;
    case 'boolean':
      return BOOLEANS.get(text.toLowerCase());
    case 'json':
      try {
        return JSON.parse(text) as JsonValue;
      } catch {
        return undefined;
      }
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Of a cell, enough to find it by. */
function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
