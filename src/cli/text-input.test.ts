import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { collect } from '../../test/support/text-source';
import { BEGINNING } from './formats/lines';
import { openFile, openStream, type TextInput } from './text-input';

// Long enough to come in several pieces, packed too: numbers do not repeat.
const text = Array.from({ length: 200_000 }, (_, n) => (n * 7_919_777) % 1_000_003).join('\n');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

async function read(input: TextInput, position = BEGINNING as { lines: number; bytes: number }) {
  const { chunks, from } = input.openAt(position);
  return { from, text: Buffer.concat(await collect(chunks)).toString() };
}

describe('a file', () => {
  it('is read from the place asked for', async () => {
    const input = await openFile(await write('a.ndjson', text));
    expect(input).toMatchObject({ name: 'a.ndjson', storedBytes: text.length });
    const position = { lines: 10, bytes: 70 };
    expect(await read(input, position)).toEqual({ from: position, text: text.slice(70) });
    expect(input.storedBytesAt(70)).toBe(70);
    const unknown = input.openAt({ lines: 10, bytes: null });
    expect(unknown.from).toEqual(BEGINNING);
    await unknown.chunks[Symbol.asyncIterator]().return?.();
  });

  it('is unpacked where its first bytes say so, whatever its name, and from its beginning', async () => {
    const packed = Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))]);
    const input = await openFile(await write('packed.csv', packed));
    expect(await read(input, { lines: 10, bytes: 70 })).toEqual({ from: BEGINNING, text });
    expect(input.storedBytesAt(1)).toBe(packed.length);
    const plain = await openFile(await write('plain.csv.gz', text));
    expect((await read(plain)).text).toBe(text);
  });

  it('that is cut off in the middle of what was packed is told as damaged', async () => {
    const packed = gzipSync(text);
    const input = await openFile(await write('cut.gz', packed.subarray(0, packed.length / 2)));
    await expect(read(input)).rejects.toThrow(/^cut\.gz is damaged/);
  });

  it('has another head where its content is another', async () => {
    const heads = [text, `${text}\n`, `x${text}`].map(async (content, index) => {
      return (await openFile(await write(`${index}.ndjson`, content))).headDigest;
    });
    const [one, longer, other] = await Promise.all(heads);
    expect(longer).toBe(one);
    expect(other).not.toBe(one);
  });

  it.each(['missing', '.'])('has to be one: %s', async (name) => {
    await expect(openFile(join(folder, name))).rejects.toThrow(/There is no file .* can be read/);
  });
});

describe('standard input', () => {
  const inPieces = (bytes: Buffer) =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / 999) }, (_, n) =>
        bytes.subarray(n * 999, (n + 1) * 999),
      ),
    );

  it.each([
    ['plain', Buffer.from(text)],
    ['packed', gzipSync(text)],
    ['short', Buffer.from('a')],
    ['empty', Buffer.alloc(0)],
  ])('is read from its beginning: %s', async (name, bytes) => {
    const input = await openStream(inPieces(bytes));
    const expected = name === 'packed' ? text : bytes.toString();
    expect(input).toMatchObject({ name: '-', storedBytes: null });
    expect(await read(input, { lines: 1, bytes: 2 })).toEqual({ from: BEGINNING, text: expected });
  });

  it('has the head of a file of the same bytes, however it comes', async () => {
    const file = await openFile(await write('same.ndjson', text));
    const stream = await openStream(inPieces(Buffer.from(text)));
    expect(stream.headDigest).toBe(file.headDigest);
  });
});
