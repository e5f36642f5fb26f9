import { readApiEvent } from './api-event';
import { csvRows } from './csv';
import type { CsvMapping } from './csv-mapping';
import type { EventFormat } from './event-format';
import { jsonLines } from './json-lines';

/**
 * The forms in which a file may hold events. A further one of an object a line is a further
 * function for `jsonLines`.
 */
export const eventFormatNames = ['ndjson', 'csv'] as const;
export type EventFormatName = (typeof eventFormatNames)[number];

/** @param mapping for `csv`, which cannot be read without one */
export function eventFormat(name: EventFormatName, mapping: CsvMapping | null): EventFormat | null {
  switch (name) {
    case 'ndjson':
      return jsonLines(readApiEvent);
    case 'csv':
      return mapping === null ? null : csvRows(mapping);
  }
}
