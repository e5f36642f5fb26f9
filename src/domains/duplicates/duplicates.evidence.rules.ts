import type { JsonObject, JsonValue } from '../../shared/json';
import { storableText } from '../../shared/text';
import { type IdentifierKey, type IdentityPolicy, normaliseIdentifier } from '../identity';
import { readAddress } from './duplicates.address.rules';
import { readBirthDate } from './duplicates.birth-date.rules';
import { readMailbox } from './duplicates.mailbox.rules';
import type { Evidence, Mailbox, PersonName } from './duplicates.model';
import type { DuplicatePolicy } from './duplicates.policy';
import { isLogogram, TEXT_LENGTH_MAX, wordsOf } from './duplicates.words.rules';

/** E-mail addresses, telephone numbers and ids of one profile that are looked at. */
const VALUES_MAX = 10;

/** Digits that a number has at least where the region's rules do not know it. */
const PHONE_DIGITS_MIN = 7;

/**
 * What the traits and identifiers of a profile tell of who it is. What cannot be read is left out:
 * a duplicate is proposed for what is known, never for what is missing.
 * @param traits as `Profile.traits` shows them
 * @param identifiers normalised
 */
export function readEvidence(
  traits: JsonObject,
  identifiers: readonly IdentifierKey[],
  identity: IdentityPolicy,
  policy: DuplicatePolicy,
): Evidence {
  const namespaces = new Map(identity.namespaces.map((one) => [one.name, one]));
  const valuesOf = (normaliser: 'EMAIL' | 'PHONE') =>
    identifiers
      .filter(({ namespace }) => namespaces.get(namespace)?.normaliser === normaliser)
      .map(({ value }) => value);
  const emails = textsOf(traits['email']).flatMap((text) => readEmail(text, identity));
  const phones = textsOf(traits['phone']).flatMap((text) => readPhone(text, identity));
  return {
    name: readName(traits),
    birthDate: readBirthDateTrait(traits, policy),
    mailboxes: readMailboxes([...valuesOf('EMAIL'), ...emails], policy),
    phones: distinct([...valuesOf('PHONE'), ...phones]),
    address: readAddress(traits['address']),
    personIds: identifiers
      .filter(({ namespace }) => namespaces.get(namespace)?.uniqueToPerson === true)
      .map(({ namespace, value }) => ({ namespace, value }))
      .sort((left, right) => compareText(textOf(left), textOf(right)))
      .slice(0, VALUES_MAX),
  };
}

/** The trait `name`, or `firstName` and `lastName`, as `Profile.displayName` reads them. */
function readName(traits: JsonObject): PersonName | null {
  const [whole = ''] = textsOf(traits['name']);
  const [first = ''] = textsOf(traits['firstName']);
  const [last = ''] = textsOf(traits['lastName']);
  const text = whole === '' ? `${first} ${last}`.trim() : whole;
  const words = wordsOf(text);
  if (words.length === 0) return null;
  const family = wordsOf(last).join(' ');
  return {
    text: storableText(text.slice(0, TEXT_LENGTH_MAX)),
    words: [...words].sort(),
    family: family === '' ? familyOf(text, words) : family,
  };
}

/** The first of Chinese and Korean characters, what stands before a comma, or the last word. */
function familyOf(text: string, words: readonly string[]): string {
  const [beforeComma = '', afterComma] = text.split(',');
  if (afterComma !== undefined) return wordsOf(beforeComma).join(' ');
  return words.find(isLogogram) ?? words.at(-1) ?? '';
}

function readBirthDateTrait(traits: JsonObject, policy: DuplicatePolicy): string | null {
  const dates = ['birthday', 'birthDate', 'dateOfBirth']
    .flatMap((name) => textsOf(traits[name]))
    .map(readBirthDate)
    .filter((date) => date !== null);
  return dates.find((date) => !policy.placeholderBirthDates.includes(date)) ?? null;
}

function readEmail(text: string, identity: IdentityPolicy): readonly string[] {
  const namespace = identity.namespaces.find(({ normaliser }) => normaliser === 'EMAIL');
  if (namespace === undefined) return /^[^\s@]+@[^\s@]+$/.test(text) ? [text.toLowerCase()] : [];
  const normalised = normaliseIdentifier({ namespace: namespace.name, value: text }, identity);
  return normalised.usable ? [normalised.key.value] : [];
}

/** As the region's rules read it; where these do not know the number, its digits. */
function readPhone(text: string, identity: IdentityPolicy): readonly string[] {
  const namespace = identity.namespaces.find(({ normaliser }) => normaliser === 'PHONE');
  if (namespace !== undefined) {
    const normalised = normaliseIdentifier({ namespace: namespace.name, value: text }, identity);
    if (normalised.usable) return [normalised.key.value];
  }
  const digits = text.normalize('NFKC').replace(/\D/g, '');
  // 0000000 and 1111111 are nobody's.
  const isNumber = digits.length >= PHONE_DIGITS_MIN && !/^(\d)\1*$/.test(digits);
  return isNumber ? [digits] : [];
}

function readMailboxes(values: readonly string[], policy: DuplicatePolicy): readonly Mailbox[] {
  return distinct(values).flatMap((value) => readMailbox(value, policy.sharedMailboxes) ?? []);
}

/** The texts of a trait that is a text or, by its strategy, a list of them. */
function textsOf(value: JsonValue | undefined): readonly string[] {
  const values: readonly JsonValue[] = Array.isArray(value) ? value : [value ?? null];
  return values
    .filter((one) => typeof one === 'string')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .slice(0, VALUES_MAX);
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort().slice(0, VALUES_MAX);
}

function textOf({ namespace, value }: IdentifierKey): string {
  return `${namespace} ${value}`;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
