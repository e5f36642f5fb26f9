import {
  ageAfter,
  type Life,
  livedDays,
  type Persona,
  type PersonaName,
  personas,
} from './personas';
import { Random } from './random';
import {
  areaCodes,
  chineseGivenNames,
  chineseSurnames,
  cities,
  englishGivenNames,
  englishSurnames,
  type Language,
  mailDomains,
} from './vocabulary';

export type Channel = 'web' | 'app' | 'mini_program' | 'store';

/** One channel of a customer's. Ages are days before now. */
export interface Touchpoint {
  readonly channel: Channel;
  readonly firstAge: number;
  /** When the channel was first used signed in; null where that never happened. */
  readonly signedInAge: number | null;
}

/** Everything about a customer but what they did. */
export interface Customer {
  readonly key: string;
  readonly index: number;
  readonly personaName: PersonaName;
  readonly persona: Persona;
  readonly language: Language;
  readonly name: string;
  readonly latinSurname: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly city: string;
  readonly birthday: string;
  readonly userId: string | null;
  /** When they registered; null where they never did. */
  readonly signUpAge: number | null;
  /** The channel they came by stands first. */
  readonly touchpoints: readonly [Touchpoint, ...Touchpoint[]];
  readonly life: Life;
  /** How much more (or less) this customer does than their persona. */
  readonly eagerness: number;
  readonly orderMedianMinor: number;
  readonly identifiers: Readonly<Record<IdentifierName, string>>;
  /** One cookie after another: browsers forget. Never empty. */
  readonly anonymousIds: readonly string[];
}

type IdentifierName = 'device_id' | 'wechat_openid' | 'wechat_unionid' | 'member_card';

/** A browser keeps its cookie for so long. */
const COOKIE_LIFE_DAYS = 365;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Draws one customer. @param index from 1 */
export function drawCustomer(
  random: Random,
  index: number,
  personaName: PersonaName,
  horizonDays: number,
): Customer {
  const key = customerKey(index);
  const persona = personas[personaName];
  const language: Language = random.chance(0.6) ? 'zh' : 'en';
  const life = persona.live(random, horizonDays);
  const isRegistered = random.chance(persona.registeredShare);
  const { touchpoints, signUpAge } = drawTouchpoints(random, language, life, isRegistered);
  const names = drawName(random, language);
  const hasPhone = random.chance(language === 'zh' ? 0.8 : 0.4);
  const hasEmail = random.chance(language === 'zh' ? 0.45 : 0.92);
  return {
    key,
    index,
    personaName,
    persona,
    language,
    name: names.name,
    latinSurname: names.latinSurname,
    email: hasEmail ? `${names.mailbox}.${index}@${random.pick(mailDomains)}` : null,
    phone: hasPhone ? phoneNumber(index) : null,
    city: random.pick(cities[language]),
    birthday: drawBirthday(random),
    userId: signUpAge === null ? null : key,
    signUpAge,
    touchpoints,
    life,
    eagerness: random.logNormal(1, 0.25),
    orderMedianMinor: persona.orderMedianMinor * random.logNormal(1, 0.35),
    identifiers: {
      device_id: random.uuid().toUpperCase(),
      wechat_openid: `o${random.text(BASE64URL, 27)}`,
      wechat_unionid: `u${random.text(BASE64URL, 27)}`,
      member_card: `6200${String(index).padStart(8, '0')}`,
    },
    anonymousIds: Array.from({ length: Math.ceil(horizonDays / COOKIE_LIFE_DAYS) + 1 }, () =>
      random.uuid(),
    ),
  };
}

export function customerKey(index: number): string {
  return `demo-${String(index).padStart(4, '0')}`;
}

/** The cookie a browser of this customer shows at that age. */
export function cookieAt(customer: Customer, { firstAge }: Touchpoint, age: number): string {
  const number = Math.floor(Math.max(0, firstAge - age) / COOKIE_LIFE_DAYS);
  return customer.anonymousIds[Math.min(number, customer.anonymousIds.length - 1)] as string;
}

const channelShares: Readonly<Record<Language, readonly (readonly [Channel, number])[]>> = {
  zh: [
    ['mini_program', 0.65],
    ['app', 0.45],
    ['store', 0.3],
    ['web', 0.35],
  ],
  en: [
    ['web', 0.85],
    ['app', 0.45],
    ['store', 0.25],
  ],
};

/**
 * The channels and when each became known to be this customer. Where a second channel was used
 * unrecognised for a while, a profile of its own grew there, and signing in merges two people
 * into one.
 */
function drawTouchpoints(
  random: Random,
  language: Language,
  life: Life,
  isRegistered: boolean,
): Pick<Customer, 'touchpoints' | 'signUpAge'> {
  const shares = channelShares[language];
  const [home, ...others] = random.shuffled(
    shares.filter(([, share]) => random.chance(share)).map(([channel]) => channel),
  );
  const homeChannel: Channel = home ?? (language === 'zh' ? 'mini_program' : 'web');
  const days = livedDays(life);
  const first = { channel: homeChannel, foundDays: 0, delayDays: random.exponential(25) };
  const seconds = others.map((channel) => {
    const isSlow = random.chance(channel === 'store' ? 0.6 : 0.25);
    const foundDays = days * random.between(0.03, 0.6);
    return { channel, foundDays, delayDays: isSlow ? random.exponential(25) : 0 };
  });

  // Nobody registers at a till: who came by the store does so on their first other channel.
  const signUpPlace =
    homeChannel === 'store'
      ? [...seconds].sort((left, right) => left.foundDays - right.foundDays)[0]
      : first;
  const signUpDelayDays = Math.min(random.chance(0.55) ? 0.01 : random.exponential(6), 0.35 * days);
  const signUpAge =
    isRegistered && signUpPlace !== undefined
      ? ageAfter(life, signUpPlace.foundDays + signUpDelayDays)
      : null;

  const touchpoint = ({ channel, foundDays, delayDays }: typeof first): Touchpoint => {
    const firstAge = ageAfter(life, foundDays);
    if (signUpAge === null || channel === signUpPlace?.channel) {
      return { channel, firstAge, signedInAge: signUpAge };
    }
    const recognisedAge = ageAfter(life, Math.min(foundDays + delayDays, 0.9 * days));
    return { channel, firstAge, signedInAge: Math.min(recognisedAge, signUpAge - 0.05) };
  };
  return { signUpAge, touchpoints: [touchpoint(first), ...seconds.map(touchpoint)] };
}

function drawName(
  random: Random,
  language: Language,
): { name: string; latinSurname: string; mailbox: string } {
  const [surname, latinSurname] = random.pick(
    language === 'zh' ? chineseSurnames : englishSurnames,
  );
  const [given, latinGiven] = random.pick(
    language === 'zh' ? chineseGivenNames : englishGivenNames,
  );
  return {
    name: language === 'zh' ? `${surname}${given}` : `${given} ${surname}`,
    latinSurname,
    mailbox: `${latinGiven}.${latinSurname}`,
  };
}

function drawBirthday(random: Random): string {
  const month = String(random.integer(1, 12)).padStart(2, '0');
  return `${random.integer(1955, 2006)}-${month}-${String(random.integer(1, 28)).padStart(2, '0')}`;
}

/** A number of nobody's, different for each of the first 5,000 customers. */
function phoneNumber(index: number): string {
  const areaCode = areaCodes[Math.floor(index / 100) % areaCodes.length];
  return `+1${areaCode}55501${String(index % 100).padStart(2, '0')}`;
}
