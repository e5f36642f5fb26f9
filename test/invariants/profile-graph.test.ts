import fc from 'fast-check';
import type { App } from '../../src/app';
import type { EventOutcome, IncomingEvent } from '../../src/domains/events';
import { defaultIdentityPolicy, type IdentityPolicy } from '../../src/domains/identity';
import type { Database } from '../../src/platform/database/database';
import { TransactionConflict } from '../../src/platform/database/transaction';
import { uuidSource } from '../../src/shared/ids';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import { graphFaults, linkedParts, nameOf, profilesOf } from '../support/profile-graph';
import { UnionFind } from '../support/union-find';

const clock = new TestClock('2026-06-15T12:00:00Z');
const CONNECTIONS = 4;

/** One identifier of an event: as it is sent, and what it is known by; null where it is of no use. */
interface Mention {
  readonly sent: { readonly namespace: string; readonly value: string };
  readonly name: string | null;
}

interface SentEvent extends IncomingEvent {
  readonly mentions: readonly Mention[];
}

interface Told {
  readonly sent: SentEvent;
  readonly outcome: EventOutcome;
}

/** What one connection sends, one batch after the other. */
type Traffic = readonly (readonly SentEvent[])[];

/**
 * Sets of numbered identifiers, most of one alone. Neighbours are linked, so that there are parts
 * of all sizes, which grow and meet.
 * @param lonely how many events of one identifier there are for each one that links
 */
function numbersOf(count: number, lonely: number): fc.Arbitrary<readonly number[]> {
  const near = fc.integer({ min: 0, max: 4 });
  const some = fc
    .tuple(fc.nat(count - 1), fc.uniqueArray(near, { minLength: 2, maxLength: 4 }))
    .map(([from, steps]) => steps.map((step) => (from + step) % count));
  return fc.oneof(
    { weight: lonely, arbitrary: fc.nat(count - 1).map((one) => [one]) },
    { weight: 1, arbitrary: some },
  );
}

/** Of batches, 1 to 500: most are small, and some are large enough to get through in time. */
const batchSizes = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
    fc.integer({ min: 100, max: 500 }),
  )
  .map(([small, large]) => [...small, large]);

function toEvent(mentions: readonly Mention[], occurredAt = clock.now()): SentEvent {
  const identifiers = mentions.map(({ sent }) => sent);
  return { messageId: uuidSource.next(), name: 'Page Viewed', occurredAt, identifiers, mentions };
}

function cut(events: readonly SentEvent[], sizes: readonly number[]): Traffic {
  const batches: SentEvent[][] = [];
  for (let start = 0; start < events.length; ) {
    const size = sizes[batches.length % sizes.length] ?? 1;
    batches.push(events.slice(start, start + size));
    start += size;
  }
  return batches;
}

/**
 * Sends a batch until it is taken. Where many send of the same customers at once, the attempts of
 * one may run out; the sender is told UNAVAILABLE then, and to send the same again.
 */
async function ingest(app: App, batch: readonly SentEvent[]): Promise<readonly EventOutcome[]> {
  for (;;) {
    try {
      return (await app.events.ingest('web', batch)).outcomes;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (!(error instanceof TransactionConflict) && code !== '40001') throw error;
    }
  }
}

/** Deals the events out to connections, which all send at once. */
async function sendAtOnce(
  app: App,
  events: readonly SentEvent[],
  sizes: readonly number[],
): Promise<Told[]> {
  const hands = Array.from({ length: CONNECTIONS }, (_, hand) =>
    events.filter((_event, index) => index % CONNECTIONS === hand),
  );
  const told: Told[] = [];
  const send = async (traffic: Traffic) => {
    for (const batch of traffic) {
      const outcomes = await ingest(app, batch);
      batch.forEach((sent, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined) told.push({ sent, outcome });
      });
    }
  };
  await Promise.all(hands.map((hand, index) => send(cut(hand, [...sizes.slice(index), ...sizes]))));
  return told;
}

/** Every event as it is stored, by its id. */
async function storedEvents(database: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ id: string; row: string }>(
    'select event_id as id, e::text as row from event e',
  );
  return new Map(rows.map(({ id, row }) => [id, row]));
}

/** The accepted events of which the profile told does not stand for the one that holds them now. */
async function strayed(database: Database, told: readonly Told[]): Promise<unknown[]> {
  const accepted = told.flatMap(({ outcome }) => (outcome.status === 'ACCEPTED' ? [outcome] : []));
  return database.query(
    `select told.event_id from unnest($1::uuid[], $2::uuid[]) as told (event_id, profile_id)
     left join profile p using (profile_id)
     left join event e using (event_id)
     left join identifier i on i.identifier_id = e.identifier_id
     where i.profile_id is distinct from coalesce(p.merged_into, p.profile_id)`,
    [accepted.map(({ eventId }) => eventId), accepted.map(({ profileId }) => profileId)],
  );
}

