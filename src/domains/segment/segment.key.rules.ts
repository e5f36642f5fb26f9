import type { JsonValue } from '../../shared/json';
import { isObject, textOf } from './segment.json.rules';

/** The scheme's case does not matter (RFC 9110, section 11.1). */
const BASIC = /^basic +([A-Za-z0-9+/=_-]+) *$/i;
const BEARER = /^bearer +(\S+) *$/i;

/**
 * The write key of a request: the user name of Basic authorization, a Bearer token, the body's
 * `writeKey`, or the address's. The first that says something counts, so what is wrong in a header
 * is not mended by what is right in the body.
 * @returns empty where there is none
 */
export function writeKeyOf(
  authorization: string | undefined,
  body: JsonValue,
  queried: string | undefined,
): string {
  const stated = fromAuthorization(authorization ?? '');
  if (stated !== '') return stated;
  const inBody = isObject(body) ? textOf(body['writeKey']) : '';
  return inBody === '' ? (queried ?? '') : inBody;
}

function fromAuthorization(authorization: string): string {
  const credentials = BASIC.exec(authorization)?.[1];
  if (credentials === undefined) return BEARER.exec(authorization)?.[1] ?? authorization.trim();
  const [userName = ''] = decodeBase64(credentials).split(':');
  return userName;
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
