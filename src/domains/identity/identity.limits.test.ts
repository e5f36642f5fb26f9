import fc from 'fast-check';
import { countingIds } from '../../../test/support/ids';
import { toKnownGraph } from '../../../test/support/known-graph';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { LoadedIdentifier } from './identity.model';
import { EXPLICIT_PRIORITY, type IdentityRequest } from './identity.plan';
import { defaultIdentityPolicy, type IdentityPolicy } from './identity.policy';
import { planIdentities } from './identity.rules';
import { Sightings } from './identity.sightings.rules';

// `u` is unique to a person; of `e` a profile may gain two in ten days, of `d` two for ever.
const policy: IdentityPolicy = {
  ...defaultIdentityPolicy,
  namespaces: [
    {
      name: 'u',
      normaliser: 'ID',
      priority: 40,
      limit: { max: 1, windowDays: null },
      uniqueToPerson: true,
      followsPerson: false,
    },
    {
      name: 'e',
      normaliser: 'ID',
      priority: 30,
      limit: { max: 2, windowDays: 10 },
      uniqueToPerson: false,
      followsPerson: false,
    },
    {
      name: 'd',
      normaliser: 'ID',
      priority: 20,
      limit: { max: 2, windowDays: null },
      uniqueToPerson: false,
      followsPerson: false,
    },
    {
      name: 'a',
      normaliser: 'ID',
      priority: 10,
      limit: { max: 100, windowDays: null },
      uniqueToPerson: false,
      followsPerson: false,
    },
  ],
  mergesPerProfileMax: 3,
};

/** A day of the test, with fractions. */
function at(day: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + day * 86_400_000);
}

interface Known extends LoadedIdentifier {
  /** Of its profile. */
  readonly merges: number;
}

/** Identifiers are written `e:x`, or `e:x@5` where it matters when they were first seen. */
function toKnown(profile: string, texts: readonly string[], merges = 0): Known[] {
  return texts.map((text) => {
    const [name = '', day = '0'] = text.split('@');
    const [namespace = '', value = ''] = name.split(':');
    return {
      namespace,
      value,
      identifierId: name as IdentifierId,
      profileId: profile as ProfileId,
      tenant: 0,
      firstSeenAt: at(Number(day)),
      signedInAt: null,
      merges,
    };
  });
}

/** An event of a day. With `!` before it, an identifier names the profile itself. */
function toRequest(day: number, ...texts: readonly string[]): IdentityRequest {
  const identifiers = texts.map((text) => {
    const [namespace = '', value = ''] = text.replace('!', '').split(':');
    const known = policy.namespaces.find(({ name }) => name === namespace);
    const priority = text.startsWith('!') ? EXPLICIT_PRIORITY : (known?.priority ?? 0);
    return { key: { namespace, value }, priority };
  });
  return { identifiers, occurredAt: at(day) };
}

function planOf(known: readonly Known[], batch: readonly IdentityRequest[]) {
  const merges = new Map(known.map((one) => [one.profileId, one.merges]));
  return planIdentities(batch, toKnownGraph(known, merges), policy, countingIds());
}

function demotionsOf(known: readonly Known[], ...batch: readonly IdentityRequest[]) {
  const { assignments } = planOf(known, batch);
  return assignments.map(({ demotions }) =>
    demotions.map(({ namespace, value, reason }) => `${namespace}:${value} ${reason}`),
  );
}

