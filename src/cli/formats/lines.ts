import { isUtf8 } from 'node:buffer';

/** A place in a text between two lines. */
export interface Position {
  /** Lines before it. */
  readonly lines: number;
  /** Bytes before it; null where only the lines were counted. */
  readonly bytes: number | null;
}

export const BEGINNING = { lines: 0, bytes: 0 } as const;

export interface Line {
  /** From 1. */
  readonly lineNumber: number;
  /** Without its line end. Of a line with a fault as much of it as was kept. */
  readonly text: string;
  /** Why the line cannot be read; null where it can. */
  readonly fault: 'TOO_LONG' | 'NOT_UTF8' | null;
  /** Bytes of the text up to the end of the line, its line end included. */
  readonly endBytes: number;
}

export interface SplitOptions {
  /** Bytes of a line; of a longer one only the beginning is kept. */
  readonly lineBytesMax: number;
  /** Where in the text the chunks begin. */
  readonly from?: { readonly lines: number; readonly bytes: number };
}

/** Of a line that is too long, enough to recognise it by. */
const EXCERPT_BYTES = 1_000;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * The lines of a text in UTF-8 that comes in pieces, cut anywhere. A line ends with LF or CR LF.
 * Never more than one line is held, and no more of that than the limit. A byte order mark is
 * passed over.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  { lineBytesMax, from = BEGINNING }: SplitOptions,
): AsyncGenerator<Line, void, undefined> {
  let lineNumber = from.lines + 1;
  let endBytes = from.bytes;
  const unfinished = new UnfinishedLine(lineBytesMax);
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      unfinished.add(chunk.subarray(start, end));
      endBytes += unfinished.length + 1;
      yield unfinished.finish(lineNumber, endBytes);
      lineNumber += 1;
      start = end + 1;
    }
    unfinished.add(chunk.subarray(start));
  }
  if (unfinished.length === 0) return;
  endBytes += unfinished.length;
  yield unfinished.finish(lineNumber, endBytes);
}

class UnfinishedLine {
  /** Of everything added, whether it was kept or not. */
  length = 0;
  private pieces: Uint8Array[] = [];
  private isTooLong = false;

  constructor(private readonly bytesMax: number) {}

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    if (this.isTooLong) return;
    this.pieces.push(piece);
    // One more for the CR of its line end.
    if (this.length <= this.bytesMax + 1) return;
    this.isTooLong = true;
    // A copy: a part of a piece would keep all of it.
    this.pieces = [Buffer.from(this.joined().subarray(0, EXCERPT_BYTES))];
  }

  finish(lineNumber: number, endBytes: number): Line {
    const bytes = withoutEnds(this.joined(), lineNumber === 1, this.isTooLong);
    const isTooLong = this.isTooLong || bytes.length > this.bytesMax;
    const fault = isTooLong ? 'TOO_LONG' : isUtf8(bytes) ? null : 'NOT_UTF8';
    this.length = 0;
    this.pieces = [];
    this.isTooLong = false;
    return {
      lineNumber,
      text: (isTooLong ? bytes.subarray(0, EXCERPT_BYTES) : bytes).toString(),
      fault,
      endBytes,
    };
  }

  private joined(): Buffer {
    const [piece] = this.pieces;
    // Most lines come in one piece, and need no copy.
    return this.pieces.length === 1 && piece !== undefined
      ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
      : Buffer.concat(this.pieces);
  }
}

function withoutEnds(bytes: Buffer, isFirst: boolean, isCut: boolean): Buffer {
  const start = isFirst && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const end = !isCut && bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  return bytes.subarray(start, end);
}
