import { hash } from 'node:crypto';

/**
 * A text of any length in 16 bytes, in the form of a UUID: half of its SHA-256. Two texts with one
 * digest do not come about by chance.
 */
export function digestOf(text: string): string {
  const digest = hash('sha256', text, 'hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
