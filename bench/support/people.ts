import type { Random } from '../../seeds/random';
import {
  chineseGivenNames,
  chineseSurnames,
  cities,
  englishGivenNames,
  englishSurnames,
  mailDomains,
  type Written,
} from '../../seeds/vocabulary';
import { type EpochDay, formatDay } from '../../src/shared/days';

/** What one profile holds: identifiers and traits as they are stored. */
export interface PersonProfile {
  /** The person it is of: two profiles of one person are planted duplicates. */
  readonly person: number;
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly traits: Readonly<Record<string, unknown>>;
}

/** Of the profiles: second ones of a person who is there already. */
const DUPLICATES = 0.02;
/** Of the people: those who live with the one before them, and share what a family shares. */
const RELATIVES = 0.2;
/** Of these: twins, and children with the name of a parent. */
const TWINS = 0.02;
const NAMESAKES = 0.03;

/**
 * A population in the order it arrived. Names collide as they do, or more: some 50 given names, and
 * of the family names half come from some 50 and half from a thousand. Relatives share family
 * name, address, and often number and mailbox. A duplicate is typed in anew: with another account
 * or none, with some of what is known missing, mistyped or out of date.
 */
export function drawPopulation(count: number, random: Random): readonly PersonProfile[] {
  const duplicates = Math.round(count * DUPLICATES);
  const people: Person[] = [];
  const taken = new Set<string>();
  while (people.length < count - duplicates) {
    people.push(withOwnMailbox(drawPerson(people, random), people, { taken, random }));
  }
  const profiles = people.map((person) => toProfile(person, 0, random));
  for (const person of random.shuffled(people).slice(0, duplicates)) {
    profiles.push(toProfile(typedAnew(person, random), 1, random));
  }
  return random.shuffled(profiles);
}

/** A provider gives an address away once: who comes later takes a number. Families share one. */
function withOwnMailbox(
  person: Person,
  people: readonly Person[],
  { taken, random }: Drawn,
): Person {
  if (person.email === people.at(-1)?.email) return person;
  const [local = '', domain = ''] = person.email.split('@');
  let email = person.email;
  while (taken.has(email)) email = `${local}${random.integer(100, 9_999)}@${domain}`;
  taken.add(email);
  return { ...person, email };
}

interface Drawn {
  /** Mailboxes that somebody has. */
  readonly taken: Set<string>;
  readonly random: Random;
}

interface Person {
  readonly number: number;
  readonly isChinese: boolean;
  readonly given: Written;
  readonly family: Written;
  readonly birthDate: string;
  readonly email: string;
  readonly phone: string;
  readonly address: Address;
}

interface Address {
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
}

function drawPerson(people: readonly Person[], random: Random): Person {
  const number = people.length;
  const before = people.at(-1);
  if (before !== undefined && random.chance(RELATIVES)) return drawRelative(before, number, random);
  const isChinese = random.chance(0.4);
  const given = random.pick(isChinese ? chineseGivenNames : englishGivenNames);
  const family = drawFamily(isChinese, random);
  return {
    number,
    isChinese,
    given,
    family,
    birthDate: drawBirthDate(random),
    email: drawEmail(given, family, random),
    phone: drawPhone(isChinese, random),
    address: drawAddress(isChinese, random),
  };
}

function drawRelative(before: Person, number: number, random: Random): Person {
  const kind = random.next();
  const isTwin = kind < TWINS;
  const isNamesake = !isTwin && kind < TWINS + NAMESAKES;
  const names = before.isChinese ? chineseGivenNames : englishGivenNames;
  const others = names.filter(([written]) => written !== before.given[0]);
  const given = isNamesake
    ? before.given
    : (others[random.integer(0, others.length - 1)] ?? names[0]);
  return {
    ...before,
    number,
    given,
    birthDate: isTwin ? before.birthDate : drawBirthDate(random),
    phone: random.chance(0.4) ? before.phone : drawPhone(before.isChinese, random),
    email: random.chance(0.1) ? before.email : drawEmail(given, before.family, random),
  };
}