/**
 * Sends the first half, then the rest, and holds the graph to all that must be whatever was sent.
 * @returns what was told of each event
 */
async function sendAndCheck(
  app: App,
  events: readonly SentEvent[],
  sizes: readonly number[],
): Promise<readonly Told[]> {
  const { database } = app;
  const half = Math.ceil(events.length / 2);
  const told = await sendAtOnce(app, events.slice(0, half), sizes);
  const before = await storedEvents(database);
  told.push(...(await sendAtOnce(app, events.slice(half), sizes)));
  expect(told).toHaveLength(events.length);

  const after = await storedEvents(database);
  expect([...before].filter(([id, row]) => after.get(id) !== row)).toEqual([]);
  expect(await graphFaults(database)).toEqual([]);
  expect(await strayed(database, told)).toEqual([]);
  expect(await linkedParts(database)).toEqual(await profilesOf(database));
  expect(database.transactionCounts.retries.deadlock).toBe(0);
  return told;
}

describe('where nothing is in the way', () => {
  const IDENTIFIERS = 300;
  const { database } = useTestDatabase();
  const boundless: IdentityPolicy = {
    ...defaultIdentityPolicy,
    namespaces: defaultIdentityPolicy.namespaces.map((namespace) => ({
      ...namespace,
      limit: { max: 1_000_000, windowDays: null },
      uniqueToPerson: false,
    })),
    identifiersPerProfileMax: 1_000_000,
    mergesPerProfileMax: 1_000_000,
  };
  const app = createTestApp(database, clock, { identityPolicy: boundless });
  const namespaces = ['user_id', 'email', 'device_id', 'anonymous_id', 'member_card'];
  const sets = fc
    .constantFrom(4, 8, 20)
    .chain((lonely) =>
      fc.array(numbersOf(IDENTIFIERS, lonely), { minLength: 800, maxLength: 1_600 }),
    );

  test('profiles are the parts that the events make, in any order, batches and company', async () => {
    // Of all runs: what earlier ones left must stay as it was.
    const reference = new UnionFind();
    await fc.assert(
      fc.asyncProperty(sets, batchSizes, async (numbers, sizes) => {
        const run = uuidSource.next<string>();
        const mention = (number: number): Mention => {
          const namespace = namespaces[number % namespaces.length] ?? '';
          const sent = { namespace, value: `${number}@${run}` };
          return { sent, name: nameOf(sent) };
        };
        const events = numbers.map((set) => toEvent(set.map(mention)));
        for (const { identifiers } of events) reference.unite(identifiers.map(nameOf));

        const told = await sendAndCheck(app, events, sizes);
        expect(await profilesOf(database)).toEqual(reference.partition());
        const others = told.filter(
          ({ outcome }) => outcome.status !== 'ACCEPTED' || outcome.demotions.length > 0,
        );
        expect(others).toEqual([]);
      }),
      // Another run of the same events goes another way: there is nothing to shrink.
      { numRuns: 5, endOnFailure: true },
    );
  }, 120_000);
});

