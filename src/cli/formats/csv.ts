import { InvalidInput } from '../../shared/errors';
import type { CsvMapping } from './csv-mapping';
import { type CsvRecord, readCsvRecords } from './csv-records';
import { type ReadRow, rowReader } from './csv-row';
import {
  derivedMessageId,
  type EventFormat,
  placeEvent,
  RECORD_BYTES_MAX,
  type TextSource,
} from './event-format';
import { BEGINNING, type Position, splitLines } from './lines';

/**
 * A CSV file with a heading, read by a mapping. The generator throws `InvalidInput` where heading
 * and mapping do not fit.
 */
export function csvRows(mapping: CsvMapping): EventFormat {
  return async function* (source, after) {
    const { records, isFromBeginning } = open(source, after, mapping);
    const heading = isFromBeginning
      ? ((await records.next()).value ?? null)
      : await readHeading(source, mapping);
    if (heading === null) return;
    const read = readerUnder(heading, mapping);
    for await (const record of records) {
      if (record.lineNumber <= after.lines) continue;
      const event =
        'fault' in record
          ? { fault: record.fault }
          : read(record.cells, derivedMessageId(record.lineNumber, record.text));
      yield placeEvent(record, event);
    }
  };
}

function open(source: TextSource, position: Position, { delimiter }: CsvMapping) {
  const { chunks, from } = source.openAt(position);
  const lines = splitLines(chunks, { lineBytesMax: RECORD_BYTES_MAX, from });
  return { records: readCsvRecords(lines, delimiter), isFromBeginning: from.lines === 0 };
}

/** The heading of a file that is not read from its beginning on. */
async function readHeading(source: TextSource, mapping: CsvMapping): Promise<CsvRecord | null> {
  for await (const record of open(source, BEGINNING, mapping).records) return record;
  return null;
}

function readerUnder(heading: CsvRecord, mapping: CsvMapping): ReadRow {
  if ('fault' in heading) {
    throw new InvalidInput(`The heading in line ${heading.lineNumber}: ${heading.fault}`);
  }
  const reader = rowReader(
    mapping,
    heading.cells.map((cell) => cell.trim()),
  );
  if (!reader.valid) {
    throw new InvalidInput(['The mapping does not fit the file.', ...reader.faults].join('\n  '));
  }
  return reader.read;
}
