import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultEventMap, readFeedback } from '../src/domains/events';
import { defaultIdentityPolicy, normaliseIdentifier } from '../src/domains/identity';
import { MS_PER_DAY } from '../src/shared/days';
import { demoEventNames } from './history.model';
import { loadingSteps } from './loading';
import { type PersonaName, personaNames, personas } from './personas';
import { DEMO_SEED, generatePopulation } from './population';
import type { PopulationEvent, PopulationOptions } from './population.model';

const now = new Date('2026-03-01T03:00:00Z');
const population = generatePopulation({ seed: DEMO_SEED, now });
const { customers, events, codes, referrals, adjustments, showcase } = population;

const personaOf = new Map(customers.map(({ key, persona }) => [key, persona]));
const isOrder = ({ name }: PopulationEvent) => name === 'Order Completed';

/** Whose an event is: message ids begin with the customer's key. */
function keyOf({ messageId }: PopulationEvent): string {
  return messageId.slice(0, 'demo-0000'.length);
}

function eventsOf(key: string): PopulationEvent[] {
  return eventsByKey.get(key) ?? [];
}

/** In the order in which they are listed. */
function eventsByCustomer(list: readonly PopulationEvent[]): Map<string, PopulationEvent[]> {
  const byCustomer = new Map<string, PopulationEvent[]>();
  for (const event of list) {
    const own = byCustomer.get(keyOf(event));
    if (own === undefined) byCustomer.set(keyOf(event), [event]);
    else own.push(event);
  }
  return byCustomer;
}

const eventsByKey = eventsByCustomer(events);

function daysBefore({ occurredAt }: PopulationEvent): number {
  return (now.getTime() - occurredAt.getTime()) / MS_PER_DAY;
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
}

describe('the same people every time', () => {
  const customersOf = (options: Partial<PopulationOptions> = {}) =>
    generatePopulation({ seed: DEMO_SEED, now, customers: 300, ...options });
  const few = customersOf();

  it('is the same for the same seed and now', () => {
    // As text: comparing objects this large takes the test runner seconds.
    expect(JSON.stringify(customersOf()) === JSON.stringify(few)).toBe(true);
  });

  it('is another for another seed', () => {
    const { events: others } = customersOf({ seed: DEMO_SEED + 1, customers: 50 });
    expect(others).not.toEqual(few.events.slice(0, others.length));
  });

  it('tells the same story on another day, at other times', () => {
    const later = customersOf({ now: new Date('2027-07-19T22:41:07Z') });
    const told = ({ messageId, name }: PopulationEvent) => `${messageId} ${name}`;
    expect(later.events.map(told).sort()).toEqual(few.events.map(told).sort());
    expect(later.showcase).toEqual(few.showcase);
  });

  it('does not change a customer because there are more of them', () => {
    expect(few.customers).toEqual(customers.slice(0, 300));
  });
});

