import fc from 'fast-check';
import { countingIds } from '../../../test/support/ids';
import { toKnownGraph } from '../../../test/support/known-graph';
import { partitionBy, UnionFind } from '../../../test/support/union-find';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { type KnownIdentifier, keyText, type LoadedIdentifier } from './identity.model';
import type { IdentityPlan, IdentityRequest, PlannedLink } from './identity.plan';
import type { IdentityPolicy, NamespacePolicy } from './identity.policy';
import { planIdentities } from './identity.rules';

// Namespaces have letters, so that an identifier is written `u:ann`: a user, an e-mail address, a
// device, an anonymous id.
const namespaces: readonly NamespacePolicy[] = [
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
    limit: { max: 2, windowDays: null },
    uniqueToPerson: false,
    followsPerson: false,
  },
  {
    name: 'd',
    normaliser: 'ID',
    priority: 20,
    limit: { max: 3, windowDays: null },
    uniqueToPerson: false,
    followsPerson: false,
  },
  {
    name: 'a',
    normaliser: 'ID',
    priority: 10,
    limit: { max: 9, windowDays: null },
    uniqueToPerson: false,
    followsPerson: false,
  },
];

const policy: IdentityPolicy = {
  namespaces,
  junkValues: [],
  valueLengthMax: 255,
  identifiersPerProfileMax: 6,
  phoneRegion: 'CN',
  emailProviders: [],
  mergesPerProfileMax: 4,
  tenantsPerIdentifierMax: 3,
  relinking: 'NEVER',
  traitStrategies: new Map(),
  traitMasking: new Map(),
  propertyMasking: new Map(),
};

const policyOf = new Map(namespaces.map((one) => [one.name, one]));

const now = new Date('2026-06-15T12:00:00Z');

function toKey(text: string) {
  const [namespace = '', value = ''] = text.split(':');
  return { namespace, value };
}

function toRequest(texts: readonly string[]): IdentityRequest {
  const identifiers = texts.map((text) => {
    const key = toKey(text);
    const found = policyOf.get(key.namespace);
    if (found === undefined) throw new Error(`No namespace for ${text}.`);
    return { key, priority: found.priority };
  });
  return { identifiers, occurredAt: now };
}

/** Profiles by name, with the identifiers they hold; ids of identifiers are their own text. */
type Profiles = Readonly<Record<string, readonly string[]>>;

function toKnown(profiles: Profiles): LoadedIdentifier[] {
  return Object.entries(profiles).flatMap(([profile, texts]) =>
    texts.map((text) => ({
      ...toKey(text),
      identifierId: text as IdentifierId,
      profileId: profile as ProfileId,
      tenant: 0,
      firstSeenAt: now,
      signedInAt: null,
    })),
  );
}

function plan(profiles: Profiles, batch: readonly (readonly string[])[]): IdentityPlan {
  const known = toKnownGraph(toKnown(profiles));
  return planIdentities(batch.map(toRequest), known, policy, countingIds());
}

/** Who holds what once the plan is carried out, in the order and with the means of a database. */
function outcome(profiles: Profiles, { merges, createdIdentifiers }: IdentityPlan) {
  const holders = new Map(toKnown(profiles).map((one) => [textOf(one), one.profileId]));
  for (const { absorbed, survivor } of merges) {
    for (const [text, holder] of holders) if (holder === absorbed) holders.set(text, survivor);
  }
  for (const one of createdIdentifiers) holders.set(textOf(one), one.profileId);
  return holders;
}

function parts(holders: ReadonlyMap<string, string>): string[][] {
  return partitionBy([...holders]);
}

function textOf({ namespace, value }: { namespace: string; value: string }): string {
  return `${namespace}:${value}`;
}

function demotedTexts({ assignments }: IdentityPlan): string[][] {
  return assignments.map(({ demotions }) => demotions.map((one) => `${textOf(one)} ${one.reason}`));
}

