import type { EventOutcome, IncomingEvent } from '../../src/domains/events';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database, type Tx } from '../../src/platform/database/database';
import { type ProfileId, uuidSource } from '../../src/shared/ids';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import { graphFaults, linkedParts, nameOf, profilesOf } from '../support/profile-graph';
import { partitionBy } from '../support/union-find';

const testing = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
/** More connections than a process has by default: all of them are to meet. */
const database = new Database(
  createDataSource({ url: testing.url, poolSizeMax: 20, statementTimeoutMs: 20_000 }),
);
const app = createTestApp(database, clock);

beforeAll(() => database.dataSource.initialize());
afterAll(() => database.close());

/** A customer who was met in two channels. The second identifier is the lesser one. */
interface Person {
  readonly profileId: ProfileId;
  readonly device: string;
  readonly cookie: string;
}

function event(names: readonly string[], changes: Partial<IncomingEvent> = {}): IncomingEvent {
  const identifiers = names.map((name) => {
    const [namespace = '', value = ''] = name.split(':');
    return { namespace, value };
  });
  return { messageId: uuidSource.next(), name: 'Signed In', identifiers, ...changes };
}

async function newPeople(count: number): Promise<Person[]> {
  const people = Array.from({ length: count }, () => {
    const value = uuidSource.next<string>();
    return { device: `device_id:${value}`, cookie: `anonymous_id:${value}` };
  });
  const { outcomes } = await app.events.ingest(
    'web',
    people.map(({ device, cookie }) => event([device, cookie])),
  );
  return people.map((person, index) => ({ ...person, profileId: profileOf(outcomes[index]) }));
}

function profileOf(outcome: EventOutcome | undefined): ProfileId {
  if (outcome?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  expect(outcome.demotions).toEqual([]);
  return outcome.profileId;
}

/** One transaction for each batch, all at once; none may fail. */
async function sendAtOnce(batches: readonly (readonly IncomingEvent[])[]): Promise<void> {
  const results = await Promise.all(batches.map((batch) => app.events.ingest('web', batch)));
  for (const { outcomes } of results) for (const outcome of outcomes) profileOf(outcome);
}

/** @param circles those who are one now; each said so by `events` events and by two of its own */
async function expectMerged(circles: readonly (readonly Person[])[], events: number) {
  expect(await graphFaults(database)).toEqual([]);
  expect(await linkedParts(database)).toEqual(await profilesOf(database));
  const names = circles.map((people) => people.flatMap(({ device, cookie }) => [device, cookie]));
  const rows = await database.query<{ namespace: string; value: string; profileId: string }>(
    `select namespace, value, profile_id as "profileId" from identifier
     where namespace || ':' || value = any($1::text[])`,
    [names.flat()],
  );
  expect(partitionBy(rows.map((row) => [nameOf(row), row.profileId]))).toEqual(
    partitionBy(names.flatMap((circle, index) => circle.map((name) => [name, String(index)]))),
  );
  for (const people of circles) {
    const ids = people.map(({ profileId }) => profileId).sort();
    const [survivor, ...absorbed] = ids;
    const merged = await database.query<{ id: string }>(
      `select profile_id as id from profile
       where profile_id = any($1::uuid[]) and merged_into = $2 order by 1`,
      [ids, survivor],
    );
    expect(merged.map(({ id }) => id)).toEqual(absorbed);
    const [sums] = await database.query(
      `select
         (select count(*)::int from profile_merge where absorbed_id = any($1::uuid[])) as merges,
         (select count(*)::int from outbox_message
          where topic = 'identity.profiles-merged' and profile_id = any($1::uuid[])) as told,
         (select sum(events)::int from activity_day where profile_id = $2) as events`,
      [ids, survivor],
    );
    const merges = absorbed.length;
    expect(sums).toEqual({ merges, told: merges, events: events + people.length });
  }
  expect(database.transactionCounts).toMatchObject({
    retries: { deadlock: 0 },
    givenUp: { conflict: 0, deadlock: 0 },
  });
}

test('two connections that merge A into B and B into A, for many pairs at once', async () => {
  const people = await newPeople(60);
  const pairs = people.flatMap((left, index) => {
    const right = people[index + 1];
    return index % 2 === 0 && right !== undefined ? [[left, right] as const] : [];
  });
  await sendAtOnce(
    pairs.flatMap(([a, b]) => [[event([a.device, b.cookie])], [event([b.device, a.cookie])]]),
  );
  await expectMerged(pairs, 2);
});

test.each([3, 4, 7])('rings of %i, each connection merging one with the next', async (size) => {
  const rings: Person[][] = [];
  for (let count = 0; count < 8; count += 1) rings.push(await newPeople(size));
  const batches = rings.flatMap((ring) =>
    ring.map((one, index) => [
      event([one.device, ring[(index + 1) % size]?.cookie ?? '', one.cookie]),
    ]),
  );
  await sendAtOnce(batches);
  await expectMerged(rings, size);
});

test('batches that name the same merges in opposite orders', async () => {
  const people = await newPeople(60);
  const pairs = people
    .slice(0, 30)
    .map((left, index) => [left, people[59 - index] as Person] as const);
  const forward = () => pairs.map(([a, b]) => event([a.device, b.cookie]));
  const backward = () => pairs.map(([a, b]) => event([b.device, a.cookie])).toReversed();
  await sendAtOnce(Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? forward() : backward())));
  await expectMerged(pairs, 12);
});

test('everybody merges with everybody', async () => {
  const people = await newPeople(5);
  const pairs = people.flatMap((a) => people.flatMap((b) => (a === b ? [] : [[a, b] as const])));
  await sendAtOnce(pairs.map(([a, b]) => [event([a.device, b.device])]));
  await expectMerged([people], pairs.length);
});

describe('a transaction that another one got ahead of', () => {
  /** Until a statement of somebody else waits for what this transaction holds. */
  async function somebodyWaits(tx: Tx): Promise<void> {
    for (;;) {
      const waiting = await tx.query(
        'select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))',
      );
      if (waiting.length > 0) return;
    }
  }

  /** @returns what `late` gives, which was sent while `early` was done and not committed yet */
  async function overtake(early: IncomingEvent, late: IncomingEvent) {
    const before = database.transactionCounts;
    let sent: ReturnType<typeof app.events.ingest> | undefined;
    await database.transaction(async (tx) => {
      await app.events.ingestIn(tx, 'web', [early], clock.now());
      sent = app.events.ingest('web', [late]);
      await Promise.race([sent, somebodyWaits(tx)]);
    });
    const result = await sent;
    const { retries } = database.transactionCounts;
    return { outcome: result?.outcomes[0], retried: retries.conflict - before.retries.conflict };
  }

  it('merges the other way round: is run again once, and finds them one', async () => {
    const [a, b] = (await newPeople(2)) as [Person, Person];
    const { outcome, retried } = await overtake(
      event([a.device, b.cookie]),
      event([b.device, a.cookie]),
    );
    expect(profileOf(outcome)).toBe(a.profileId);
    expect(retried).toBe(1);
    await expectMerged([[a, b]], 2);
  });

  it('brings the same message for somebody else: is run again once, and is a duplicate', async () => {
    const [a, b] = (await newPeople(2)) as [Person, Person];
    const messageId = uuidSource.next<string>();
    const { outcome, retried } = await overtake(
      event([a.device], { messageId }),
      event([b.device], { messageId }),
    );
    expect(outcome).toMatchObject({ status: 'DUPLICATE', profileId: a.profileId });
    expect(retried).toBe(1);
    await expectMerged([[a]], 1);
    await expectMerged([[b]], 0);
  });
});
