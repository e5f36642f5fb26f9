import type { TextSource } from '../../src/cli/formats/event-format';
import { BEGINNING } from '../../src/cli/formats/lines';

/** A text that can be read from any byte on, in pieces of a few bytes. */
export function textSource(text: string, pieceBytes = 7): TextSource {
  const bytes = Buffer.from(text);
  return {
    openAt: (position) => {
      const from =
        position.bytes === null ? BEGINNING : { lines: position.lines, bytes: position.bytes };
      return { from, chunks: inPieces(bytes.subarray(from.bytes), pieceBytes) };
    },
  };
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  // Long texts are not cut finely: that is what the tests of splitting are for.
  const size = bytes.length > 100_000 ? 64 * 1024 : pieceBytes;
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
