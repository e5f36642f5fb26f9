import fc from 'fast-check';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { createLogger } from '../../src/platform/telemetry/logger';
import { type IdentifierId, type ProfileId, uuidSource } from '../../src/shared/ids';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import { graphFaults } from '../support/profile-graph';
import { partitionBy, UnionFind } from '../support/union-find';

/** Taking profiles apart in the midst of any story, against what the story itself says. */
const testing = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00.000Z');
const { database } = testing;
const app = createApp({
  config: readConfig({ NODE_ENV: 'test', DATABASE_URL: testing.url }),
  database,
  logger: createLogger({ level: 'silent' }),
  clock,
  ids: uuidSource,
});
const decision = { actor: 'key:test', reason: 'A test' };

type Step =
  | { readonly do: 'send'; readonly names: readonly number[] }
  | { readonly do: 'merge'; readonly one: number; readonly other: number }
  | { readonly do: 'undo-merge'; readonly which: number }
  | { readonly do: 'revoke'; readonly which: number };

const name = fc.nat(11);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('merge' as const), one: name, other: name }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('undo-merge' as const), which: fc.nat(50) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), which: fc.nat(50) }) },
);

interface Holding {
  readonly name: string;
  readonly identifierId: IdentifierId;
  readonly profileId: ProfileId;
}

/** One story, with identifiers of its own. */
class Story {
  private readonly run = uuidSource.next<string>();
  private readonly sent: { readonly names: readonly number[]; readonly at: Date }[] = [];

  /** @param namespaces of which the numbers are in turn */
  constructor(private readonly namespaces: readonly string[]) {}

  identifiers(names: readonly number[]) {
    return names.map((one) => ({
      namespace: this.namespaces[one % this.namespaces.length] ?? '',
      value: `${one}-${this.run}@x.io`,
    }));
  }