describe('a limit with a window', () => {
  const full = toKnown('p1', ['u:ann', 'e:1@0', 'e:2@5']);

  it.each<[string, IdentityRequest, string[]]>([
    ['is reached within it', toRequest(9, 'u:ann', 'e:3'), ['e:3 NAMESPACE_LIMIT']],
    [
      'still counts a moment before the window has passed',
      toRequest(9.999, 'u:ann', 'e:3'),
      ['e:3 NAMESPACE_LIMIT'],
    ],
    ['has room again once it has', toRequest(10, 'u:ann', 'e:3'), []],
    ['takes two at once later', toRequest(15, 'u:ann', 'e:3', 'e:4'), []],
    ['but not three', toRequest(15, 'u:ann', 'e:3', 'e:4', 'e:5'), ['e:5 NAMESPACE_LIMIT']],
    ['does not look ahead of the event', toRequest(4, 'u:ann', 'e:3'), []],
    [
      'counts what was first seen at the very instant',
      toRequest(5, 'u:ann', 'e:3'),
      ['e:3 NAMESPACE_LIMIT'],
    ],
    ['never stops what is known', toRequest(9, 'u:ann', 'e:1'), []],
  ])('%s', (_, request, expected) => {
    expect(demotionsOf(full, request)).toEqual([expected]);
  });

  it('counts within a batch', () => {
    expect(
      demotionsOf(
        [],
        toRequest(1, 'u:ann', 'e:1'),
        toRequest(2, 'u:ann', 'e:2'),
        toRequest(3, 'u:ann', 'e:3'),
        toRequest(11, 'u:ann', 'e:4'),
      ),
    ).toEqual([[], [], ['e:3 NAMESPACE_LIMIT'], []]);
  });

  it('goes by the earliest sighting, which an event of this batch may tell', () => {
    const known = toKnown('p1', ['u:ann', 'e:1@30', 'e:2@31']);
    const late = toRequest(1, 'u:ann', 'e:1');
    const third = toRequest(32, 'u:ann', 'e:3');
    expect(demotionsOf(known, third)).toEqual([['e:3 NAMESPACE_LIMIT']]);
    expect(demotionsOf(known, late, third)).toEqual([[], []]);
  });

  it('stops a merge that would break it, and counts what this event shows to be earlier', () => {
    const known = [
      ...toKnown('p1', ['u:ann', 'e:1@1', 'e:2@2']),
      ...toKnown('p2', ['d:1', 'e:3@3']),
      ...toKnown('p3', ['e:4@50']),
    ];
    expect(demotionsOf(known, toRequest(5, 'u:ann', 'd:1'))).toEqual([['d:1 NAMESPACE_LIMIT']]);
    expect(demotionsOf(known, toRequest(13, 'u:ann', 'd:1'))).toEqual([[]]);
    expect(demotionsOf(known, toRequest(5, 'u:ann', 'e:4'))).toEqual([['e:4 NAMESPACE_LIMIT']]);
    expect(demotionsOf(known, toRequest(50, 'u:ann', 'e:4'))).toEqual([[]]);
  });

  it('holds at the time of every event of any story', () => {
    const event = fc.record({
      day: fc.integer({ min: 0, max: 40 }),
      values: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), (story) => {
        const seen = new Map<string, Date>();
        const requests = story.map(({ day, values }) =>
          toRequest(day, 'u:ann', ...values.map((value) => `e:${value}`)),
        );
        const { assignments } = planOf([], requests);
        requests.forEach(({ identifiers, occurredAt }, index) => {
          const demoted = new Set(assignments[index]?.demotions.map(({ value }) => value));
          const isGrowing = identifiers.some(
            ({ key }) => key.namespace === 'e' && !seen.has(key.value) && !demoted.has(key.value),
          );
          for (const { key } of identifiers) {
            const before = seen.get(key.value);
            if (key.namespace !== 'e' || demoted.has(key.value)) continue;
            if (before === undefined || occurredAt < before) seen.set(key.value, occurredAt);
          }
          const start = occurredAt.getTime() - 10 * 86_400_000;
          const within = [...seen.values()].filter(
            (one) => one.getTime() > start && one <= occurredAt,
          );
          if (isGrowing) expect(within.length).toBeLessThanOrEqual(2);
        });
      }),
    );
  });
});

it('times are counted as by looking at each', () => {
  const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.nat({ max: 30 })));
  fc.assert(
    fc.property(times, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (all, start, end) => {
      const sightings = new Sightings();
      for (const [first] of all) sightings.add(at(first));
      for (const [first, earlier] of all) sightings.move(at(first), at(earlier));
      const expected = all.filter(([, day]) => day > start && day <= end).length;
      if (start <= end) expect(sightings.countWithin(at(start), at(end))).toBe(expected);
    }),
  );
});