describe('events', () => {
  it('number enough to show something and few enough for a first start', () => {
    expect(events.length).toBeGreaterThan(30_000);
    expect(events.length).toBeLessThan(40_000);
  });

  it.each(['2026-03-01T00:00:00Z', '2026-03-01T03:00:00Z', '2026-02-28T23:59:59.999Z'])(
    'span two years, in order, and none is in the future of %s',
    (instant) => {
      const told = generatePopulation({ seed: 5, now: new Date(instant), customers: 500 }).events;
      const times = told.map(({ occurredAt }) => occurredAt.getTime());
      expect(times).toEqual([...times].sort((left, right) => left - right));
      expect(times.at(-1)).toBeLessThanOrEqual(Date.parse(instant));
      expect(times.at(-1)).toBeGreaterThan(Date.parse(instant) - 2 * MS_PER_DAY);
      expect(times[0]).toBeGreaterThan(Date.parse(instant) - 734 * MS_PER_DAY);
      expect(times[0]).toBeLessThan(Date.parse(instant) - 690 * MS_PER_DAY);
    },
  );

  it('have ids of their own, numbered as they happened', () => {
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
    const ids = eventsOf('demo-0001').map(({ messageId }) => messageId);
    expect(ids).toEqual([...ids].sort());
  });

  it('have only known names, and every one of them', () => {
    expect([...countBy(events, ({ name }) => name).keys()].sort()).toEqual(
      [...demoEventNames].sort(),
    );
  });

  it('are of every channel and carry every kind of identifier', () => {
    expect([...countBy(events, ({ channel }) => channel ?? '').keys()].sort()).toEqual([
      'app',
      'mini_program',
      'store',
      'web',
    ]);
    const identifiers = events.flatMap((event) => event.identifiers);
    expect([...countBy(identifiers, ({ namespace }) => namespace).keys()].sort()).toEqual(
      defaultIdentityPolicy.namespaces.map(({ name }) => name).sort(),
    );
  });

  it('carry nothing the event map takes for a mistake', () => {
    const map = defaultEventMap({ code: 'USD', minorDigits: 2 });
    const faults = events
      .map(({ name, properties }) => map.get(name)?.(properties ?? {}) ?? {})
      .filter((reading) => 'fault' in reading);
    expect(faults).toEqual([]);
  });

  it('name somebody by identifiers that can be used, but for a blocked cookie now and then', () => {
    const unusable = events.filter((event) =>
      event.identifiers.some((one) => !normaliseIdentifier(one, defaultIdentityPolicy).usable),
    );
    expect(unusable.length).toBeGreaterThan(5);
    expect(unusable.length).toBeLessThan(200);
    for (const { identifiers } of unusable) {
      expect(identifiers).toEqual([
        { namespace: 'anonymous_id', value: 'undefined' },
        { namespace: 'user_id', value: expect.any(String) },
      ]);
    }
  });
});

describe('customers', () => {
  it('are of every persona, as many as their weight says', () => {
    expect(personaNames.reduce((sum, name) => sum + personas[name].weight, 0)).toBe(50);
    const counts = countBy(customers, ({ persona }) => persona);
    for (const name of personaNames) expect(counts.get(name)).toBe(40 * personas[name].weight);
  });

  it('are all heard of', () => {
    expect(new Set(events.map(keyOf)).size).toBe(customers.length);
  });

  it('are about four in five buyers', () => {
    const buyers = new Set(events.filter(isOrder).map(keyOf));
    expect(buyers.size / customers.length).toBeGreaterThan(0.72);
    expect(buyers.size / customers.length).toBeLessThan(0.82);
  });

  it.each<{ persona: PersonaName; min: number; max: number }>([
    { persona: 'bargain_hunter', min: 1, max: 1 },
    { persona: 'silent_prospect', min: 0, max: 0 },
    { persona: 'brand_new', min: 0.3, max: 0.7 },
    { persona: 'loyal_regular', min: 12, max: 22 },
    { persona: 'growing_subscriber', min: 5, max: 10 },
    { persona: 'churned', min: 2, max: 6 },
  ])('$persona: $min to $max orders each', ({ persona, min, max }) => {
    const orders = events.filter(
      (event) => isOrder(event) && personaOf.get(keyOf(event)) === persona,
    );
    const each = orders.length / (40 * personas[persona].weight);
    expect(each).toBeGreaterThanOrEqual(min);
    expect(each).toBeLessThanOrEqual(max);
  });

  it.each<{ persona: PersonaName; what: string; fromDays: number; toDays: number }>([
    { persona: 'churned', what: 'the last four months', fromDays: 120, toDays: 0 },
    { persona: 'resurrected', what: 'half a year between', fromDays: 200, toDays: 30 },
    { persona: 'brand_new', what: 'the time before this week', fromDays: 800, toDays: 8 },
  ])('$persona: silent for $what', ({ persona, fromDays, toDays }) => {
    const heard = events.filter(
      (event) =>
        personaOf.get(keyOf(event)) === persona &&
        daysBefore(event) < fromDays &&
        daysBefore(event) > toDays,
    );
    // A refund may come two weeks after the last order.
    expect(heard.filter(({ name }) => name !== 'Order Refunded')).toEqual([]);
  });

  it('spend amounts that are log-normal: the mean well above the median', () => {
    const amounts = events
      .filter(isOrder)
      .map(({ properties }) => Number(properties?.['revenue']))
      .sort((left, right) => left - right);
    const median = amounts[Math.floor(amounts.length / 2)] ?? 0;
    const mean = amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
    expect(median).toBeGreaterThan(35);
    expect(median).toBeLessThan(70);
    expect(mean / median).toBeGreaterThan(1.1);
  });

  it('complain three times as often in the months before they leave', () => {
    const churned = customers.filter(({ persona }) => persona === 'churned');
    let early = 0;
    let late = 0;
    for (const { key } of churned) {
      const own = eventsOf(key);
      const last = Math.min(...own.map(daysBefore));
      for (const event of own) {
        if (event.properties?.['kind'] !== 'COMPLAINT') continue;
        if (daysBefore(event) - last < 60) late += 1;
        else early += 1;
      }
    }
    // The last two months of a stay of about four and a half.
    expect(late / early).toBeGreaterThan(1);
  });
});

