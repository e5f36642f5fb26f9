import { Random } from '../../seeds/random';
import type { IncomingEvent } from '../../src/domains/events';
import { MS_PER_DAY } from '../../src/shared/days';
import { productProperties, userIdOf } from './page-views';

/** A customer, with what they did, the first first. */
export interface DrawnCustomer {
  readonly userId: string;
  /** The code they pass on to others; null for most. */
  readonly code: { readonly text: string; readonly createdAt: Date } | null;
  readonly events: readonly IncomingEvent[];
}

/** One customer in so many came first, and half of these brought others later. */
const FOUNDER_EVERY = 5;

/** Of those who came later, by a code. */
const REFERRED = 0.08;

/** Registered, and never bought anything. */
const PROSPECTS = 0.3;

/** Twenty events of a customer on average: so many visits, with so many events each. */
const VISITS_MEAN = 5;
const EVENTS_PER_VISIT_MEAN = 4;

const MINUTE = 60_000;

/** @param count of all customers @param now that nothing happens after */
export function drawCustomer(index: number, count: number, now: Date): DrawnCustomer {
  const random = Random.of('reads', index);
  const isFounder = index * FOUNDER_EVERY < count;
  const begunAge = isFounder ? random.between(600, 700) : random.between(3, 590);
  const begun = now.getTime() - begunAge * MS_PER_DAY;
  const devices = drawDevices(index, random);
  const isProspect = random.chance(PROSPECTS);
  const events: IncomingEvent[] = [];
  const add = (at: number, name: string, identifiers: Named, properties: Properties) =>
    events.push({
      messageId: `${index}-${events.length}`,
      name,
      occurredAt: new Date(at),
      identifiers,
      properties,
    });

  const userId = userIdOf(index);
  const account = { namespace: 'user_id', value: userId };
  for (const [number, start] of drawVisits(begun, now.getTime(), random).entries()) {
    const device = devices.length > 0 && random.chance(0.7) ? random.pick(some(devices)) : null;
    // A first visit begins as a stranger's; later ones are now and then a stranger's throughout.
    const isSignedOut = device !== null && (number === 0 || random.chance(0.25));
    const visitor = [isSignedOut ? device : account];
    let at = start;
    for (let left = drawCount(EVENTS_PER_VISIT_MEAN, random); left > 1; left -= 1) {
      const [name, properties] = drawDeed(isProspect, `${index}-${events.length}`, random);
      add(at, name, visitor, properties);
      at += random.between(1, 5) * MINUTE;
    }
    if (number > 0) {
      add(at, ...arrivalOf(isSignedOut, visitor, random));
      continue;
    }
    add(at, 'Signed Up', [account, ...devices, ...drawAddress(index, random)], {});
    if (!isFounder && random.chance(REFERRED)) {
      const founder = 2 * random.integer(0, Math.ceil(count / FOUNDER_EVERY / 2) - 1);
      add(at + 1, 'Referral Claimed', [account], { code: codeOf(founder) });
    }
  }
  const hasCode = isFounder && index % 2 === 0;
  return {
    userId,
    code: hasCode ? { text: codeOf(index), createdAt: new Date(begun + MS_PER_DAY) } : null,
    events,
  };
}

type Named = IncomingEvent['identifiers'];
type Properties = NonNullable<IncomingEvent['properties']>;
type Key = Named[number];

function codeOf(founder: number): string {
  return `FRIEND${founder}`;
}

/** Beside the account: with the address below a customer has two identifiers on average. */
function drawDevices(index: number, random: Random): readonly Key[] {
  const devices: Key[] = [];
  if (random.chance(0.5)) devices.push({ namespace: 'anonymous_id', value: random.uuid() });
  if (random.chance(0.2)) devices.push({ namespace: 'device_id', value: `device-${index}` });
  return devices;
}

function drawAddress(index: number, random: Random): readonly Key[] {
  return random.chance(0.3) ? [{ namespace: 'email', value: `c${index}@example.com` }] : [];
}

/** When each visit begins, the first when the customer came. */
function drawVisits(begun: number, end: number, random: Random): readonly number[] {
  const latest = Math.min(end - 2 * MS_PER_DAY, begun + random.exponential(250) * MS_PER_DAY);
  const others = Array.from({ length: drawCount(VISITS_MEAN, random) - 1 }, () =>
    random.between(begun + MS_PER_DAY / 2, Math.max(latest, begun + MS_PER_DAY)),
  );
  return [begun, ...others.sort((left, right) => left - right)];
}

/** At least one; geometric. */
function drawCount(mean: number, random: Random): number {
  return 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - 1 / mean));
}

/** What a visit ends with. */
function arrivalOf(
  isSignedOut: boolean,
  visitor: Named,
  random: Random,
): [string, Named, Properties] {
  return isSignedOut || random.chance(0.7)
    ? ['Product Viewed', visitor, productProperties(random.integer(1, 99_999))]
    : ['Signed In', visitor, {}];
}

function drawDeed(isProspect: boolean, key: string, random: Random): [string, Properties] {
  const name = random.weighted([
    ['Product Viewed', 62],
    ['Order Completed', isProspect ? 0 : 13],
    ['Content Liked', 8],
    ['Comment Created', 4],
    ['Checked In', 4],
    ['Post Created', 3],
    ['Content Shared', 2],
    ['Answer Created', 1],
    ['Feedback Submitted', 3],
  ]);
  switch (name) {
    case 'Product Viewed':
      return [name, productProperties(random.integer(1, 99_999))];
    case 'Order Completed': {
      const revenue = Math.round(random.logNormal(4_500, 0.6)) / 100;
      return [name, { order_id: key, revenue, currency: 'USD' }];
    }
    case 'Feedback Submitted':
      return [name, { kind: 'NPS', score: random.integer(0, 10) }];
    default:
      return [name, { content_id: `thread-${random.integer(1, 400)}` }];
  }
}

function some<T>(list: readonly T[]): readonly [T, ...T[]] {
  return list as readonly [T, ...T[]];
}
