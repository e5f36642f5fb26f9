import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { digestOf } from '../shared/digest';
import { InvalidInput } from '../shared/errors';
import type { TextSource } from './formats/event-format';
import { BEGINNING, type Position } from './formats/lines';

/** A file, or what comes by standard input; compressed by gzip or not. */
export interface TextInput extends TextSource {
  /** The file's name without its folder; `-` is standard input. */
  readonly name: string;
  /** Bytes as they are stored; null where that is not known beforehand. */
  readonly storedBytes: number | null;
  /** Of the first bytes as they are stored: tells another content under the same name. */
  readonly headDigest: string;
  /** How many of the stored bytes hold the text up to there, as far as has been read. */
  storedBytesAt(bytes: number): number;
}

/** Enough to tell files apart that begin with the same heading. */
const HEAD_BYTES = 64 * 1024;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** @throws InvalidInput where there is no file of that name */
export async function openFile(path: string): Promise<TextInput> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('Not a file.');
    return new FileInput(path, stats.size, await readHead(path));
  } catch {
    throw new InvalidInput(`There is no file ${path} that can be read.`);
  }
}

/** Waits for the first bytes. */
export async function openStream(stream: Readable): Promise<TextInput> {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    first.push(value);
    length += value.length;
  }
  return new StreamInput(Buffer.concat(first), chunks);
}

class FileInput implements TextInput {
  readonly name: string;
  readonly headDigest: string;
  private readonly isCompressed: boolean;
  private packedBytesRead = 0;

  constructor(
    private readonly path: string,
    readonly storedBytes: number,
    head: Buffer,
  ) {
    this.name = basename(path);
    this.headDigest = digestOfBytes(head);
    this.isCompressed = isGzip(head);
  }

  storedBytesAt(bytes: number): number {
    return this.isCompressed ? this.packedBytesRead : bytes;
  }

  openAt({ lines, bytes }: Position) {
    if (this.isCompressed) {
      return { from: BEGINNING, chunks: inflate(this.readPacked(), this.name) };
    }
    const from = bytes === null ? BEGINNING : { lines, bytes };
    return { from, chunks: createReadStream(this.path, { start: from.bytes }) };
  }

  private async *readPacked(): AsyncGenerator<Uint8Array> {
    this.packedBytesRead = 0;
    for await (const chunk of createReadStream(this.path)) {
      this.packedBytesRead += chunk.length;
      yield chunk;
    }
  }
}

class StreamInput implements TextInput {
  readonly name = '-';
  readonly storedBytes = null;
  readonly headDigest: string;

  constructor(
    private readonly head: Buffer,
    private readonly rest: AsyncIterator<Uint8Array>,
  ) {
    this.headDigest = digestOfBytes(head.subarray(0, HEAD_BYTES));
  }

  storedBytesAt(bytes: number): number {
    return bytes;
  }

  openAt() {
    const stored = this.read();
    return { from: BEGINNING, chunks: isGzip(this.head) ? inflate(stored, 'The input') : stored };
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    yield this.head;
    for (;;) {
      const { done, value } = await this.rest.next();
      if (done === true) return;
      yield value;
    }
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function digestOfBytes(bytes: Buffer): string {
  return digestOf(bytes.toString('latin1'));
}

/** By its first bytes and not by its name, which often enough says something else. */
function isGzip(head: Buffer): boolean {
  return head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
}

async function* inflate(
  stored: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  // What goes wrong is thrown where the text is read.
  const inflated = pipeline(Readable.from(stored), createGunzip(), () => undefined);
  try {
    for await (const chunk of inflated) yield chunk as Uint8Array;
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    throw new InvalidInput(`${name} is damaged: what gzip packed cannot be unpacked to its end.`);
  }
}

function isOfZlib(error: unknown): boolean {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && String(error.code).startsWith('Z_');
}
