import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { JsonValue } from '../../shared/json';
import { BodyTooLarge, UnreadableBody } from './segment.errors';

const inflate = promisify(gunzip);

/**
 * Reads a body as JSON, inflated where it is gzip. What it is is told by its first bytes: headers
 * say `text/plain` or a form as often as not, and some proxies inflate and leave the header.
 * @param bytesMax of the inflated body
 * @throws UnreadableBody, BodyTooLarge
 */
export async function readBody(body: Buffer, bytesMax: number): Promise<JsonValue> {
  const bytes = await plainBytes(body, bytesMax);
  // Read as U+FFFD, two ids that differ in such bytes only would become one.
  if (!isUtf8(bytes)) throw new UnreadableBody('The body is not text in UTF-8.');
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as JsonValue;
  } catch {
    throw new UnreadableBody('The body is not valid JSON.');
  }
}

async function plainBytes(body: Buffer, bytesMax: number): Promise<Buffer> {
  // RFC 1952, section 2.3.1. No JSON starts so.
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  if (!isGzip) return body;
  try {
    return await inflate(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BodyTooLarge(`The body inflates to more than ${bytesMax} bytes.`, {
        limitBytes: bytesMax,
      });
    }
    throw new UnreadableBody('The body is not valid gzip.');
  }
}