describe('the cap of merges', () => {
  const ann = (merges: number) => toKnown('p1', ['u:ann'], merges);
  const cookie = (merges: number) => toKnown('p2', ['a:1', 'a:2'], merges);

  it.each<[string, Known[], IdentityRequest, string[]]>([
    ['the last one', [...ann(2), ...cookie(0)], toRequest(0, 'u:ann', 'a:1'), []],
    ['one more', [...ann(3), ...cookie(0)], toRequest(0, 'u:ann', 'a:1'), ['a:1 MERGE_LIMIT']],
    [
      'one more, of the younger one',
      [...ann(0), ...cookie(3)],
      toRequest(0, 'u:ann', 'a:1'),
      ['a:1 MERGE_LIMIT'],
    ],
    ['both together', [...ann(1), ...cookie(2)], toRequest(0, 'u:ann', 'a:1'), ['a:1 MERGE_LIMIT']],
    ['new identifiers are no merge', ann(3), toRequest(0, 'u:ann', 'a:1'), []],
    ['nor is what is one already', ann(9), toRequest(0, 'u:ann'), []],
    [
      'three at once are two merges',
      [...ann(1), ...cookie(0), ...toKnown('p3', ['d:1'])],
      toRequest(0, 'u:ann', 'd:1', 'a:1'),
      [],
    ],
    [
      'of which one may be too many',
      [...ann(2), ...cookie(0), ...toKnown('p3', ['d:1'])],
      toRequest(0, 'u:ann', 'd:1', 'a:1'),
      ['a:1 MERGE_LIMIT'],
    ],
  ])('%s', (_, known, request, expected) => {
    expect(demotionsOf(known, request)).toEqual([expected]);
  });

  it('counts the merges of the batch, and none with what only the batch made', () => {
    const known = [1, 2, 3, 4, 5].flatMap((one) => toKnown(`p${one}`, [`a:${one}`]));
    const join = (one: number) => toRequest(0, 'u:ann', `a:${one}`);
    expect(demotionsOf(known, join(9), join(1), join(2), join(3), join(4), join(5))).toEqual([
      [],
      [],
      [],
      [],
      [],
      ['a:5 MERGE_LIMIT'],
    ]);
  });
});

describe('a profile named by its id', () => {
  const known = [...toKnown('p1', ['a:1', 'u:ann']), ...toKnown('p2', ['u:bob'])];

  it.each<[string, string[], string, string[]]>([
    ['wins over a user id of another', ['u:bob', '!a:1'], 'p1', ['u:bob PERSON_CONFLICT']],
    ['wins over a new user id', ['u:cid', '!a:1'], 'p1', ['u:cid PERSON_CONFLICT']],
    ['agrees with its own', ['u:ann', '!a:1'], 'p1', []],
    ['gains what does not conflict', ['d:1', '!a:1'], 'p1', []],
    ['comes first where it is named twice', ['!a:1', '!u:bob'], 'p1', ['u:bob PERSON_CONFLICT']],
  ])('%s', (_, texts, profile, expected) => {
    const { assignments } = planOf(known, [toRequest(0, ...texts)]);
    expect(assignments[0]).toMatchObject({ profileId: profile, identifierIds: expect.anything() });
    expect(demotionsOf(known, toRequest(0, ...texts))).toEqual([expected]);
  });
});

describe('of several reasons the first is given', () => {
  it.each<[string, Known[], string]>([
    ['two people', toKnown('p2', ['d:1', 'u:bob', 'd:2', 'd:3'], 9), 'PERSON_CONFLICT'],
    ['too many merges', toKnown('p2', ['d:1', 'd:2', 'd:3'], 9), 'MERGE_LIMIT'],
    ['too many of a namespace', toKnown('p2', ['d:1', 'd:2', 'd:3']), 'NAMESPACE_LIMIT'],
  ])('%s', (_, other, reason) => {
    const known = [...toKnown('p1', ['u:ann', 'd:9']), ...other];
    expect(demotionsOf(known, toRequest(0, 'u:ann', 'd:1'))).toEqual([[`d:1 ${reason}`]]);
  });
});
