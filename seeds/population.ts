import type { IncomingEvent } from '../src/domains/events';
import { dayOf, MS_PER_DAY, startOfDay } from '../src/shared/days';
import { type Customer, customerKey, drawCustomer } from './customer';
import { drawHistory, firstOrderAge } from './history';
import { identifiersAt } from './history.identifiers';
import type { DraftEvent, Story } from './history.model';
import { type PersonaName, personaNames, personas } from './personas';
import type {
  DemoAdjustment,
  DemoReferral,
  DemoReferralCode,
  Population,
  PopulationEvent,
  PopulationOptions,
} from './population.model';
import { Random } from './random';
import { chooseShowcase } from './showcase';

/** The seed of the demo data that a first start loads. */
export const DEMO_SEED = 20_260_101;
/** The `source` to record the events under. */
export const DEMO_SOURCE = 'demo';

const DAYS_PER_MONTH = 30.44;
const CUSTOMERS_MIN = 50;
const CUSTOMERS_MAX = 5_000;
const MONTHS_MIN = 18;
const MONTHS_MAX = 60;
/** All purchases and balances of the demo are in the default currency of the company. */
const CURRENCY = 'USD';

/**
 * Invents the customers of a tea shop and everything they did up to `now`: personas with Poisson
 * processes for visits, orders, community and feedback, log-normal order values, channels that
 * are recognised only later, referrals, and what colleagues did to balances. The README beside
 * this file describes it.
 *
 * What happens depends on the seed alone; `now` only says when, so that the same people can be
 * shown on any day.
 *
 * @throws RangeError when `customers` or `months` is out of range
 */
