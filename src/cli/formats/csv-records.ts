import Papa from 'papaparse';
import { describeLineFault, RECORD_BYTES_MAX } from './event-format';
import type { Line } from './lines';

/** One row of a CSV file, which may go over several lines; or a line that is part of none. */
export type CsvRecord = {
  /** The line it begins on, from 1. */
  readonly lineNumber: number;
  readonly end: { readonly lines: number; readonly bytes: number };
  readonly text: string;
} & ({ readonly cells: readonly string[] } | { readonly fault: string });

/** Lines that one row may go over. */
const RECORD_LINES_MAX = 1_000;

/**
 * The rows of a CSV file (RFC 4180). Blank lines are passed over, and a line end within a cell is
 * LF, however it was written. Cells are read by Papa Parse, a
 * row at a time: so the place of each row is known to the byte, its size is bounded, and a quote
 * that is never closed costs its own line only, since what follows is read anew from the next one.
 */
export async function* readCsvRecords(
  lines: AsyncGenerator<Line, void, undefined>,
  delimiter: string,
): AsyncGenerator<CsvRecord, void, undefined> {
  try {
    yield* readFrom(new LineQueue(lines), delimiter);
  } finally {
    await lines.return();
  }
}

async function* readFrom(
  queue: LineQueue,
  delimiter: string,
): AsyncGenerator<CsvRecord, void, undefined> {
  for (;;) {
    const line = await queue.take();
    if (line === null) return;
    if (line.fault !== null) {
      yield toRecord([line], { fault: describeLineFault(line.fault) });
      continue;
    }
    if (line.text.trim() === '') continue;
    const alone = parseRow(line.text, delimiter);
    if (alone !== 'UNCLOSED') {
      yield toRecord([line], alone);
      continue;
    }
    const following = await takeUntilClosed(line, queue);
    const all = [line, ...following];
    const joined = parseRow(textOf(all), delimiter);
    if (joined !== 'UNCLOSED' && 'cells' in joined) {
      yield toRecord(all, joined);
    } else {
      queue.putBack(following);
      yield toRecord([line], { fault: 'A quote is opened and not closed as it should be.' });
    }
  }
}

/** The lines that a row goes on over, up to the one that closes its quote; bounded. */
async function takeUntilClosed(first: Line, queue: LineQueue): Promise<readonly Line[]> {
  const following: Line[] = [];
  let length = first.text.length;
  let isOpen = hasOddQuotes(first.text);
  while (isOpen && following.length < RECORD_LINES_MAX) {
    const line = await queue.take();
    if (line === null) break;
    following.push(line);
    length += line.text.length + 1;
    if (line.fault !== null || length > RECORD_BYTES_MAX) break;
    if (hasOddQuotes(line.text)) isOpen = false;
  }
  return following;
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

type Row = { readonly cells: readonly string[] } | { readonly fault: string };

function parseRow(text: string, delimiter: string): Row | 'UNCLOSED' {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: '\n' });
  const [cells, ...others] = data;
  if (errors.some(({ code }) => code === 'MissingQuotes')) return 'UNCLOSED';
  if (errors.length > 0 || cells === undefined || others.length > 0) {
    return { fault: 'The row is not CSV.' };
  }
  return { cells };
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join('\n');
}

function toRecord(lines: readonly Line[], row: Row): CsvRecord {
  const lineNumber = lines[0]?.lineNumber ?? 0;
  const last = lines.at(-1);
  const end = { lines: last?.lineNumber ?? 0, bytes: last?.endBytes ?? 0 };
  const text = textOf(lines);
  return 'cells' in row
    ? { lineNumber, end, text, cells: row.cells }
    : { lineNumber, end, text, fault: row.fault };
}

/** Lines that can be put back. */
class LineQueue {
  private putBackLines: Line[] = [];

  constructor(private readonly lines: AsyncGenerator<Line, void, undefined>) {}

  async take(): Promise<Line | null> {
    const line = this.putBackLines.shift();
    if (line !== undefined) return line;
    const next = await this.lines.next();
    return next.done === true ? null : next.value;
  }

  putBack(lines: readonly Line[]): void {
    this.putBackLines = [...lines, ...this.putBackLines];
  }
}
