import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What an answer may be used for again, and by whom: never by anybody but who asked. */
export const CACHE_CONTROL = {
  /** Of mutations, errors and everything sent by POST. */
  never: 'private, no-store',
  /** Of queries by GET: kept by the client, and asked for again with its ETag. */
  revalidate: 'private, no-cache',
  /** Of queries by GET for the schema alone, which changes with a release only. */
  schema: 'private, max-age=300',
} as const;

/** By what answers to the same address differ. */
const VARY = 'Authorization, Accept, Accept-Encoding';

/** Before anything is known of the answer: what is refused is not kept either. */
export function forbidCaching(reply: FastifyReply): void {
  void reply.header('cache-control', CACHE_CONTROL.never).header('vary', VARY);
}

/**
 * Tells a client that has the answer already, and may have kept it, to use that. The answer was
 * made anew for this caller, so that the tag is compared with what they may see now.
 * @returns what to send; undefined for nothing
 */
export function sparingly(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
): string | undefined {
  const isKept = reply.getHeader('cache-control') !== CACHE_CONTROL.never;
  if (request.method !== 'GET' || !isKept) return body;
  // Weak: the same answer is sent in several encodings.
  const tag = `W/"${hash('sha1', body, 'base64url')}"`;
  void reply.header('etag', tag);
  if (!isAmong(tag, request.headers['if-none-match'])) return body;
  void reply.code(304).removeHeader('content-type');
  return undefined;
}

/** By the weak comparison (RFC 9110, sections 8.8.3.2 and 13.1.2). */
function isAmong(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = tag.slice(2);
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === opaque);
}
