import { DateTime, IANAZone } from 'luxon';
import { DocumentPlace } from '../../shared/document';
import type { JsonValue } from '../../shared/json';

export const cellTypes = ['text', 'number', 'boolean', 'json'] as const;
export type CellType = (typeof cellTypes)[number];

/** Where a value is taken from: the cell of a column, or the same for every row. */
export type ValueSource =
  | { readonly column: string; readonly type: CellType }
  | { readonly constant: JsonValue };

export type TextValueSource = { readonly column: string } | { readonly constant: string };

export interface TimeSource {
  readonly column: string;
  /** How the cells are written; any other text is a pattern of Luxon's. */
  readonly format: 'ISO' | 'EPOCH_SECONDS' | 'EPOCH_MILLISECONDS' | string;
  /** Of times written without one; null where every cell has to bring its own. */
  readonly timeZone: string | null;
}

/** How the rows of a CSV file are read as events. */
export interface CsvMapping {
  readonly delimiter: ',' | ';' | '\t' | '|';
  readonly name: TextValueSource;
  /** The columns that tell an event from every other one; null where none do. */
  readonly messageId: readonly string[] | null;
  readonly occurredAt: TimeSource | null;
  /** The column of each namespace. */
  readonly identifiers: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, ValueSource>;
  readonly traits: ReadonlyMap<string, ValueSource>;
  readonly channel: TextValueSource | null;
}

export type ReadMapping =
  | { readonly valid: true; readonly mapping: CsvMapping }
  /** Each with its place, e.g. `properties.revenue.type: must be …`. */
  | { readonly valid: false; readonly faults: readonly string[] };

const FIELDS = [
  'delimiter',
  'name',
  'messageId',
  'occurredAt',
  'identifiers',
  'properties',
  'traits',
  'channel',
];

/** @returns the mapping, or everything that is wrong with the document */
export function readCsvMapping(document: unknown): ReadMapping {
  const faults: string[] = [];
  const root = DocumentPlace.root('the mapping', document, faults);
  root.hasOnly(FIELDS);
  const optional = <Value>(name: string, reader: (place: DocumentPlace) => Value) =>
    root.has(name) ? reader(root.at(name)) : null;
  const mapping: CsvMapping = {
    delimiter: optional('delimiter', (place) => place.oneOf([',', ';', '\t', '|'])) ?? ',',
    name: readTextSource(root.at('name')),
    messageId: optional('messageId', readMessageId),
    occurredAt: optional('occurredAt', readTimeSource),
    identifiers: new Map(
      root
        .at('identifiers')
        .entries()
        .map(([namespace, place]) => [namespace, readColumn(place)]),
    ),
    properties: optional('properties', readValueSources) ?? new Map(),
    traits: optional('traits', readValueSources) ?? new Map(),
    channel: optional('channel', readTextSource),
  };
  if (mapping.identifiers.size === 0) root.at('identifiers').fault('must name a column');
  return faults.length === 0 ? { valid: true, mapping } : { valid: false, faults };
}

/** Every column the mapping names, with the place where it does. */
export function columnsOf(mapping: CsvMapping): readonly (readonly [string, string])[] {
  const { name, messageId, occurredAt, identifiers, properties, traits, channel } = mapping;
  const one = (place: string, source: TextValueSource | ValueSource | TimeSource | null) =>
    source !== null && 'column' in source ? [[place, source.column] as const] : [];
  const each = (place: string, sources: CsvMapping['properties']) =>
    [...sources].flatMap(([key, source]) => one(`${place}.${key}.column`, source));
  return [
    ...one('name.column', name),
    ...(messageId ?? []).map((column, index) => [`messageId.columns[${index}]`, column] as const),
    ...one('occurredAt.column', occurredAt),
    ...[...identifiers].map(([namespace, column]) => [`identifiers.${namespace}`, column] as const),
    ...each('properties', properties),
    ...each('traits', traits),
    ...one('channel.column', channel),
  ];
}

const COLUMNS_OF_MESSAGE_ID_MAX = 20;

function readColumn(place: DocumentPlace): string {
  return place.text(/\S/, 'the heading of a column');
}

/** Whether the value is that of a column; a fault where it is neither that nor a constant. */
function isOfColumn(place: DocumentPlace, others: readonly string[] = []): boolean {
  place.hasOnly(['column', 'constant', ...others]);
  if (place.has('column') === place.has('constant')) {
    place.fault('must have either column or constant');
  }
  return place.has('column');
}

function readTextSource(place: DocumentPlace): TextValueSource {
  return isOfColumn(place)
    ? { column: readColumn(place.at('column')) }
    : { constant: place.at('constant').text(/\S/, 'text') };
}

function readMessageId(place: DocumentPlace): readonly string[] {
  place.hasOnly(['columns']);
  return place.at('columns').list(1, COLUMNS_OF_MESSAGE_ID_MAX).map(readColumn);
}

function readValueSources(place: DocumentPlace): ReadonlyMap<string, ValueSource> {
  return new Map(place.entries().map(([name, source]) => [name, readValueSource(source)]));
}

function readValueSource(place: DocumentPlace): ValueSource {
  if (!isOfColumn(place, ['type'])) {
    if (place.has('type')) place.at('type').fault('must be left out beside constant');
    return { constant: place.at('constant').value as JsonValue };
  }
  return {
    column: readColumn(place.at('column')),
    type: place.has('type') ? place.at('type').oneOf(cellTypes) : 'text',
  };
}

function readTimeSource(place: DocumentPlace): TimeSource {
  place.hasOnly(['column', 'format', 'timeZone']);
  const format = place
    .at('format')
    .text(/\S/, 'ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS or a pattern');
  const isPattern = !['', 'ISO', 'EPOCH_SECONDS', 'EPOCH_MILLISECONDS'].includes(format);
  if (isPattern && !isPatternOfInstants(format)) {
    place.at('format').fault('must be a pattern of a date and time, like yyyy-MM-dd HH:mm:ss');
  }
  const timeZone = place.has('timeZone') ? readTimeZone(place.at('timeZone')) : null;
  if (isPattern && timeZone === null) {
    place.at('timeZone').fault('must be there beside a pattern, e.g. Europe/Berlin or UTC');
  }
  if (timeZone !== null && format.startsWith('EPOCH_')) {
    place.at('timeZone').fault('must be left out: an epoch has none');
  }
  return { column: readColumn(place.at('column')), format, timeZone };
}

function readTimeZone(place: DocumentPlace): string {
  const timeZone = place.text(/\S/, 'a time zone like Europe/Berlin or UTC');
  if (timeZone !== '' && !IANAZone.isValidZone(timeZone)) {
    place.fault('must be a time zone like Europe/Berlin or UTC');
  }
  return timeZone;
}

/** Whether a day that is written by the pattern is read as that day. */
function isPatternOfInstants(pattern: string): boolean {
  const sample = DateTime.utc(2021, 11, 26, 17, 30, 45);
  const text = sample.toFormat(pattern, { locale: 'en' });
  const read = DateTime.fromFormat(text, pattern, { zone: 'UTC', locale: 'en' });
  return read.isValid && read.toISODate() === sample.toISODate();
}