describe('feedback', () => {
  const feedback = events.filter(({ name }) => name === 'Feedback Submitted');

  it('is of every kind, in both languages', () => {
    expect(countBy(feedback, ({ properties }) => String(properties?.['kind'])).size).toBe(7);
    const comments = feedback.map(({ properties }) => String(properties?.['comment'] ?? ''));
    expect(comments.some((comment) => /\p{Script=Han}/u.test(comment))).toBe(true);
    expect(comments.some((comment) => /[a-z]{4}/.test(comment))).toBe(true);
  });

  it('tells the mood: voices of the community promote, detractors do not', () => {
    const net = (persona: PersonaName) => {
      const scores = feedback
        .filter((event) => personaOf.get(keyOf(event)) === persona)
        .map(({ properties }) => readFeedback(properties ?? {}))
        .flatMap((facts) => ('fault' in facts || facts.kind !== 'NPS' ? [] : [facts.score ?? 0]));
      const promoters = scores.filter((score) => score >= 9).length;
      return (100 * (promoters - scores.filter((score) => score <= 6).length)) / scores.length;
    };
    expect(net('community_voice')).toBeGreaterThan(50);
    expect(net('detractor')).toBeLessThan(-70);
  });
});

describe('identities', () => {
  /** The profiles of an identity graph without limits, and the merges of two that had existed. */
  function link() {
    const parents = new Map<string, string>();
    const root = (name: string): string => {
      const parent = parents.get(name) ?? name;
      return parent === name ? name : root(parent);
    };
    const merges: PopulationEvent[] = [];
    for (const event of events) {
      const names = event.identifiers
        .filter((one) => normaliseIdentifier(one, defaultIdentityPolicy).usable)
        .map(({ namespace, value }) => `${namespace} ${value}`);
      const known = new Set(names.filter((name) => parents.has(name)).map(root));
      const [survivor = names[0] ?? '', ...absorbed] = known;
      if (absorbed.length > 0) merges.push(event);
      for (const name of [...absorbed, ...names]) {
        if (!parents.has(name) || absorbed.includes(name)) parents.set(name, survivor);
      }
    }
    return { merges, profileOf: root };
  }

  it('begin unknown for some: cookies, phones and cards that are seen alone first', () => {
    const first = new Map<string, PopulationEvent>();
    for (const event of events) {
      for (const { namespace, value } of event.identifiers) {
        const name = `${namespace} ${value}`;
        if (!first.has(name)) first.set(name, event);
      }
    }
    for (const namespace of ['anonymous_id', 'device_id', 'wechat_openid', 'member_card']) {
      const alone = [...first].filter(
        ([name, event]) => name.startsWith(namespace) && event.identifiers.length === 1,
      );
      expect(alone.length).toBeGreaterThan(50);
    }
  });

  it('turn out to be one: a few hundred merges of two profiles', () => {
    const { merges } = link();
    expect(merges.length).toBeGreaterThan(200);
    expect(merges.length).toBeLessThan(800);
  });

  it('stay two people where a tablet is shared', () => {
    const owners = new Map<string, Set<string>>();
    for (const { identifiers } of events) {
      const user = identifiers.find(({ namespace }) => namespace === 'user_id');
      for (const { namespace, value } of identifiers) {
        if (namespace !== 'device_id' || user === undefined) continue;
        owners.set(value, (owners.get(value) ?? new Set()).add(user.value));
      }
    }
    const shared = [...owners.values()].filter((users) => users.size > 1);
    expect(shared.length).toBeGreaterThan(2);
    expect(shared.length).toBeLessThan(30);
  });

  it('are joined by nothing else: every other profile has one user id at most', () => {
    const { profileOf } = link();
    const users = customers.flatMap(({ userId }) => (userId === null ? [] : [userId]));
    const profiles = new Set(users.map((userId) => profileOf(`user_id ${userId}`)));
    expect(users.length - profiles.size).toBeLessThan(30);
  });
});

