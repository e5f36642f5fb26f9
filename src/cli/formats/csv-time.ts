import { DateTime } from 'luxon';
import type { TimeSource } from './csv-mapping';

/** Reads a cell as an instant; null where it is not written as the mapping says. */
export type ReadInstant = (cell: string) => Date | null;

/** A reader for the cells of one column: what can be prepared once for all rows is. */
export function instantReader({ format, timeZone }: TimeSource): ReadInstant {
  switch (format) {
    case 'EPOCH_SECONDS':
      return (cell) => readEpoch(cell, 1000);
    case 'EPOCH_MILLISECONDS':
      return (cell) => readEpoch(cell, 1);
    case 'ISO':
      return (cell) =>
        timeZone === null && !BRINGS_ZONE.test(cell)
          ? null
          : toDate(DateTime.fromISO(cell, { zone: timeZone ?? 'UTC' }));
    default: {
      // Names of months are English, whatever this machine speaks.
      const parser = DateTime.buildFormatParser(format, { locale: 'en' });
      const options = { zone: timeZone ?? 'UTC', locale: 'en' };
      return (cell) => toDate(DateTime.fromFormatParser(cell, parser, options));
    }
  }
}

const BRINGS_ZONE = /T.*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

function readEpoch(cell: string, milliseconds: number): Date | null {
  if (!/^-?\d{1,15}(?:\.\d+)?$/.test(cell)) return null;
  const instant = new Date(Math.round(Number(cell) * milliseconds));
  return Number.isNaN(instant.getTime()) ? null : instant;
}

function toDate(time: DateTime): Date | null {
  return time.isValid ? time.toJSDate() : null;
}