describe('who is in one profile after a batch', () => {
  it.each<{
    name: string;
    profiles: Profiles;
    batch: readonly (readonly string[])[];
    expected: string[][];
    created: number;
    merges: string[];
  }>([
    {
      name: 'nobody known: one is created',
      profiles: {},
      batch: [['u:ann', 'd:1']],
      expected: [['d:1', 'u:ann']],
      created: 1,
      merges: [],
    },
    {
      name: 'two strangers: two are created',
      profiles: {},
      batch: [['u:ann'], ['u:bob']],
      expected: [['u:ann'], ['u:bob']],
      created: 2,
      merges: [],
    },
    {
      name: 'one match: the new identifier is attached',
      profiles: { p1: ['u:ann'] },
      batch: [['u:ann', 'd:1']],
      expected: [['d:1', 'u:ann']],
      created: 0,
      merges: [],
    },
    {
      name: 'known already: nothing changes',
      profiles: { p1: ['u:ann', 'd:1'] },
      batch: [['d:1', 'u:ann'], ['u:ann']],
      expected: [['d:1', 'u:ann']],
      created: 0,
      merges: [],
    },
    {
      name: 'two matches: the younger is merged into the older',
      profiles: { p2: ['d:1'], p1: ['u:ann'] },
      batch: [['u:ann', 'd:1']],
      expected: [['d:1', 'u:ann']],
      created: 0,
      merges: ['p2>p1'],
    },
    {
      name: 'the survivor is the older one, whichever identifier has priority',
      profiles: { p1: ['d:1'], p2: ['u:ann'] },
      batch: [['u:ann', 'd:1']],
      expected: [['d:1', 'u:ann']],
      created: 0,
      merges: ['p2>p1'],
    },
    {
      name: 'three matches: both younger ones are merged, in the order of their age',
      profiles: { p3: ['d:1'], p1: ['a:1'], p2: ['u:ann'] },
      batch: [['d:1', 'a:1', 'u:ann']],
      expected: [['a:1', 'd:1', 'u:ann']],
      created: 0,
      merges: ['p2>p1', 'p3>p1'],
    },
    {
      name: 'one of this batch joins a known one without a merge: nobody ever saw it',
      profiles: { p1: ['u:ann'] },
      batch: [['d:1'], ['d:1', 'u:ann']],
      expected: [['d:1', 'u:ann']],
      created: 0,
      merges: [],
    },
    {
      name: 'two of this batch become one, and only one is created',
      profiles: {},
      batch: [['d:1'], ['a:1'], ['a:1', 'd:1']],
      expected: [['a:1', 'd:1']],
      created: 1,
      merges: [],
    },
    {
      name: 'a chain within the batch: the survivor of one merge is absorbed by the next',
      profiles: { p1: ['a:1'], p2: ['a:2'], p3: ['a:3'] },
      batch: [
        ['a:2', 'a:3'],
        ['a:3', 'a:1'],
      ],
      expected: [['a:1', 'a:2', 'a:3']],
      created: 0,
      merges: ['p3>p2', 'p2>p1'],
    },
    {
      name: 'new and known ones in a chain',
      profiles: { p1: ['a:1'], p2: ['a:2'] },
      batch: [['d:1'], ['d:1', 'a:2'], ['d:1', 'e:x'], ['e:x', 'a:1']],
      expected: [['a:1', 'a:2', 'd:1', 'e:x']],
      created: 0,
      merges: ['p2>p1'],
    },
    {
      name: 'an identifier named twice in one event counts once',
      profiles: {},
      batch: [
        ['u:ann', 'd:1'],
        ['d:1', 'd:1', 'u:ann'],
      ],
      expected: [['d:1', 'u:ann']],
      created: 1,
      merges: [],
    },
  ])('$name', ({ profiles, batch, expected, created, merges }) => {
    const planned = plan(profiles, batch);
    expect(parts(outcome(profiles, planned))).toEqual(expected);
    expect(planned.createdProfiles).toHaveLength(created);
    expect(planned.merges.map(({ absorbed, survivor }) => `${absorbed}>${survivor}`)).toEqual(
      merges,
    );
    expect(demotedTexts(planned).flat()).toEqual([]);
  });
});