function drawFamily(isChinese: boolean, random: Random): Written {
  if (isChinese) return random.pick(chineseSurnames);
  if (random.chance(0.5)) return random.pick(englishSurnames);
  const syllables = ['bar', 'den', 'fol', 'gri', 'hau', 'kem', 'lin', 'mor', 'pas', 'tov'];
  const latin = Array.from({ length: 3 }, () => syllables[random.integer(0, 9)]).join('');
  return [latin, latin];
}

function drawBirthDate(random: Random): string {
  // 1946 to 2006.
  return formatDay(random.integer(-8_766, 13_149) as EpochDay);
}

function drawEmail([, given]: Written, [, family]: Written, random: Random): string {
  const number = random.integer(1, 99);
  const local = random.chance(0.6)
    ? `${given}.${family}${random.chance(0.5) ? number : ''}`
    : `${random.text('abcdefghijklmnoprstuvw', 7)}${number}`;
  return `${local}@${random.pick(mailDomains)}`;
}

function drawPhone(isChinese: boolean, random: Random): string {
  // Of the forms that both regions' rules know; made up, and called by nobody.
  return isChinese
    ? `+86138${random.text('0123456789', 8)}`
    : `+1217${random.integer(2, 9)}${random.text('0123456789', 6)}`;
}

function drawAddress(isChinese: boolean, random: Random): Address {
  const number = random.integer(1, 400);
  const name = random.text('abcdefghijklmnoprstuvw', 5);
  const district = random.pick(['静安', '黄浦', '徐汇', '海淀', '朝阳', '天河']);
  return {
    street: isChinese
      ? `${district}区中山路${random.integer(1, 900)}弄${number}号`
      : `${number} ${name} Street`,
    city: random.pick(cities[isChinese ? 'zh' : 'en']),
    postalCode: String(random.integer(10_000, 14_000)),
  };
}

/** What becomes of a person's data when they, or a clerk, type it in a second time. */
function typedAnew(person: Person, random: Random): Person {
  const [local = '', domain = ''] = person.email.split('@');
  const mail = random.next();
  const newEmail = drawEmail(person.given, person.family, random);
  const spelt = mail < 0.3 ? `${local}@${random.pick(mailDomains)}` : `${local}+shop@${domain}`;
  return {
    ...person,
    given: !person.isChinese && random.chance(0.15) ? mistyped(person.given, random) : person.given,
    email: mail < 0.6 ? spelt : newEmail,
    phone: random.chance(0.7) ? person.phone : drawPhone(person.isChinese, random),
    address: random.chance(0.7) ? person.address : drawAddress(person.isChinese, random),
  };
}

function mistyped([written, latin]: Written, random: Random): Written {
  const at = random.integer(1, written.length - 1);
  const letter = random.text('aeiou', 1);
  return [written.slice(0, at) + letter + written.slice(at + 1), latin];
}

/** @param turn 0 for a person's first profile, which has the account */
function toProfile(person: Person, turn: 0 | 1, random: Random): PersonProfile {
  const { number, isChinese, given, family, birthDate, email, phone, address } = person;
  const isMember = turn === 0 ? random.chance(0.7) : random.chance(0.2);
  const isEmailKnown = random.chance(0.7);
  const isPhoneKnown = random.chance(0.6);
  const full = isChinese ? `${family[0]}${given[0]}` : `${given[0]} ${family[0]}`;
  const name = random.chance(0.5) ? { name: full } : { firstName: given[0], lastName: family[0] };
  return {
    person: number,
    identifiers: [
      { namespace: 'anonymous_id', value: `${number}-${turn}` },
      ...(isMember ? [{ namespace: 'user_id', value: `u${number}-${turn}` }] : []),
    ],
    traits: {
      ...(random.chance(0.95) ? name : {}),
      ...(random.chance(0.65) ? { birthday: birthDate } : {}),
      ...(isEmailKnown ? { email } : {}),
      ...(isPhoneKnown ? { phone } : {}),
      ...(random.chance(0.6) ? { address } : {}),
    },
  };
}
