import type { JsonObject, JsonValue } from '../../shared/json';
import { storableText } from '../../shared/text';
import type { PostalAddress } from './duplicates.model';
import { TEXT_LENGTH_MAX, wordsOf } from './duplicates.words.rules';

/**
 * An address in the form it is compared in: a text, or an object as in Segment's specification
 * (`street`, `city`, `postalCode`, `state`, `country`). The country is left out, since most do not
 * write their own. Null where there is nothing in it.
 */
export function readAddress(value: JsonValue | undefined): PostalAddress | null {
  if (typeof value === 'string') return toAddress([value], true, null);
  if (!isObject(value)) return null;
  const { street = null, city = null, postalCode, postal_code: otherSpelling } = value;
  const code = readPart(postalCode ?? otherSpelling ?? null);
  const postal = wordsOf(code).join('');
  const parts = [readPart(street), readPart(city), code].filter((part) => part !== '');
  return toAddress(parts, readPart(street) !== '', postal === '' ? null : postal);
}

/** How far two addresses agree, and what share of the shorter one's words is in the other. */
export interface AddressAgreement {
  readonly agreement: 'SAME' | 'PARTIAL' | 'DIFFERENT';
  readonly similarity: number;
}

/** Fewer words than these are a street in any town. */
const WORDS_MIN = 4;

/**
 * SAME: nearly all words of the shorter one are in the other, and all that hold a digit. PARTIAL:
 * the postal code alone. Null where they cannot be compared.
 */
export function compareAddresses(
  left: PostalAddress,
  right: PostalAddress,
  sameMin: number,
): AddressAgreement | null {
  const similarity = sharedPart(left.words, right.words);
  const areComparable = left.hasStreet && right.hasStreet;
  const isSame =
    areComparable &&
    similarity >= sameMin &&
    Math.min(left.words.length, right.words.length) >= WORDS_MIN &&
    sharedPart(numbersOf(left), numbersOf(right)) === 1;
  if (isSame) return { agreement: 'SAME', similarity };
  const arePostal = left.postalCode !== null && right.postalCode !== null;
  if (arePostal && left.postalCode === right.postalCode)
    return { agreement: 'PARTIAL', similarity };
  return areComparable || arePostal ? { agreement: 'DIFFERENT', similarity } : null;
}

/** The words that hold a digit: house number and postal code, which are spelt in one way. */
export function numbersOf({ words }: PostalAddress): readonly string[] {
  return words.filter((word) => /\d/.test(word));
}

function toAddress(
  parts: readonly string[],
  hasStreet: boolean,
  postalCode: string | null,
): PostalAddress | null {
  const text = parts.join(', ').trim();
  const words = [...new Set(wordsOf(text))].sort();
  if (words.length === 0) return null;
  return { text: storableText(text.slice(0, TEXT_LENGTH_MAX)), words, hasStreet, postalCode };
}

/** What share of the shorter list is in the longer one; 0 where it is empty. */
function sharedPart(left: readonly string[], right: readonly string[]): number {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short.length === 0) return 0;
  return short.filter((word) => long.includes(word)).length / short.length;
}

function readPart(value: JsonValue): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