describe('referrals', () => {
  const firstOrder = new Map<string, PopulationEvent>();
  for (const event of events) {
    if (isOrder(event) && !firstOrder.has(keyOf(event))) firstOrder.set(keyOf(event), event);
  }

  it('are each a claim among the events, before the first order', () => {
    const claims = events.filter(({ name }) => name === 'Referral Claimed');
    expect(referrals.length).toBeGreaterThan(80);
    expect(
      claims.map((event) => ({
        user: event.identifiers.find(({ namespace }) => namespace === 'user_id')?.value,
        code: event.properties?.['code'],
        at: event.occurredAt,
      })),
    ).toEqual(
      referrals.map(({ refereeUserId, code, claimedAt }) => ({
        user: refereeUserId,
        code,
        at: claimedAt,
      })),
    );
    for (const claim of claims) {
      const order = firstOrder.get(keyOf(claim));
      if (order !== undefined) expect(claim.occurredAt < order.occurredAt).toBe(true);
    }
  });

  it('use codes that exist by then, of somebody else', () => {
    const byCode = new Map(codes.map((code) => [code.code, code]));
    expect(byCode.size).toBe(codes.length);
    for (const { code, claimedAt, referrerUserId, refereeUserId } of referrals) {
      const made = byCode.get(code);
      expect(made?.userId).toBe(referrerUserId);
      expect(made !== undefined && made.createdAt < claimedAt).toBe(true);
      expect(referrerUserId).not.toBe(refereeUserId);
    }
    for (const { code } of codes) expect(code).toMatch(/^[A-Z0-9]{4,24}$/);
  });

  it('convert for some and are still open for others', () => {
    const converted = referrals.filter(({ refereeUserId }) => firstOrder.has(refereeUserId));
    expect(converted.length).toBeGreaterThan(40);
    expect(referrals.length - converted.length).toBeGreaterThan(10);
  });
});

describe('adjustments', () => {
  it('grant and take, each with a key and a reason of its own', () => {
    expect(adjustments.length).toBeGreaterThan(100);
    expect(adjustments.length).toBeLessThan(400);
    expect(new Set(adjustments.map(({ key }) => key)).size).toBe(adjustments.length);
    expect(countBy(adjustments, ({ reason }) => reason).size).toBe(4);
    for (const { points, reason, at } of adjustments) {
      expect(Number.isInteger(points) && points !== 0).toBe(true);
      expect(points < 0).toBe(reason === 'REDEMPTION');
      expect(at <= now).toBe(true);
    }
  });

  it('never take more than a point for each unit of money spent in eight months', () => {
    for (const { userId, points } of adjustments) {
      if (points > 0) continue;
      const spent = eventsOf(userId)
        .filter((event) => isOrder(event) && daysBefore(event) < 245)
        .reduce((sum, { properties }) => sum + Math.floor(Number(properties?.['revenue'])), 0);
      expect(-points).toBeLessThanOrEqual(spent);
    }
  });
});