export function generatePopulation({
  seed,
  customers = 2_000,
  now,
  months = 24,
}: PopulationOptions): Population {
  checkRange('customers', customers, CUSTOMERS_MIN, CUSTOMERS_MAX);
  checkRange('months', months, MONTHS_MIN, MONTHS_MAX);
  const horizonDays = months * DAYS_PER_MONTH;
  const told = Array.from({ length: customers }, (_, position) => {
    const index = position + 1;
    const random = Random.of(seed, customerKey(index));
    const customer = drawCustomer(random, index, personaOf(seed, position), horizonDays);
    return { customer, events: drawHistory(random, customer, CURRENCY) };
  });
  const { stories, codes, referrals } = addReferrals(shareDevices(told), seed, now);
  const events = stories
    .flatMap((story) => datedEvents(story, now))
    .sort((left, right) => left.occurredAt.getTime() - right.occurredAt.getTime());
  return {
    customers: stories.map(({ customer: { key, userId, name, personaName } }) => ({
      key,
      userId,
      name,
      persona: personaName,
    })),
    events,
    codes,
    referrals,
    adjustments: drawAdjustments(stories, seed, now),
    showcase: chooseShowcase(stories, referrals),
  };
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}.`);
  }
}

/** Every 50 customers in a row hold each persona as often as its weight says. */
function personaOf(seed: number, position: number): PersonaName {
  const wheel = personaNames.flatMap((name) =>
    Array.from({ length: personas[name].weight }, () => name),
  );
  const turn = Math.floor(position / wheel.length);
  const shuffled = Random.of(seed, 'personas', turn).shuffled(wheel);
  return shuffled[position % wheel.length] as PersonaName;
}

/**
 * Some families share a tablet: for the last months a customer's app events carry the device of
 * the customer before them. Two user ids on one device are two people, and must stay so.
 */
function shareDevices(stories: readonly Story[]): readonly Story[] {
  const sharedDays = 90;
  const usesApp = ({ events }: Story) => events.some((event) => isSignedInOnApp(event, sharedDays));
  return stories.map((story, position) => {
    const owner = stories[position - 1];
    if (owner === undefined || position % 10 !== 7 || !usesApp(owner) || !usesApp(story)) {
      return story;
    }
    const device = { namespace: 'device_id', value: owner.customer.identifiers.device_id };
    const events = story.events.map((event) =>
      isSignedInOnApp(event, sharedDays)
        ? { ...event, identifiers: event.identifiers.map((own) => replaced(own, device)) }
        : event,
    );
    return { ...story, events };
  });
}

type Identifier = IncomingEvent['identifiers'][number];

function replaced(identifier: Identifier, replacement: Identifier): Identifier {
  return identifier.namespace === replacement.namespace ? replacement : identifier;
}

function isSignedInOnApp({ age, channel, identifiers }: DraftEvent, withinDays: number): boolean {
  return (
    age < withinDays &&
    channel === 'app' &&
    identifiers.some(({ namespace }) => namespace === 'user_id')
  );
}

interface Referrals {
  readonly stories: readonly Story[];
  readonly codes: readonly DemoReferralCode[];
  readonly referrals: readonly DemoReferral[];
}

/** Gives codes to those who bring friends, and has some of the later customers claim them. */
function addReferrals(stories: readonly Story[], seed: number, now: Date): Referrals {
  const random = Random.of(seed, 'referrals');
  const referrers = stories.flatMap(({ customer }) => {
    const { userId, signUpAge, persona } = customer;
    if (userId === null || signUpAge === null || !random.chance(persona.referrerShare)) return [];
    const weight = customer.personaName === 'community_voice' ? random.between(2, 12) : 1;
    const code = `${customer.latinSurname.toUpperCase()}${String(customer.index).padStart(4, '0')}`;
    return [{ userId, code, age: signUpAge * random.between(0.7, 0.9), weight }];
  });

  const referrals: DemoReferral[] = [];
  const withClaims = stories.map((story): Story => {
    const { customer, events } = story;
    const { userId, signUpAge } = customer;
    const isInvited = random.chance(0.16);
    if (userId === null || signUpAge === null || !isInvited) return story;
    const orderAge = firstOrderAge(events) ?? 0;
    if (orderAge >= signUpAge) return story;
    const claimAge = Math.max(signUpAge - 0.01, (signUpAge + orderAge) / 2);
    const [first, ...others] = referrers
      .filter((referrer) => referrer.age > claimAge + 1 && referrer.userId !== userId)
      .map((referrer) => [referrer, referrer.weight] as const);
    const place = customer.touchpoints.find(({ signedInAge }) => signedInAge === signUpAge);
    if (first === undefined || place === undefined) return story;
    const { code, userId: referrerUserId } = random.weighted([first, ...others]);
    referrals.push({
      referrerUserId,
      refereeUserId: userId,
      code,
      claimedAt: instantAt(claimAge, now, customer),
    });
    const claim: DraftEvent = {
      age: claimAge,
      name: 'Referral Claimed',
      channel: place.channel,
      identifiers: identifiersAt(customer, place, claimAge, true),
      properties: { code },
    };
    return { customer, events: [...events, claim].sort((left, right) => right.age - left.age) };
  });

  const customerOf = new Map(stories.map(({ customer }) => [customer.userId, customer]));
  const codes = referrers.map(({ userId, code, age }) => ({
    userId,
    code,
    createdAt: instantAt(age, now, customerOf.get(userId)),
  }));
  return {
    stories: withClaims,
    codes: codes.sort((left, right) => left.createdAt.getTime() - right.createdAt.getTime()),
    referrals: referrals.sort(
      (left, right) => left.claimedAt.getTime() - right.claimedAt.getTime(),
    ),
  };
}

function drawAdjustments(
  stories: readonly Story[],
  seed: number,
  now: Date,
): readonly DemoAdjustment[] {
  const random = Random.of(seed, 'adjustments');
  return stories
    .flatMap(({ customer, events }) => {
      const { userId } = customer;
      if (userId === null) return [];
      const adjustments: DemoAdjustment[] = [];
      const adjust = (
        age: number,
        points: number,
        reason: DemoAdjustment['reason'],
        note: string,
      ) => {
        const key = `demo:${userId}:${adjustments.length + 1}`;
        const at = instantAt(Math.max(age, 0.01), now, customer);
        adjustments.push({ key, userId, points, reason, note, at });
      };
      for (const { age, properties } of events) {
        if (properties?.['kind'] !== 'COMPLAINT' || !random.chance(0.25)) continue;
        adjust(age - 2, 50 * random.integer(2, 6), 'GOODWILL', 'Apology after a complaint');
      }
      if (random.chance(0.02)) {
        const points = 10 * random.integer(2, 20);
        adjust(random.between(1, 90), points, 'CORRECTION', 'Store purchase without the card');
      }
      if (random.chance(0.03)) adjust(random.between(1, 60), 100, 'PROMOTION', 'Birthday gift');
      // A point for each unit of money is what most programmes give: well below that is safe.
      const recentSpend = events
        .filter(({ age, name }) => age < 240 && name === 'Order Completed')
        .reduce((sum, { properties }) => sum + Number(properties?.['revenue']), 0);
      const voucher = Math.min(500, Math.floor((recentSpend * 0.4) / 50) * 50);
      if (voucher > 0 && random.chance(0.15)) {
        adjust(random.between(0.5, 20), -voucher, 'REDEMPTION', `Voucher for ${voucher} points`);
      }
      return adjustments;
    })
    .sort((left, right) => left.at.getTime() - right.at.getTime());
}

function datedEvents({ customer, events }: Story, now: Date): PopulationEvent[] {
  return events.map(({ age, name, channel, identifiers, properties, traits }, index) => ({
    messageId: `${customer.key}-${String(index + 1).padStart(4, '0')}`,
    name,
    occurredAt: instantAt(age, now, customer),
    identifiers,
    properties,
    traits,
    channel,
  }));
}

/**
 * The instant of an age. Whole days back from today, at an hour when people are awake; the last
 * 24 hours are taken as they are, so that nothing is in the future. A later age never comes out
 * before an earlier one.
 */
function instantAt(age: number, now: Date, customer: Pick<Customer, 'language'> | undefined): Date {
  if (age <= 1) return new Date(now.getTime() - age * MS_PER_DAY);
  const daysBack = Math.ceil(age);
  const midnight = startOfDay(dayOf(now)).getTime() - daysBack * MS_PER_DAY;
  // From breakfast to midnight in China, from early in London to late in New York.
  const [firstHour, lastHour] = customer?.language === 'zh' ? [0, 15.9] : [7, 23.9];
  const shareOfDay = daysBack - age;
  const hours = firstHour + shareOfDay * (lastHour - firstHour);
  return new Date(midnight + Math.floor(hours * 3_600_000));
}
