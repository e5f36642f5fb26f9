/** Gives `count` random bytes; cryptographic ones in use, so that codes cannot be guessed. */
export type RandomBytes = (count: number) => Uint8Array;

/** Crockford's base 32 (no I, L, O, U) without 0 and 1 too: nothing here looks like another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 30^8 codes: about 6.6 · 10^11. */
const CODE_LENGTH = 8;

/** The multiple of the alphabet's size that fits a byte: higher bytes would favour some letters. */
const BYTE_LIMIT = 256 - (256 % ALPHABET.length);

/** A new code of 8 characters, each equally likely. */
export function generateCode(randomBytes: RandomBytes): string {
  let code = '';
  while (code.length < CODE_LENGTH) {
    for (const byte of randomBytes(CODE_LENGTH)) {
      if (byte < BYTE_LIMIT && code.length < CODE_LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code;
}

/**
 * The one form a code is stored and looked up in: capitals, without the spaces and hyphens that
 * people put in.
 * @returns null where the text cannot be a code: 4 to 24 letters A–Z and digits
 */
export function normaliseCode(text: string): string | null {
  const bare = text.replace(/[\s-]/g, '');
  return /^[A-Za-z0-9]{4,24}$/.test(bare) ? bare.toUpperCase() : null;
}
