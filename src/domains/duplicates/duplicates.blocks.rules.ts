import { numbersOf } from './duplicates.address.rules';
import { LOCAL_PART_LENGTH_MIN } from './duplicates.mailbox.rules';
import type { Evidence, PersonName, PostalAddress } from './duplicates.model';
import { isLogogram } from './duplicates.words.rules';

/** Words of a name that it is blocked by. */
const NAME_WORDS_MAX = 4;

/**
 * The blocks a profile is in. Only profiles that share one are compared, so a block is what every
 * pair worth proposing has in common, in a form that survives the usual differences: a birth date
 * with one word of the name, so that another may be mistyped; a mailbox; its local part anywhere;
 * a telephone number; the numbers of an address with the family name; a name in a postal area.
 * @returns each once; of bounded number and length
 */
export function blockKeysOf(evidence: Evidence): readonly string[] {
  const { name, birthDate, mailboxes, phones, address } = evidence;
  const keys: string[][] = [];
  if (name !== null && birthDate !== null) {
    for (const part of partsOf(name)) keys.push(['BIRTH_DATE_NAME', birthDate, part]);
  }
  for (const { skeleton, domain } of mailboxes) {
    keys.push(['EMAIL', `${skeleton}@${domain}`]);
    if (skeleton.length >= LOCAL_PART_LENGTH_MIN) keys.push(['EMAIL_LOCAL', skeleton]);
  }
  for (const phone of phones) keys.push(['PHONE', phone]);
  if (address?.hasStreet === true && name !== null) {
    keys.push(['ADDRESS_FAMILY', name.family, ...placeOf(address)]);
  }
  if (address?.postalCode != null && name !== null) {
    keys.push(['NAME_POSTAL_CODE', address.postalCode, ...name.words]);
  }
  return [...new Set(keys.map((key) => JSON.stringify(key)))];
}

/** Words of letters one by one; logograms together, since one by itself is half of a country's. */
function partsOf({ words }: PersonName): readonly string[] {
  const logograms = words.filter(isLogogram);
  if (logograms.length > 0) return [logograms.join('')];
  const longest = [...words].sort((left, right) => right.length - left.length);
  const whole = longest.filter((word) => word.length > 1);
  return whole.slice(0, NAME_WORDS_MAX);
}

/** House number and postal code, where both are there: the street between is spelt in many ways. */
function placeOf(address: PostalAddress): readonly string[] {
  const numbers = numbersOf(address);
  return numbers.length >= 2 ? numbers : address.words;
}