describe('where people, limits, windows, caps and junk are in the way', () => {
  const IDENTIFIERS = 240;
  const { database } = useTestDatabase();
  const ID = { normaliser: 'ID', uniqueToPerson: false, followsPerson: false } as const;
  const strict: IdentityPolicy = {
    ...defaultIdentityPolicy,
    namespaces: [
      {
        ...ID,
        name: 'user_id',
        priority: 40,
        limit: { max: 1, windowDays: null },
        uniqueToPerson: true,
      },
      {
        ...ID,
        name: 'email',
        normaliser: 'EMAIL',
        priority: 30,
        limit: { max: 2, windowDays: 20 },
      },
      { ...ID, name: 'device_id', priority: 20, limit: { max: 2, windowDays: null } },
      { ...ID, name: 'anonymous_id', priority: 10, limit: { max: 2, windowDays: 5 } },
    ],
    identifiersPerProfileMax: 8,
    mergesPerProfileMax: 2,
  };
  const app = createTestApp(database, clock, { identityPolicy: strict });
  /** Fewer are people's than are shared, so that limits are reached before people meet. */
  const namespaces = [
    'user_id',
    ...['anonymous_id', 'device_id', 'email', 'anonymous_id', 'device_id', 'email', 'email'],
  ];

  const useless: readonly Mention['sent'][] = [
    { namespace: 'email', value: ' "NULL" ' },
    { namespace: 'email', value: 'not an address' },
    { namespace: 'device_id', value: '0000-0000' },
    { namespace: 'anonymous_id', value: 'a\0b' },
    { namespace: 'user_id', value: 'x'.repeat(256) },
    { namespace: 'shoe_size', value: '42' },
  ];
  const stories = fc.array(
    fc.record({
      numbers: numbersOf(IDENTIFIERS, 2),
      daysAgo: fc.integer({ min: 0, max: 60 }),
      inCapitals: fc.boolean(),
      useless: fc.option(fc.constantFrom(...useless), { freq: 5, nil: null }),
      isAlone: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    }),
    { minLength: 400, maxLength: 900 },
  );

  test('profiles are the parts that the accepted links make, and nothing is lost', async () => {
    const reference = new UnionFind();
    const reasons = new Set<string>();
    await fc.assert(
      fc.asyncProperty(stories, batchSizes, async (story, sizes) => {
        const run = uuidSource.next<string>();
        const mention = (number: number, inCapitals: boolean): Mention => {
          const namespace = namespaces[number % namespaces.length] ?? '';
          const value = `n${number}@${run}`;
          const isSpeltOtherwise = inCapitals && namespace === 'email';
          const sent = { namespace, value: isSpeltOtherwise ? ` ${value.toUpperCase()}` : value };
          return { sent, name: nameOf({ namespace, value }) };
        };
        const events = story.map(({ numbers, daysAgo, inCapitals, useless: sent, isAlone }) => {
          const used = numbers.map((number) => mention(number, inCapitals));
          const occurredAt = new Date(clock.now().getTime() - daysAgo * 86_400_000);
          const none = sent === null ? [] : [{ sent, name: null }];
          return toEvent(isAlone && sent !== null ? none : [...none, ...used], occurredAt);
        });

        for (const { sent, outcome } of await sendAndCheck(app, events, sizes)) {
          const { used, demoted } = readOutcome(sent, outcome);
          reference.unite(used);
          for (const reason of demoted) reasons.add(reason);
        }
        expect(await profilesOf(database)).toEqual(reference.partition());
        expect(await database.query(OVER_LIMITS)).toEqual([]);
        expect(await database.query(NOT_SET_ASIDE, [quarantinedOf(events)])).toEqual([]);
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect([...reasons].sort()).toEqual([
      'INVALID_VALUE',
      'JUNK_VALUE',
      'MERGE_LIMIT',
      'NAMESPACE_LIMIT',
      'PERSON_CONFLICT',
      'PROFILE_LIMIT',
      'UNKNOWN_NAMESPACE',
      'VALUE_TOO_LONG',
    ]);
  }, 120_000);

  /** Which identifiers count; each one that was sent does, or is told with the reason why not. */
  function readOutcome({ mentions }: SentEvent, outcome: EventOutcome) {
    const usable = mentions.flatMap(({ name }) => name ?? []);
    if (usable.length === 0) {
      expect(outcome).toMatchObject({ status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' });
      return { used: [], demoted: [] };
    }
    if (outcome.status !== 'ACCEPTED') throw new Error('An event was not accepted.');
    const told = new Set(outcome.demotions.map(nameOf));
    const used = usable.filter((name) => !told.has(name));
    const uselessNames = mentions
      .filter(({ name }) => name === null)
      .map(({ sent }) => nameOf(sent));
    expect([...told].sort()).toEqual(
      [...uselessNames, ...usable.filter((name) => !used.includes(name))].sort(),
    );
    return { used, demoted: outcome.demotions.map(({ reason }) => reason) };
  }

  function quarantinedOf(events: readonly SentEvent[]): readonly string[] {
    return events
      .filter(({ mentions }) => mentions.every(({ name }) => name === null))
      .map(({ messageId }) => messageId);
  }

  const OVER_LIMITS = `
    select profile_id, namespace, count(*) from identifier
    group by profile_id, namespace
    having count(*) > case namespace when 'user_id' then 1 when 'device_id' then 2 else 8 end
    union all
    select profile_id, 'all', count(*) from identifier group by profile_id having count(*) > 8`;

  const NOT_SET_ASIDE = `
    select sent.message_id from unnest($1::text[]) as sent (message_id)
    left join quarantined_event q using (message_id)
    where q.reason is distinct from 'NO_USABLE_IDENTIFIER'`;
});
