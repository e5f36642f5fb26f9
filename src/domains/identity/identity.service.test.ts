import fc from 'fast-check';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { partitionBy, UnionFind } from '../../../test/support/union-find';
import { type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { EventOutcome, IncomingEvent } from '../events';
import { defaultIdentityPolicy, type IdentityPolicy } from './identity.policy';
import { IdentityReads } from './identity.reads';

const testing = useTestDatabase();
const { database } = testing;
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events: service, directory, identity } = createPipeline(database, { clock });
const reads = new IdentityReads(database, defaultIdentityPolicy);

let serial = 0;

/** @param identifiers written `namespace:value` */
function event(identifiers: readonly string[], changes: Partial<IncomingEvent> = {}) {
  serial += 1;
  return {
    messageId: `m-${serial}`,
    name: 'Page Viewed',
    identifiers: identifiers.map(toSent),
    ...changes,
  };
}

function toSent(text: string) {
  const [namespace = '', value = ''] = text.split(':');
  return { namespace, value };
}

function fresh(): string {
  serial += 1;
  return String(serial);
}

async function accepted(one: IncomingEvent): Promise<ProfileId> {
  const { outcomes } = await service.ingest('web', [one]);
  const [outcome] = outcomes;
  if (outcome?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome.profileId;
}

async function profileToday(profileId: ProfileId): Promise<ProfileId> {
  const [profile] = await reads.profileById([profileId]);
  if (!profile) throw new Error('No such profile.');
  return profile.profileId;
}

async function traitsOf(profileId: ProfileId): Promise<JsonObject | undefined> {
  return (await reads.traitsByProfile([profileId]))[0];
}

describe('an id that was absorbed', () => {
  it('resolves in one hop, after chains of merges in any order', async () => {
    const names = Array.from({ length: 8 }, () => `anonymous_id:chain-${fresh()}`);
    const profileIds: ProfileId[] = [];
    for (const name of names) profileIds.push(await accepted(event([name])));
    const pair = (left: number, right: number) =>
      accepted(event([names[left] ?? '', names[right] ?? '']));
    // Youngest first, so that every survivor is absorbed in its turn; and two in one batch.
    for (const left of [6, 5, 4, 3]) await pair(left, left + 1);
    await service.ingest('web', [
      event([names[2] ?? '', names[7] ?? '']),
      event([names[1] ?? '', names[3] ?? '']),
    ]);
    const survivor = await pair(0, 5);
    expect(survivor).toBe(profileIds[0]);
    const rows = await database.query<{ mergedInto: string | null }>(
      'select merged_into as "mergedInto" from profile where profile_id = any($1::uuid[])',
      [profileIds.slice(1)],
    );
    expect(rows.map((row) => row.mergedInto)).toEqual(profileIds.slice(1).map(() => survivor));
    expect(await Promise.all(profileIds.map(profileToday))).toEqual(profileIds.map(() => survivor));
    const [merges = []] = await reads.mergesByProfile([survivor]);
    expect(merges.map((merge) => merge.absorbedId).sort()).toEqual(profileIds.slice(1).sort());
  });

  it('is told with its survivor as they were when it was absorbed', async () => {
    const [first, second, third] = [
      `device_id:${fresh()}`,
      `device_id:${fresh()}`,
      `device_id:${fresh()}`,
    ];
    const a = await accepted(event([first]));
    const b = await accepted(event([second]));
    const c = await accepted(event([third]));
    await service.ingest('shop', [event([second, third])]);
    await service.ingest('app', [event([first, second])]);
    const [merges = []] = await reads.mergesByProfile([a]);
    expect(
      merges.map(({ survivorId, absorbedId, source }) => ({ survivorId, absorbedId, source })),
    ).toEqual([
      { survivorId: b, absorbedId: c, source: 'shop' },
      { survivorId: a, absorbedId: b, source: 'app' },
    ]);
  });

  it('is found by its id, and unknown ids are not', async () => {
    const nobody = uuidSource.next<ProfileId>();
    const [a, b] = [`device_id:${fresh()}`, `device_id:${fresh()}`];
    const survivor = await accepted(event([a]));
    const absorbed = await accepted(event([b]));
    await accepted(event([a, b]));
    const found = await reads.profileById([absorbed, nobody, survivor]);
    expect(found.map((profile) => profile?.profileId ?? null)).toEqual([survivor, null, survivor]);
  });

  it('is locked as its survivor', async () => {
    const [a, b] = [`device_id:${fresh()}`, `device_id:${fresh()}`];
    const survivor = await accepted(event([a]));
    const absorbed = await accepted(event([b]));
    await accepted(event([a, b]));
    await database.transaction(async (tx) => {
      const nobody = uuidSource.next<ProfileId>();
      expect(await directory.lockProfiles(tx, [absorbed, nobody, survivor])).toEqual([
        survivor,
        null,
        survivor,
      ]);
    });
  });
});

describe('an identifier', () => {
  it('remembers when it was first and last seen, whatever the order of arrival', async () => {
    const name = `email:seen-${fresh()}@x.io`;
    const at = (day: string) => ({ occurredAt: new Date(`2026-05-${day}T10:00:00Z`) });
    await accepted(event([name], at('10')));
    await accepted(event([name], at('20')));
    await accepted(event([name], at('05')));
    const { profileIds } = await service.ingest('web', [
      event([name], at('12')),
      event([name], at('25')),
      event([name], at('01')),
    ]);
    const [identifiers = []] = await reads.identifiersByProfile(profileIds);
    expect(identifiers.map((one) => [one.firstSeenAt, one.lastSeenAt])).toEqual([
      [new Date('2026-05-01T10:00:00Z'), new Date('2026-05-25T10:00:00Z')],
    ]);
  });

  it('is not seen by an event that it was demoted from', async () => {
    const email = `email:${fresh()}@x.io`;
    const at = (day: string) => ({ occurredAt: new Date(`2026-05-${day}T10:00:00Z`) });
    const owner = await accepted(event([`user_id:${fresh()}`, email], at('10')));
    await accepted(event([`user_id:${fresh()}`, email], at('20')));
    const [identifiers = []] = await reads.identifiersByProfile([owner]);
    expect(identifiers.map((one) => one.lastSeenAt)).toEqual([
      new Date('2026-05-10T10:00:00Z'),
      new Date('2026-05-10T10:00:00Z'),
    ]);
  });

  it('is found in whatever form it is written, and junk finds nobody', async () => {
    const name = `find-${fresh()}@x.io`;
    const profileId = await accepted(event([`email:${name}`]));
    const find = (value: string) => reads.profileIdByIdentifier({ namespace: 'email', value });
    expect(await find(` ${name.toUpperCase()} `)).toBe(profileId);
    expect(await find('nobody@x.io')).toBeNull();
    expect(await find('null')).toBeNull();
    expect(await find('\0')).toBeNull();
  });

  it('keeps the first evidence of a link', async () => {
    const [user, device] = [`user_id:${fresh()}`, `device_id:${fresh()}`];
    await service.ingest('first', [event([user, device])]);
    await service.ingest('second', [event([device, user])]);
    const links = await database.query<{ source: string; linked: string }>(
      `select l.source, i.value as linked from identity_link l
       join identifier i on i.identifier_id = l.identifier_id where i.value = $1`,
      [toSent(device).value],
    );
    expect(links).toEqual([{ source: 'first', linked: toSent(device).value }]);
  });

  it('tells who holds it now, found through an index', async () => {
    const name = `device_id:${fresh()}`;
    const profileId = await accepted(event([name]));
    const [[identifier] = []] = await reads.identifiersByProfile([profileId]);
    const id = identifier?.identifierId;
    if (id === undefined) throw new Error('The profile has no identifier.');
    expect(await identity.ownersOf(database, [id])).toEqual(new Map([[id, profileId]]));
    const plan = await database.transaction(async (tx) => {
      await tx.query('set local enable_seqscan = off');
      return tx.query<{ 'QUERY PLAN': string }>(
        'explain select profile_id from identifier where identifier_id = any($1::uuid[])',
        [[id]],
      );
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/identifier_by_id/);
  });
});

describe('a policy of the company', () => {
  const identityPolicy: IdentityPolicy = {
    ...defaultIdentityPolicy,
    namespaces: defaultIdentityPolicy.namespaces.map((one) =>
      one.name === 'email' ? { ...one, limit: { max: 1, windowDays: 7 } } : one,
    ),
    mergesPerProfileMax: 2,
  };
  const { events: strict } = createPipeline(database, { clock, identityPolicy });
  const reasonsOf = async (one: IncomingEvent) => {
    const [outcome] = (await strict.ingest('web', [one])).outcomes;
    if (outcome?.status !== 'ACCEPTED') throw new Error('Not accepted.');
    return outcome.demotions.map(({ reason }) => reason);
  };

  it('limits a namespace within a window, by when each was first seen', async () => {
    const name = `user_id:${fresh()}`;
    const on = (day: string) =>
      reasonsOf(
        event([name, `email:${fresh()}@window.io`], {
          occurredAt: new Date(`2026-05-${day}T10:00:00Z`),
        }),
      );
    expect(await on('01')).toEqual([]);
    expect(await on('07')).toEqual(['NAMESPACE_LIMIT']);
    expect(await on('08')).toEqual([]);
  });

  it('caps the merges of a profile, those of what it absorbed included', async () => {
    const names = Array.from({ length: 4 }, () => `device_id:${fresh()}`);
    for (const name of names) expect(await reasonsOf(event([name]))).toEqual([]);
    const pair = (left: number, right: number) =>
      reasonsOf(event([names[left] ?? '', names[right] ?? '']));
    expect(await pair(2, 3)).toEqual([]);
    expect(await pair(1, 2)).toEqual([]);
    expect(await pair(0, 3)).toEqual(['MERGE_LIMIT']);
    // What is new is attached all the same.
    expect(await reasonsOf(event([names[3] ?? '', `device_id:${fresh()}`]))).toEqual([]);
  });
});

describe('an event that names a profile by its id', () => {
  it('belongs to that profile, even beside the user id of another', async () => {
    const cookie = `anonymous_id:${fresh()}`;
    const named = await accepted(event([cookie]));
    const other = `user_id:${fresh()}`;
    await accepted(event([other]));
    await accepted(event([cookie, `user_id:${fresh()}`]));
    const id = { namespace: 'profile_id', value: toPublicId('prf', named) };
    const one = { ...event([other]), identifiers: [toSent(other), id] };
    const { outcomes } = await service.ingest('web', [one]);
    expect(outcomes).toEqual([
      expect.objectContaining({
        status: 'ACCEPTED',
        profileId: named,
        demotions: [{ ...toSent(other), reason: 'PERSON_CONFLICT' }],
      }),
    ]);
  });

  it('finds it by what is stored, though the policy would read that otherwise now', async () => {
    const named = await accepted(event([`email:a.b${fresh()}@gmail.com`]));
    const dotless: IdentityPolicy = {
      ...defaultIdentityPolicy,
      namespaces: defaultIdentityPolicy.namespaces.filter(({ name }) => name !== 'email'),
    };
    const { events: changed } = createPipeline(database, { clock, identityPolicy: dotless });
    const identifiers = [{ namespace: 'profile_id', value: toPublicId('prf', named) }];
    const { profileIds } = await changed.ingest('web', [{ ...event([]), identifiers }]);
    expect(profileIds).toEqual([named]);
  });
});

describe('traits', () => {
  const strategyNames = ['OLDEST', 'MAX', 'MIN', 'UNION'] as const;
  const identityPolicy: IdentityPolicy = {
    ...defaultIdentityPolicy,
    traitStrategies: new Map(strategyNames.map((name) => [name, name])),
  };
  const { events: folding } = createPipeline(database, { clock, identityPolicy });
  const foldingReads = new IdentityReads(database, identityPolicy);

  interface Told {
    readonly day: number;
    readonly who: number;
    readonly city: string;
    readonly plan?: JsonValue | undefined;
    readonly other: JsonValue;
  }

  it('merge by the strategy of each, over the identifiers of a profile and within each', async () => {
    const [name, device] = [user(), `device_id:${fresh()}`];
    const tell = (identifiers: readonly string[], day: number, value: JsonValue) =>
      folding.ingest('web', [
        event(identifiers, {
          occurredAt: new Date(`2026-05-0${day}T10:00:00Z`),
          traits: { LATEST: value, OLDEST: value, MAX: value, MIN: value, UNION: value },
        }),
      ]);
    await tell([name], 2, 7);
    await tell([device], 1, 3);
    await tell([name], 4, 1);
    await tell([device], 3, 9);
    const { profileIds } = await tell([name, device], 3, 5);
    const [traits] = await foldingReads.traitsByProfile(profileIds);
    expect(traits).toEqual({ LATEST: 1, OLDEST: 3, MAX: 9, MIN: 1, UNION: [1, 3, 5, 7, 9] });
  });

  const user = () => `user_id:traits-${fresh()}`;

  it('merge per property: the latest by event time wins', async () => {
    const name = user();
    const at = (day: string, traits: JsonObject) =>
      event([name], { occurredAt: new Date(`2026-05-${day}T10:00:00Z`), traits });
    await accepted(at('02', { city: 'Rome', plan: 'pro' }));
    const profileId = await accepted(at('01', { city: 'Oslo', age: 40 }));
    expect(await traitsOf(profileId)).toEqual({ city: 'Rome', plan: 'pro', age: 40 });
  });

  it('may be anything JSON can say', async () => {
    const traits = { no: null, list: [1, { a: 'b' }], big: 1e308, ['__proto__']: 1, '': 'ü' };
    const profileId = await accepted(event([user()], { traits }));
    expect(await traitsOf(profileId)).toEqual(traits);
  });

  it('are none for a profile of which nothing was told', async () => {
    expect(await traitsOf(await accepted(event([user()])))).toEqual({});
  });

  it('come out the same by any strategy, in whatever order and batches they arrive, before or after a merge', async () => {
    const told = fc.record({
      // Instants collide on purpose.
      day: fc.integer({ min: 1, max: 4 }),
      who: fc.integer({ min: 0, max: 2 }),
      city: fc.constantFrom('Oslo', 'Rome', 'Zürich', 'a', 'B'),
      plan: fc.option(fc.constantFrom(1, 2, 'x', null), { nil: undefined }),
      other: fc.constantFrom<JsonValue>(1, 20, 3, '2026-01-01', ['b', 'a'], ['c', 20], null, 'x'),
    });
    const stories = fc
      .array(told, { minLength: 1, maxLength: 6 })
      .chain((story) =>
        fc.tuple(
          fc.constant(story),
          fc.shuffledSubarray([...story.keys()], { minLength: story.length }),
          fc.integer({ min: 0, max: story.length }),
          fc.integer({ min: 0, max: story.length }),
          fc.integer({ min: 1, max: 3 }),
        ),
      );
    const tell = async (story: readonly Told[], mergeAfter: number, batchSize: number) => {
      const names = ['user_id', 'email', 'device_id'].map((one) => `${one}:t-${fresh()}@x`);
      const all = story.map(({ day, who, city, plan, other }) =>
        event([names[who] ?? ''], {
          occurredAt: new Date(`2026-05-0${day}T10:00:00Z`),
          traits: {
            city,
            ...(plan === undefined ? {} : { plan }),
            ...Object.fromEntries(strategyNames.map((name) => [name, other])),
          },
        }),
      );
      all.splice(mergeAfter, 0, event(names));
      let profileIds: readonly ProfileId[] = [];
      for (let start = 0; start < all.length; start += batchSize) {
        ({ profileIds } = await folding.ingest('web', all.slice(start, start + batchSize)));
      }
      const profileId = await profileToday(profileIds[0] as ProfileId);
      return (await foldingReads.traitsByProfile([profileId]))[0];
    };
    await fc.assert(
      fc.asyncProperty(stories, async ([story, order, mergeFirst, mergeSecond, batchSize]) => {
        const shuffled = order.map((index) => story[index] as (typeof story)[number]);
        expect(await tell(shuffled, mergeSecond, batchSize)).toEqual(
          await tell(story, mergeFirst, story.length + 1),
        );
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

describe('many connections at once', () => {
  const identifier = fc
    .tuple(
      fc.constantFrom('user_id', 'email', 'device_id', 'anonymous_id'),
      fc.integer({ min: 1, max: 15 }),
    )
    .map(([namespace, value]) => `${namespace}:${value}`);
  const batch = fc.array(fc.uniqueArray(identifier, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 8,
  });
  const connections = fc.array(fc.array(batch, { minLength: 2, maxLength: 5 }), {
    minLength: 4,
    maxLength: 4,
  });

  // Where a device stands for several people its name alone does not tell whose it is.
  const { events: service } = createPipeline(database, {
    clock,
    identityPolicy: {
      ...defaultIdentityPolicy,
      namespaces: defaultIdentityPolicy.namespaces.map((one) => ({
        ...one,
        followsPerson: false,
      })),
    },
  });

  it('agree on the components of what was accepted, and count every event once', async () => {
    await fc.assert(
      fc.asyncProperty(connections, async (all) => {
        const run = fresh();
        const sent: IncomingEvent[] = [];
        const outcomes: EventOutcome[] = [];
        const send = async (batches: readonly (readonly (readonly string[])[])[]) => {
          for (const texts of batches) {
            const events = texts.map((one) => event(one.map((text) => `${text}-r${run}@x`)));
            const result = await service.ingest('web', events);
            sent.push(...events);
            outcomes.push(...result.outcomes);
          }
        };
        await Promise.all(all.map(send));
        expect(await partitionOfRun(run)).toEqual(referencePartition(sent, outcomes));
        await expectEachCountedOnce(run, sent, outcomes);
        await expectWithinLimits(run);
      }),
      // Another run of the same batches goes another way: there is nothing to shrink.
      { numRuns: 12, endOnFailure: true },
    );
  }, 60_000);

  function referencePartition(
    sent: readonly IncomingEvent[],
    outcomes: readonly EventOutcome[],
  ): string[][] {
    const reference = new UnionFind();
    sent.forEach(({ identifiers }, index) => {
      const outcome = outcomes[index];
      if (outcome?.status !== 'ACCEPTED') throw new Error('An event was not accepted.');
      const demoted = new Set(outcome.demotions.map((one) => `${one.namespace}:${one.value}`));
      const texts = identifiers.map(({ namespace, value }) => `${namespace}:${value}`);
      reference.unite(texts.filter((text) => !demoted.has(text)));
    });
    return reference.partition();
  }

  async function partitionOfRun(run: string): Promise<string[][]> {
    const rows = await database.query<{ name: string; profileId: string }>(
      `select namespace || ':' || value as name, profile_id as "profileId"
       from identifier where value like $1`,
      [`%-r${run}@x`],
    );
    return partitionBy(rows.map((row) => [row.name, row.profileId]));
  }

  /** Each stored once, and in the day of the profile that its outcome leads to today. */
  async function expectEachCountedOnce(
    run: string,
    sent: readonly IncomingEvent[],
    outcomes: readonly EventOutcome[],
  ): Promise<void> {
    const rows = await database.query<{ profileId: ProfileId; stored: number; counted: number }>(
      `select i.profile_id as "profileId", sum(e.n)::int as stored, sum(d.n)::int as counted
       from identifier i
       cross join lateral (
         select count(*) as n from event where identifier_id = i.identifier_id) e
       cross join lateral (
         select coalesce(sum(events), 0) as n from activity_day
         where identifier_id = i.identifier_id and profile_id = i.profile_id) d
       where i.value like $1
       group by i.profile_id`,
      [`%-r${run}@x`],
    );
    const expected = new Map<ProfileId, number>();
    for (const outcome of outcomes) {
      if (outcome.status !== 'ACCEPTED') continue;
      const today = await profileToday(outcome.profileId);
      expected.set(today, (expected.get(today) ?? 0) + 1);
    }
    expect(rows.reduce((sum, row) => sum + row.stored, 0)).toBe(sent.length);
    expect(new Map(rows.map((row) => [row.profileId, row.stored]))).toEqual(expected);
    expect(new Map(rows.map((row) => [row.profileId, row.counted]))).toEqual(expected);
  }

  async function expectWithinLimits(run: string): Promise<void> {
    const over = await database.query(
      `select profile_id, namespace, count(*) from identifier where value like $1
       group by profile_id, namespace
       having count(*) > case namespace when 'user_id' then 1 when 'email' then 5 else 50 end`,
      [`%-r${run}@x`],
    );
    expect(over).toEqual([]);
  }
});
