import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { JsonObject, JsonValue } from '../../shared/json';
import { type MaskingByName, placeOfName } from './identity.masking.policy';

/**
 * What callers see of personal data who may not read it: enough to tell two values apart at a
 * glance, never enough to write to somebody, call them or look them up elsewhere. Nothing here
 * throws, whatever it is given: what is of no known form is masked whole.
 */

/** What stands in the place of what is not shown. Of one length, so that it does not tell any. */
export const MASK = '***';
const PHONE_MASK = '*******';

/** Nothing that is nested deeper is gone through. */
const LEVELS_MAX = 32;

/** Of ids of this length and more the end is shown. */
const ID_LENGTH_MIN = 8;
const LONG_ID_LENGTH_MIN = 12;

/** The first letters of more words would tell what is written there. */
const NAME_WORDS_MAX = 4;

/** A whole number of so many digits may be one by which a person is known. */
const TELLING_NUMBER_MIN = 1_000_000;

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** E-mail: `a***@example.com`. Telephone: `+86*******12`. Others: the last letters of long ones. */
export function maskIdentifier(value: string): string {
  const contact = maskContact(value);
  if (contact !== null) return contact;
  const { length } = value;
  if (length >= LONG_ID_LENGTH_MIN) return `${MASK}${value.slice(-4).toWellFormed()}`;
  if (length >= ID_LENGTH_MIN) return `${MASK}${value.slice(-2).toWellFormed()}`;
  return MASK;
}

/** The first letter of each word: `A*** K***`. */
export function maskName(name: string): string {
  if (name.includes('@')) return maskText(name);
  const words = name
    .split(/\s+/u, NAME_WORDS_MAX + 1)
    .filter((word) => word !== '')
    .slice(0, NAME_WORDS_MAX);
  return words.length === 0 ? MASK : words.map(maskWord).join(' ');
}

/** A text that is nothing but an e-mail address or a telephone number as such, any other whole. */
export function maskText(text: string): string {
  return maskContact(text) ?? MASK;
}

/**
 * Traits tell of a person, so every text is masked that nobody said may be shown: it may be a name
 * under any name. So are long numbers; short ones and truth values are shown.
 */
export function maskTraits(traits: JsonObject, maskings: MaskingByName): JsonObject {
  return maskMembers(traits, { maskings, isStrict: true }, 0);
}

/**
 * Properties tell what happened, so they are shown, but for those that are known to be personal
 * and for e-mail addresses and telephone numbers wherever they stand.
 */
export function maskProperties(properties: JsonObject, maskings: MaskingByName): JsonObject {
  return maskMembers(properties, { maskings, isStrict: false }, 0);
}

interface Rules {
  /** By the names of members, as `placeOfName` has them. */
  readonly maskings: MaskingByName;
  /** Whether a text is masked of whose name nothing is said. */
  readonly isStrict: boolean;
}

function maskMembers(members: JsonObject, rules: Rules, level: number): JsonObject {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]): [string, JsonValue] => {
      const masking = rules.maskings.get(placeOfName(name));
      if (masking === 'SHOWN') return [name, showMember(value, rules, level)];
      if (masking === 'MASKED') return [name, maskWhole(value, level)];
      // An address may be the name of a member as well.
      return [maskContactsWithin(name), maskMember(value, rules, level)];
    }),
  );
}

/** A value that is shown as it is; what lies within an object or a list goes by its own name. */
function showMember(value: JsonValue, rules: Rules, level: number): JsonValue {
  const isWhole = typeof value !== 'object' || value === null;
  return isWhole ? value : maskMember(value, { ...rules, isStrict: false }, level);
}

/** A value of whose name nothing is said. */
function maskMember(value: JsonValue, rules: Rules, level: number): JsonValue {
  if (typeof value === 'string')
    return rules.isStrict ? maskText(value) : maskContactsWithin(value);
  if (typeof value === 'number') return rules.isStrict && isTelling(value) ? MASK : value;
  if (typeof value !== 'object' || value === null) return value;
  if (level >= LEVELS_MAX) return MASK;
  if (isList(value)) return value.map((member) => maskMember(member, rules, level + 1));
  return maskMembers(value, rules, level + 1);
}

/** A value of which nothing is shown but its form. */
function maskWhole(value: JsonValue, level: number): JsonValue {
  if (value === null) return null;
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || level >= LEVELS_MAX) return MASK;
  if (isList(value)) return value.map((member) => maskWhole(member, level + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      maskContactsWithin(name),
      maskWhole(member, level + 1),
    ]),
  );
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isTelling(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) >= TELLING_NUMBER_MIN;
}

/** Null where the text is neither an e-mail address nor a telephone number. */
function maskContact(text: string): string | null {
  const trimmed = text.trim();
  if (/^[^\s@]+@[^\s@]+$/u.test(trimmed)) return maskEmail(trimmed);
  return /^\+\d[\d\s().-]{5,24}$/u.test(trimmed) ? maskPhone(trimmed) : null;
}

function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return `${maskWord(address.slice(0, at))}${address.slice(at)}`;
}

/** The calling code and the last two digits. Of no number that there is: the last two alone. */
function maskPhone(phone: string): string {
  const code = parsePhoneNumberFromString(phone, { extract: false })?.countryCallingCode ?? '';
  return `+${code}${PHONE_MASK}${phone.replaceAll(/\D/gu, '').slice(-2)}`;
}

/** The first letter, as a reader counts them, of a word of several; of one letter nothing. */
function maskWord(word: string): string {
  const [first, second] = letters.segment(word);
  return first === undefined || second === undefined ? MASK : `${first.segment}${MASK}`;
}

const PHONES_WITHIN = /(?:\+|%2B)\d[\d\s().-]{5,24}\d/giu;
const BETWEEN_WORDS = /([\s<>()[\]"',;=&?:/|]+)/u;
const AT = /[^@](?:@|%40)[^@]/iu;

/** A text with the e-mail addresses and telephone numbers in it masked. Takes linear time. */
function maskContactsWithin(text: string): string {
  const masked = text.replaceAll(PHONES_WITHIN, (phone) => maskPhone(phone.replace(/^%2B/iu, '+')));
  if (!AT.test(masked)) return masked;
  // An address in a link may be encoded, with %40 for its @.
  return masked
    .split(BETWEEN_WORDS)
    .map((word) => (AT.test(word) ? maskEmail(word.replace(/%40/giu, '@')) : word))
    .join('');
}