  async send(names: readonly number[], at = clock.now()) {
    const [outcome] = (
      await app.events.ingest('shop', [
        {
          messageId: uuidSource.next<string>(),
          name: 'Page Viewed',
          occurredAt: at,
          identifiers: this.identifiers(names),
        },
      ])
    ).outcomes;
    if (outcome?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${outcome?.status}`);
    this.sent.push({ names, at });
    return outcome;
  }

  /** All that was ever sent, once more under new message ids and with its old times. */
  async replay(): Promise<void> {
    for (const { names, at } of [...this.sent]) await this.send(names, at);
  }

  holdings(): Promise<Holding[]> {
    return database.query<Holding>(
      `select namespace || ':' || value as name, identifier_id as "identifierId",
         profile_id as "profileId"
       from identifier where value like $1 order by 1`,
      [`%-${this.run}@x.io`],
    );
  }

  /** The merges of all its profiles that stand, the first first. */
  async merges(): Promise<{ mergeId: string; absorbedId: ProfileId; survivorId: ProfileId }[]> {
    const holders = new Set((await this.holdings()).map((one) => one.profileId));
    return (await app.reads.identity.mergesByProfile([...holders])).flat();
  }

  async links(): Promise<{ one: IdentifierId; other: IdentifierId }[]> {
    return database.query(
      `select l.identifier_id as one, l.linked_identifier_id as other
       from identifier i join identity_link l using (identifier_id)
       where i.value like $1 order by i.value, 2`,
      [`%-${this.run}@x.io`],
    );
  }

  async checkGraph(): Promise<void> {
    const holdings = await this.holdings();
    const reference = new UnionFind();
    for (const { identifierId } of holdings) reference.unite([identifierId]);
    for (const { one, other } of await this.links()) reference.unite([one, other]);
    // A profile is what its links hold together: no more and no less.
    const profiles = holdings.map(
      ({ identifierId, profileId }) => [identifierId, profileId] as const,
    );
    expect(partitionBy(profiles)).toEqual(reference.partition());
    // Nothing that was parted is together, every id resolves in one hop, and counts are right.
    expect(await graphFaults(database)).toEqual([]);
  }
}

/** No people and no limit in reach: nothing is ever demoted but by what was taken apart. */
const withoutPeople = ['anonymous_id', 'device_id'];
const withPeople = ['device_id', 'user_id', 'email'];

test('whatever is merged and taken apart, profiles are what their links hold together', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const story = new Story(withoutPeople);
      for (const one of steps) {
        clock.advanceDays(1);
        await take(one, story);
        await story.checkGraph();
      }
      // What was taken apart stays so, whatever of the past arrives again.
      await story.replay();
      await story.checkGraph();
    }),
    { numRuns: 20 },
  );
}, 240_000);

test('also where people share devices and cannot be merged but by force', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const story = new Story(withPeople);
      for (const one of steps) {
        clock.advanceDays(1);
        await take(one, story);
        await story.checkGraph();
      }
      await story.replay();
      await story.checkGraph();
    }),
    { numRuns: 20 },
  );
}, 240_000);

async function take(one: Step, story: Story): Promise<void> {
  switch (one.do) {
    case 'send':
      await story.send(one.names);
      return;
    case 'merge':
      return mergeHolders(one.one, one.other, story);
    case 'undo-merge':
      return undoMerge(one.which, story);
    case 'revoke':
      return revoke(one.which, story);
  }
}

async function mergeHolders(one: number, other: number, story: Story): Promise<void> {
  const find = ({ namespace, value }: { namespace: string; value: string }) =>
    app.reads.identity.profileIdByIdentifier({ namespace, value });
  const [left, right] = await Promise.all(story.identifiers([one, other]).map(find));
  if (!left || !right) return;
  const outcome = await app.merges.merge({
    ...decision,
    profileIds: [left, right],
    isForced: true,
    isDryRun: false,
  });
  expect(['MERGED', 'ONE_ALREADY', 'REFUSED']).toContain(outcome.kind);
}

async function undoMerge(which: number, story: Story): Promise<void> {
  const merges = await story.merges();
  const merge = merges[which % Math.max(1, merges.length)];
  if (merge === undefined) return;
  const outcome = await app.merges.unmerge({
    ...decision,
    undoing: { mergeId: merge.mergeId },
    isDryRun: false,
  });
  if (outcome.kind !== 'PARTED') throw new Error(`Not parted: ${outcome.kind}`);
  // The absorbed id stands for a profile of its own again, and not for the survivor.
  const [absorbed] = await app.reads.identity.profileById([merge.absorbedId]);
  const [survivor] = await app.reads.identity.profileById([merge.survivorId]);
  expect(absorbed?.profileId).not.toBe(survivor?.profileId);
  expect(outcome.after).toHaveLength(2);
}

async function revoke(which: number, story: Story): Promise<void> {
  const links = await story.links();
  const link = links[which % Math.max(1, links.length)];
  if (link === undefined) return;
  const undoing = { links: [[link.one, link.other]] as const };
  const outcome = await app.merges.unmerge({ ...decision, undoing, isDryRun: false });
  if (outcome.kind === 'STILL_CONNECTED') {
    // Naming every link of the chain as well leads there at last.
    expect(outcome.chain.length).toBeGreaterThan(0);
    return;
  }
  expect(outcome.kind).toBe('PARTED');
}

/** The names each profile holds. */
async function sidesOf(story: Story): Promise<Map<ProfileId, string[]>> {
  const sides = new Map<ProfileId, string[]>();
  for (const { name: one, profileId } of await story.holdings()) {
    sides.set(profileId, [...(sides.get(profileId) ?? []), one]);
  }
  return sides;
}

test('undoing the latest merges one by one gives every side exactly what it had', async () => {
  const sends = fc.array(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), {
    minLength: 3,
    maxLength: 14,
  });
  await fc.assert(
    fc.asyncProperty(sends, async (all) => {
      const story = new Story(withoutPeople);
      const seen: { readonly mergeIds: ReadonlySet<string>; sides: Map<ProfileId, string[]> }[] =
        [];
      for (const names of all) {
        clock.advanceDays(1);
        const mergeIds = new Set((await story.merges()).map(({ mergeId }) => mergeId));
        seen.push({ mergeIds, sides: await sidesOf(story) });
        await story.send(names);
      }
      const merges = await story.merges();
      for (const { mergeId, absorbedId } of merges.toReversed()) {
        await app.merges.unmerge({ ...decision, undoing: { mergeId }, isDryRun: false });
        const then = seen.findLast(({ mergeIds }) => !mergeIds.has(mergeId));
        const held = then?.sides.get(absorbedId) ?? [];
        expect((await sidesOf(story)).get(absorbedId)).toEqual(expect.arrayContaining(held));
        await story.checkGraph();
      }
    }),
    { numRuns: 20 },
  );
}, 240_000);