describe('loading', () => {
  const steps = loadingSteps(population);

  it('loses nothing, and keeps the order of every customer save for the claims', () => {
    const loaded = steps.flatMap((step) => (step.kind === 'EVENTS' ? step.events : []));
    const idsOf = (list: readonly PopulationEvent[]) =>
      list
        .filter(({ name }) => name !== 'Referral Claimed')
        .map((event) => `${event.occurredAt.toISOString()} ${event.messageId}`);
    expect(loaded).toHaveLength(events.length);
    const all = new Set(loaded);
    expect(events.filter((event) => !all.has(event))).toEqual([]);
    const byCustomer = eventsByCustomer(loaded);
    for (const { key } of customers) {
      const ids = idsOf(byCustomer.get(key) ?? []);
      expect(ids).toEqual([...ids].sort());
    }
    expect(steps.flatMap((step) => (step.kind === 'CODES' ? step.codes : []))).toEqual(codes);
    expect(steps.at(-1)).toEqual({ kind: 'ADJUSTMENTS', adjustments });
  });

  it('creates each code after its owner and before its first claim', () => {
    const users = new Set<string>();
    const created = new Set<string>();
    for (const step of steps) {
      if (step.kind === 'CODES') {
        for (const { userId, code } of step.codes) {
          expect(users).toContain(userId);
          created.add(code);
        }
      }
      if (step.kind !== 'EVENTS') continue;
      for (const { identifiers, name, properties } of step.events) {
        for (const { namespace, value } of identifiers)
          if (namespace === 'user_id') users.add(value);
        if (name === 'Referral Claimed') expect(created).toContain(properties?.['code']);
      }
    }
  });
});

describe('the showcase and the README', () => {
  // However wide the formatter makes the columns.
  const readme = readFileSync(join(__dirname, 'README.md'), 'utf8').replace(/ +/g, ' ');

  it('shows somebody of every persona, and one merged from many channels', () => {
    expect(new Set(showcase.map(({ userId }) => userId)).size).toBe(showcase.length);
    const shown = new Set(showcase.map(({ userId }) => personaOf.get(userId)));
    expect([...shown].sort()).toEqual([...personaNames].sort());
    const merged = showcase.find(({ title }) => title === 'merged from many channels');
    const channels = new Set(eventsOf(merged?.userId ?? '').map(({ channel }) => channel));
    expect(channels.size).toBeGreaterThanOrEqual(3);
  });

  it.each(showcase)('$title is in the README', ({ userId, name, title }) => {
    expect(readme).toContain(`| \`${userId}\` | ${name} | ${title} |`);
  });

  it.each(personaNames)('%s is in the README with its share', (name) => {
    expect(readme).toContain(`| \`${name}\` | ${2 * personas[name].weight} % |`);
  });

  it.each([...countBy(events, ({ name }) => name)])(
    '%s is in the README with about the right count',
    (name, count) => {
      const stated = new RegExp(`\\| ${name} \\| ([\\d,]+) \\|`).exec(readme)?.[1] ?? '';
      // Not to the last one: another engine may round a logarithm differently.
      expect(Math.abs(Number(stated.replaceAll(',', '')) - count)).toBeLessThanOrEqual(
        Math.max(3, count * 0.01),
      );
    },
  );
});

it.each([
  { customers: 49, months: 24 },
  { customers: 5_001, months: 24 },
  { customers: 100.5, months: 24 },
  { customers: 100, months: 17 },
  { customers: 100, months: 61 },
])('refuses $customers customers over $months months', (size) => {
  expect(() => generatePopulation({ seed: 1, now, ...size })).toThrow(RangeError);
});

it.each([
  { customers: 50, months: 18 },
  { customers: 5_000, months: 18 },
  { customers: 500, months: 60 },
])('holds for $customers customers over $months months', (size) => {
  const small = generatePopulation({ seed: 9, now, ...size });
  expect(new Set(small.events.map(({ messageId }) => messageId)).size).toBe(small.events.length);
  expect(new Set(small.customers.map(({ persona }) => persona)).size).toBe(personaNames.length);
  expect(small.events.every(({ occurredAt }) => occurredAt <= now)).toBe(true);
});
