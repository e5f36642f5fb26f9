import { hash, randomBytes } from 'node:crypto';

const RANDOM_BYTES = 32;

/**
 * A secret nobody can guess, behind a prefix by which people and secret scanners recognise it.
 * After the prefix: letters, digits, `-` and `_`.
 */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(RANDOM_BYTES).toString('base64url');
}

/**
 * What is stored of a secret. A plain hash is enough for 256 random bits, which cannot be guessed
 * at any speed; and finding the hash by the primary key leaks no timing that would help to guess.
 */
export function hashOfSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
