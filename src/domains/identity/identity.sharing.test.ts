import fc from 'fast-check';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import type { ProfileId } from '../../shared/ids';
import type { IncomingEvent } from '../events';
import { defaultIdentityPolicy } from './identity.policy';
import { IdentityReads } from './identity.reads';

/** Devices that several people use, on the real pipeline. */
const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events: service } = createPipeline(database, {
  clock,
  identityPolicy: { ...defaultIdentityPolicy, tenantsPerIdentifierMax: 3 },
});
const reads = new IdentityReads(database, defaultIdentityPolicy);

let serial = 0;
/** What a test's names are made unique by. */
let run = '';
beforeEach(() => {
  serial += 1;
  run = `r${serial}`;
});

/** An event of a day of June, e.g. `u:ann d:tablet`; people, e-mail addresses, devices, cookies. */
function event(day: number, names: string): IncomingEvent {
  serial += 1;
  const namespaces = { u: 'user_id', e: 'email', d: 'device_id', a: 'anonymous_id' } as const;
  return {
    messageId: `m-${serial}`,
    name: 'Page Viewed',
    occurredAt: new Date(Date.UTC(2026, 5, 1) + day * 3_600_000),
    identifiers: names.split(' ').map((text) => {
      const [letter = '', value = ''] = text.split(':');
      const suffix = letter === 'e' ? `${run}@x.io` : run;
      return {
        namespace: namespaces[letter as keyof typeof namespaces],
        value: `${value}-${suffix}`,
      };
    }),
  };
}