describe('identifiers that cannot be one person', () => {
  it.each<{
    name: string;
    profiles: Profiles;
    batch: readonly (readonly string[])[];
    expected: string[][];
    demoted: string[][];
  }>([
    {
      name: 'two people on one device: the device stays where it was',
      profiles: { p1: ['u:ann', 'd:tablet'] },
      batch: [['u:bob', 'd:tablet']],
      expected: [['d:tablet', 'u:ann'], ['u:bob']],
      demoted: [['d:tablet PERSON_CONFLICT']],
    },
    {
      name: 'two people on one device, both new, in one batch',
      profiles: {},
      batch: [['u:ann', 'd:tablet'], ['d:tablet', 'u:bob'], ['d:tablet']],
      expected: [['d:tablet', 'u:ann'], ['u:bob']],
      demoted: [[], ['d:tablet PERSON_CONFLICT'], []],
    },
    {
      name: 'two known people are never merged',
      profiles: { p1: ['u:ann'], p2: ['u:bob', 'e:b'] },
      batch: [['u:ann', 'e:b']],
      expected: [['e:b', 'u:bob'], ['u:ann']],
      demoted: [['e:b PERSON_CONFLICT']],
    },
    {
      name: 'two user ids in one event: the first one sent is believed',
      profiles: {},
      batch: [['u:ann', 'u:bob']],
      expected: [['u:ann']],
      demoted: [['u:bob PERSON_CONFLICT']],
    },
    {
      name: 'the lowest priority goes first, until the rest agree',
      profiles: { p1: ['u:ann', 'e:a', 'd:1', 'a:1'] },
      batch: [['a:1', 'd:1', 'e:a', 'u:bob']],
      expected: [['a:1', 'd:1', 'e:a', 'u:ann'], ['u:bob']],
      demoted: [['a:1 PERSON_CONFLICT', 'd:1 PERSON_CONFLICT', 'e:a PERSON_CONFLICT']],
    },
    {
      name: 'what is left after a demotion may still merge',
      profiles: { p1: ['u:ann'], p2: ['e:a'], p3: ['u:bob', 'd:1'] },
      batch: [['d:1', 'e:a', 'u:ann']],
      expected: [
        ['d:1', 'u:bob'],
        ['e:a', 'u:ann'],
      ],
      demoted: [['d:1 PERSON_CONFLICT']],
    },
    {
      name: 'at the limit of a namespace: one more is demoted',
      profiles: { p1: ['u:ann', 'e:1', 'e:2'] },
      batch: [['u:ann', 'e:3']],
      expected: [['e:1', 'e:2', 'u:ann']],
      demoted: [['e:3 NAMESPACE_LIMIT']],
    },
    {
      name: 'just below the limit: it is attached',
      profiles: { p1: ['u:ann', 'e:1'] },
      batch: [['u:ann', 'e:3']],
      expected: [['e:1', 'e:3', 'u:ann']],
      demoted: [[]],
    },
    {
      name: 'a merge that would break the limit of a namespace that the event does not name',
      profiles: { p1: ['u:ann', 'e:1', 'e:2'], p2: ['d:1', 'e:3'] },
      batch: [['u:ann', 'd:1']],
      expected: [
        ['d:1', 'e:3'],
        ['e:1', 'e:2', 'u:ann'],
      ],
      demoted: [['d:1 NAMESPACE_LIMIT']],
    },
    {
      name: 'a full profile: events still land, and what they bring is demoted',
      profiles: { p1: ['u:ann', 'a:1', 'a:2', 'a:3', 'a:4', 'a:5'] },
      batch: [
        ['u:ann', 'a:6'],
        ['a:1', 'u:ann'],
      ],
      expected: [['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'u:ann']],
      demoted: [['a:6 PROFILE_LIMIT'], []],
    },
    {
      name: 'filled to the last place',
      profiles: { p1: ['u:ann', 'a:1', 'a:2', 'a:3', 'a:4'] },
      batch: [['u:ann', 'a:5']],
      expected: [['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'u:ann']],
      demoted: [[]],
    },
    {
      name: 'two profiles that are too large together stay two',
      profiles: { p1: ['a:1', 'a:2', 'a:3', 'a:4'], p2: ['d:1', 'd:2', 'd:3'] },
      batch: [['a:1', 'd:1']],
      expected: [
        ['a:1', 'a:2', 'a:3', 'a:4'],
        ['d:1', 'd:2', 'd:3'],
      ],
      demoted: [['a:1 PROFILE_LIMIT']],
    },
    {
      name: 'a profile that is over a limit, since the policy is stricter now, still grows elsewhere',
      profiles: { p1: ['u:ann', 'e:1', 'e:2', 'e:3'] },
      batch: [
        ['u:ann', 'd:1'],
        ['u:ann', 'e:4'],
      ],
      expected: [['d:1', 'e:1', 'e:2', 'e:3', 'u:ann']],
      demoted: [[], ['e:4 NAMESPACE_LIMIT']],
    },
  ])('$name', ({ profiles, batch, expected, demoted }) => {
    const planned = plan(profiles, batch);
    expect(parts(outcome(profiles, planned))).toEqual(expected);
    expect(demotedTexts(planned)).toEqual(demoted);
  });
});

describe('what an event is assigned', () => {
  it('the identifier of the highest priority, and all others that were used after it', () => {
    const [assignment] = plan({ p1: ['u:ann', 'd:1'] }, [['d:1', 'u:ann']]).assignments;
    expect(assignment).toEqual({
      identifierId: 'u:ann',
      profileId: 'p1',
      identifierIds: ['u:ann', 'd:1'],
      held: null,
      demotions: [],
    });
  });

  it('the profile as it is at the end of the batch, whatever came later', () => {
    const { assignments } = plan({ p1: ['a:1'], p2: ['a:2'] }, [
      ['a:2'],
      ['d:new'],
      ['d:new', 'a:2'],
      ['a:1', 'a:2'],
    ]);
    expect(assignments.map(({ profileId }) => profileId)).toEqual(['p1', 'p1', 'p1', 'p1']);
  });
});

describe('evidence', () => {
  const named = ({ identifierId, linkedIdentifierId, requestIndex }: PlannedLink) =>
    `${requestIndex}: ${identifierId} ${linkedIdentifierId}`;

  it('links every identifier used to the one of the highest priority that was known', () => {
    const { links } = plan({ p1: ['d:1', 'a:1'] }, [['a:1', 'd:1', 'u:ann'], ['d:1']]);
    const added = '00000000-0000-7000-8000-000000000001';
    expect(links.map(named)).toEqual([`0: d:1 ${added}`, '0: d:1 a:1']);
  });

  it('gives an edge once, with the first event that names both ends', () => {
    const { links } = plan({ p1: ['d:1'] }, [
      ['a:1', 'd:1'],
      ['d:1', 'a:1'],
      ['a:1', 'd:1'],
    ]);
    const added = '00000000-0000-7000-8000-000000000001';
    expect(links.map(named)).toEqual([`0: d:1 ${added}`]);
  });

  it('tells an edge of a new node from one that may be known', () => {
    const { links } = plan({ p1: ['d:1', 'a:1'] }, [
      ['a:1', 'd:1', 'u:ann'],
      ['d:1', 'a:1'],
    ]);
    expect(links.map(({ isNew }) => isNew)).toEqual([true, false]);
  });

  it('links none that was demoted', () => {
    const { links } = plan({ p1: ['u:ann', 'd:1'], p2: ['u:bob', 'a:1'] }, [
      ['u:bob', 'a:1', 'd:1'],
    ]);
    expect(links.map(named)).toEqual([]);
  });

  it('names the event that merged, not the first of the batch', () => {
    const { merges } = plan({ p1: ['a:1'], p2: ['a:2'] }, [['a:1'], ['a:2'], ['a:2', 'a:1']]);
    expect(merges).toEqual([
      {
        survivor: 'p1',
        absorbed: 'p2',
        survivorIdentifierId: 'a:1',
        absorbedIdentifierId: 'a:2',
        requestIndex: 2,
      },
    ]);
  });
});

describe('any batch over any graph', () => {
  const identifier = fc
    .tuple(fc.constantFrom('u', 'e', 'd', 'a'), fc.integer({ min: 1, max: 6 }))
    .map(([namespace, value]) => `${namespace}:${value}`);
  const event = fc.uniqueArray(identifier, { minLength: 1, maxLength: 5 });
  const batches = fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 4 });

  it('gives the components of the accepted identifiers, within the limits', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const reference = new UnionFind();
        const ids = countingIds();
        let known: LoadedIdentifier[] = [];
        let merges = new Map<ProfileId, number>();
        for (const batch of all) {
          const graph = toKnownGraph(known, merges);
          const planned = planIdentities(batch.map(toRequest), graph, policy, ids);
          batch.forEach((texts, index) => {
            const demoted = new Set(planned.assignments[index]?.demotions.map(textOf));
            reference.unite(texts.filter((text) => !demoted.has(text)));
          });
          known = carryOut(known, planned);
          merges = new Map([...merges, ...mergesAfter(planned)]);
          checkAssignments(planned, known);
          checkCounts(planned, known);
        }
        expect(partitionBy(known.map((one) => [textOf(one), one.profileId]))).toEqual(
          reference.partition(),
        );
        checkLimits(known, merges);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same however the known identifiers are listed', () => {
    fc.assert(
      fc.property(batches, fc.integer(), (all, seed) => {
        let known: LoadedIdentifier[] = [];
        const ids = countingIds();
        for (const batch of all.slice(0, -1)) {
          const graph = toKnownGraph(known);
          known = carryOut(known, planIdentities(batch.map(toRequest), graph, policy, ids));
        }
        const requests = (all.at(-1) ?? []).map(toRequest);
        const shuffled = known.toSorted(
          (left, right) => hash(`${seed}${keyText(left)}`) - hash(`${seed}${keyText(right)}`),
        );
        const planOf = (listed: readonly LoadedIdentifier[]) => {
          const { changedProfiles, ...rest } = planIdentities(
            requests,
            toKnownGraph(listed),
            policy,
            countingIds(),
          );
          // In whichever order they were loaded.
          return { ...rest, changed: new Set(changedProfiles) };
        };
        expect(planOf(shuffled)).toEqual(planOf(known));
      }),
    );
  });

  it('tells what each profile held at every event that asks, as if each had come alone', () => {
    const asking = (texts: readonly string[]) => ({ ...toRequest(texts), asksForHeld: true });
    fc.assert(
      fc.property(batches, (all) => {
        const ids = countingIds();
        let known: LoadedIdentifier[] = [];
        let merges = new Map<ProfileId, number>();
        for (const batch of all) {
          const before = known;
          const graph = toKnownGraph(before, merges);
          const planned = planIdentities(batch.map(asking), graph, policy, ids);
          const told = planned.assignments.map(({ held }) => [
            ...before.filter(({ profileId }) => held?.profileIds.includes(profileId)),
            ...planned.createdIdentifiers.filter(({ identifierId }) =>
              held?.createdIdentifierIds.includes(identifierId),
            ),
          ]);
          const alone = batch.map((texts) => {
            const single = planIdentities(
              [toRequest(texts)],
              toKnownGraph(known, merges),
              policy,
              ids,
            );
            known = carryOut(known, single);
            merges = new Map([...merges, ...mergesAfter(single)]);
            const holder = single.assignments[0]?.profileId;
            return known.filter(({ profileId }) => profileId === holder);
          });
          const textsOf = (held: readonly KnownIdentifier[]) => held.map(textOf).toSorted();
          expect(told.map(textsOf)).toEqual(alone.map(textsOf));
        }
      }),
    );
  });

  function carryOut(known: readonly LoadedIdentifier[], planned: IdentityPlan): LoadedIdentifier[] {
    const moved = known.map((one) => ({
      ...one,
      profileId: planned.merges.reduce(
        (holder, { absorbed, survivor }) => (holder === absorbed ? survivor : holder),
        one.profileId,
      ),
    }));
    const created = planned.createdIdentifiers.map((one) => ({
      ...one,
      firstSeenAt: now,
      signedInAt: null,
    }));
    return [...moved, ...created];
  }

  function mergesAfter({ changedProfiles }: IdentityPlan): [ProfileId, number][] {
    return changedProfiles.map(({ profileId, merges }) => [profileId, merges]);
  }

  function checkCounts(planned: IdentityPlan, known: readonly LoadedIdentifier[]): void {
    for (const { profileId, counts } of [...planned.createdProfiles, ...planned.changedProfiles]) {
      const held = toKnownGraph(known).profiles.find((one) => one.profileId === profileId);
      expect(counts).toEqual(held?.counts);
    }
  }

  function checkAssignments(planned: IdentityPlan, known: readonly KnownIdentifier[]): void {
    const holders = new Map(known.map((one) => [one.identifierId, one.profileId]));
    for (const { profileId, identifierId, identifierIds } of planned.assignments) {
      expect(identifierIds[0]).toBe(identifierId);
      for (const one of identifierIds) expect(holders.get(one)).toBe(profileId);
    }
    for (const { profileId } of planned.createdProfiles) {
      expect([...holders.values()]).toContain(profileId);
    }
  }

  function checkLimits(
    known: readonly LoadedIdentifier[],
    merges: ReadonlyMap<ProfileId, number>,
  ): void {
    expect(new Set(known.map(textOf)).size).toBe(known.length);
    for (const profileId of new Set(known.map((one) => one.profileId))) {
      const held = known.filter((one) => one.profileId === profileId);
      expect(held.length).toBeLessThanOrEqual(policy.identifiersPerProfileMax);
      expect(merges.get(profileId) ?? 0).toBeLessThanOrEqual(policy.mergesPerProfileMax);
      for (const { name, limit } of namespaces) {
        const count = held.filter((one) => one.namespace === name).length;
        expect(count).toBeLessThanOrEqual(limit.max);
      }
    }
  }

  function hash(text: string): number {
    let sum = 7;
    for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000_003;
    return sum;
  }
});