/** Sends events, each by itself; gives for the last one whose it is and what was demoted. */
async function send(...events: readonly IncomingEvent[]) {
  const outcomes = [];
  for (const one of events) outcomes.push(...(await service.ingest('app', [one])).outcomes);
  const last = outcomes.at(-1);
  if (last?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(last)}`);
  return {
    profileId: last.profileId,
    demoted: last.demotions.map(({ namespace, reason }) => `${namespace} ${reason}`),
  };
}

/** Who holds an identifier today. */
async function holderOf(name: string): Promise<ProfileId | null> {
  const [identifier] = event(0, name).identifiers;
  if (identifier === undefined) throw new Error('It has no name.');
  return reads.profileIdByIdentifier(identifier);
}

async function namesOf(profileId: ProfileId): Promise<string[]> {
  const [identifiers = []] = await reads.identifiersByProfile([profileId]);
  return identifiers.map(({ namespace }) => namespace).sort();
}

describe('a device that two people use', () => {
  it('follows the one who signed in last, and what it did before stays', async () => {
    const ann = await send(event(1, 'u:ann d:tablet'), event(2, 'd:tablet'));
    const bob = await send(event(10, 'u:bob d:tablet'));
    expect(bob).toEqual({ profileId: expect.not.stringMatching(ann.profileId), demoted: [] });
    expect((await send(event(11, 'd:tablet'))).profileId).toBe(bob.profileId);
    expect(await holderOf('d:tablet')).toBe(bob.profileId);
    expect(await namesOf(ann.profileId)).toEqual(['user_id']);
    expect(await namesOf(bob.profileId)).toEqual(['device_id', 'user_id']);
    // An event of the device alone that arrives late is of whoever held it then.
    expect((await send(event(9, 'd:tablet'))).profileId).toBe(ann.profileId);
    expect((await send(event(10, 'd:tablet'))).profileId).toBe(bob.profileId);
  });

  it('goes back and forth without a new node for every turn', async () => {
    const ann = await send(event(1, 'u:ann d:tablet'));
    const bob = await send(event(2, 'u:bob d:tablet'));
    for (const turn of [3, 5, 7]) {
      await send(event(turn, 'u:ann d:tablet'), event(turn + 1, 'u:bob d:tablet'));
    }
    expect((await send(event(5.5, 'd:tablet'))).profileId).toBe(ann.profileId);
    expect((await send(event(6.5, 'd:tablet'))).profileId).toBe(bob.profileId);
    const [rows] = await database.query<{ nodes: bigint; current: bigint }>(
      `select count(*) as nodes, count(*) filter (where held_until is null) as current
       from identifier where value = $1`,
      [`tablet-${run}`],
    );
    expect(rows).toEqual({ nodes: 2n, current: 1n });
  });

  it('never merges them, whatever else they share', async () => {
    const ann = await send(event(1, 'u:ann d:tablet a:cookie'));
    const bob = await send(event(2, 'u:bob d:tablet a:cookie'));
    await send(
      event(3, 'd:tablet a:cookie'),
      event(4, 'u:ann d:tablet'),
      event(5, 'u:bob a:cookie'),
    );
    expect(await holderOf('u:ann')).toBe(ann.profileId);
    expect(await holderOf('u:bob')).toBe(bob.profileId);
    expect(ann.profileId).not.toBe(bob.profileId);
    expect(await holderOf('d:tablet')).toBe(ann.profileId);
    expect(await holderOf('a:cookie')).toBe(bob.profileId);
  });

  it('is demoted where nobody signs in: an e-mail address tells no person apart', async () => {
    await send(event(1, 'u:ann d:tablet'));
    await send(event(2, 'u:bob e:bob'));
    expect((await send(event(3, 'e:bob d:tablet'))).demoted).toEqual(['device_id PERSON_CONFLICT']);
  });

  it('stays with its holder where a sign-in arrives late', async () => {
    const ann = await send(event(1, 'u:ann d:tablet'), event(5, 'u:ann d:tablet'));
    expect(await send(event(3, 'u:bob d:tablet'))).toMatchObject({
      demoted: ['device_id PERSON_CONFLICT'],
    });
    expect(await holderOf('d:tablet')).toBe(ann.profileId);
  });

  it('is given to so many people and no more', async () => {
    for (const [index, who] of ['ann', 'bob', 'cid'].entries()) {
      expect((await send(event(index, `u:${who} d:tablet`))).demoted).toEqual([]);
    }
    expect((await send(event(4, 'u:dan d:tablet'))).demoted).toEqual(['device_id TENANT_LIMIT']);
    expect((await send(event(5, 'u:ann d:tablet'))).demoted).toEqual([]);
  });

  it('is an anonymous visitor first, then known, then somebody else after logging out', async () => {
    const before = await send(event(1, 'a:cookie'));
    const ann = await send(event(2, 'u:ann a:cookie'));
    expect(ann.profileId).toBe(before.profileId);
    const fresh = await send(event(3, 'a:new'));
    expect(fresh.profileId).not.toBe(ann.profileId);
    const bob = await send(event(4, 'u:bob a:new'));
    expect(bob.profileId).toBe(fresh.profileId);
  });

  it('goes to the last one of a batch that tells no times', async () => {
    const { outcomes } = await service.ingest(
      'app',
      ['u:ann d:tablet', 'u:bob d:tablet', 'u:cid d:tablet', 'u:bob d:tablet', 'd:tablet'].map(
        (names) => ({ ...event(0, names), occurredAt: undefined }),
      ),
    );
    expect(outcomes.map((one) => ('demotions' in one ? one.demotions.length : -1))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    const profiles = outcomes.map((one) => ('profileId' in one ? one.profileId : null));
    expect(profiles[4]).toBe(profiles[1]);
    expect(await holderOf('d:tablet')).toBe(await holderOf('u:bob'));
  });

  it('is handed on within a batch as between batches', async () => {
    const { outcomes } = await service.ingest('app', [
      event(1, 'u:ann d:tablet'),
      event(2, 'd:tablet'),
      event(3, 'u:bob d:tablet'),
      event(4, 'd:tablet'),
      event(2.5, 'd:tablet'),
    ]);
    const profiles = outcomes.map((one) => ('profileId' in one ? one.profileId : null));
    const [ann, , bob] = profiles;
    expect(ann).not.toBe(bob);
    expect(profiles).toEqual([ann, ann, bob, bob, ann]);
  });

  it('is unlinked from both where two user ids come in one event', async () => {
    const { profileId, demoted } = await send(event(1, 'u:ann u:bob d:tablet'));
    expect(demoted).toEqual(['user_id PERSON_CONFLICT']);
    // Who was believed has the device.
    expect(await holderOf('d:tablet')).toBe(profileId);
  });
});

it('a device is with whoever signed in last, in whatever order the sign-ins arrive', async () => {
  const signIn = fc.record({
    hour: fc.integer({ min: 0, max: 30 }),
    who: fc.constantFrom('ann', 'bob', 'cid'),
  });
  const signIns = fc.uniqueArray(signIn, {
    selector: ({ hour }) => hour,
    minLength: 1,
    maxLength: 8,
  });
  const batches = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(signIns, batches, async (all, sizes) => {
      serial += 1;
      run = `r${serial}`;
      const events = all.map(({ hour, who }) => event(hour, `u:${who} d:tablet`));
      for (const size of sizes) {
        const batch = events.splice(0, size);
        if (batch.length > 0) await service.ingest('app', batch);
      }
      const latest = all.reduce((last, one) => (one.hour > last.hour ? one : last));
      expect(await holderOf('d:tablet')).toBe(await holderOf(`u:${latest.who}`));
      const people = new Set(all.map(({ who }) => who));
      const homes = new Set<ProfileId | null>();
      for (const who of people) homes.add(await holderOf(`u:${who}`));
      expect(homes.size).toBe(people.size);
    }),
    { numRuns: 60 },
  );
}, 60_000);

it('two who sign in at once on one device do not fail, and one of them has it', async () => {
  await send(event(1, 'u:ann d:tablet'), event(2, 'u:bob d:tablet'));
  const people = ['ann', 'bob', 'cid'];
  await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      service.ingest('app', [
        event(3 + index, `u:${people[index % 3]} d:tablet`),
        event(1.5, 'd:tablet'),
      ]),
    ),
  );
  expect(await holderOf('d:tablet')).toBe(await holderOf('u:cid'));
  const held = await database.query(
    'select from identifier where value = $1 and held_until is null',
    [`tablet-${run}`],
  );
  expect(held).toHaveLength(1);
});

it('what a profile holds is counted right, whatever happened to it', async () => {
  const wrong = await database.query(
    `select p.profile_id from profile p
     left join lateral (
       select jsonb_object_agg(namespace, held) as counts
       from (select namespace, count(*) as held from identifier i
             where i.profile_id = p.profile_id group by 1) c) n on true
     where p.identifier_counts <> coalesce(n.counts, '{}')`,
  );
  expect(wrong).toEqual([]);
});
