import { graphql } from 'graphql';
import { Query, Resolver } from 'type-graphql';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { madeUpProfiles } from '../../../test/support/profiles';
import { RequestContext } from '../../platform/graphql/context';
import { encodeCursor } from '../../platform/graphql/cursor';
import { buildApiSchema } from '../../platform/graphql/schema';
import { type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import { Profile } from '../identity';
import { defaultLoyaltyPolicy as policy } from './loyalty.policy';
import { LoyaltyReads } from './loyalty.reads';
import {
  LoyaltyAccountResolver,
  LoyaltyResolver,
  LoyaltyTransactionResolver,
} from './loyalty.resolver';
import { LoyaltyService } from './loyalty.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00.000Z');
const nobody = uuidSource.next<ProfileId>();
const profiles = madeUpProfiles((profileId) => (profileId === nobody ? null : profileId));
const service = new LoyaltyService(database, policy, uuidSource, clock, profiles);
const reads = new LoyaltyReads(database, policy, clock);
const shown: { profileIds: ProfileId[] } = { profileIds: [] };

@Resolver(() => Profile)
class ShownProfilesResolver {
  @Query(() => [Profile])
  shown(): Profile[] {
    return shown.profileIds.map((profileId) =>
      Object.assign(Object.create(Profile.prototype), {
        profileId,
      }),
    );
  }
}

const instances = new Map<new (...args: never[]) => object, object>([
  [ShownProfilesResolver, new ShownProfilesResolver()],
  [LoyaltyResolver, new LoyaltyResolver(service)],
  [LoyaltyAccountResolver, new LoyaltyAccountResolver(reads)],
  [LoyaltyTransactionResolver, new LoyaltyTransactionResolver()],
]);
const schema = buildApiSchema([...instances.keys()], instances);

async function ask(source: string, variableValues: Record<string, unknown> = {}) {
  const caller = { kind: 'KEY', name: 'crm', scopes: new Set([]) } as const;
  const contextValue = new RequestContext('r', caller);
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors };
}

const ADJUST = `mutation ($input: AdjustPointsInput!) {
  adjustPoints(input: $input) {
    __typename
    ... on LoyaltyTransaction { id kind points reason note actor account { balance tier tierSince } }
    ... on InsufficientPoints { message balance requested }
    ... on IdempotencyKeyReused { message idempotencyKey }
    ... on ProfileNotFound { message }
    ... on AdjustmentRefused { message fault limit }
  }
}`;

async function adjust(profileId: ProfileId, points: string, change: object = {}) {
  const input = {
    profileId: toPublicId('prf', profileId),
    points,
    reason: 'Goodwill',
    idempotencyKey: uuidSource.next<string>(),
    ...change,
  };
  const { data, errors } = await ask(ADJUST, { input });
  expect(errors).toBeUndefined();
  return data.adjustPoints;
}

beforeEach(() => clock.set('2026-06-01T12:00:00.000Z'));

test('an adjustment shows the balance it leads to', async () => {
  const ann = uuidSource.next<ProfileId>();
  expect(await adjust(ann, '25', { note: 'late parcel' })).toEqual({
    __typename: 'LoyaltyTransaction',
    id: expect.stringMatching(/^txn_/),
    kind: 'ADJUSTMENT',
    points: '25',
    reason: 'Goodwill',
    note: 'late parcel',
    actor: 'key:crm',
    account: { balance: '25', tier: 'MEMBER', tierSince: null },
  });
});

test('two adjustments in one request each show their own balance', async () => {
  const id = toPublicId('prf', uuidSource.next());
  const one = (key: string) =>
    `adjustPoints(input: {profileId: "${id}", points: 5, reason: "x", idempotencyKey: "${key}"}) {
      ... on LoyaltyTransaction { account { balance } } }`;
  const { data } = await ask(`mutation { a: ${one('two-a')} b: ${one('two-b')} }`);
  expect(data).toEqual({ a: { account: { balance: '5' } }, b: { account: { balance: '10' } } });
});

test('every refusal is a member of the result', async () => {
  const ann = uuidSource.next<ProfileId>();
  const idempotencyKey = 'refusals';
  await adjust(ann, '10', { idempotencyKey });
  expect(await adjust(ann, '11', { idempotencyKey })).toEqual({
    __typename: 'IdempotencyKeyReused',
    message: expect.any(String),
    idempotencyKey,
  });
  expect(await adjust(ann, '-11')).toEqual({
    __typename: 'InsufficientPoints',
    message: '11 points were to be taken; the balance is 10.',
    balance: '10',
    requested: '11',
  });
  expect(await adjust(nobody, '1')).toMatchObject({ __typename: 'ProfileNotFound' });
  expect(await adjust(ann, '0')).toMatchObject({
    __typename: 'AdjustmentRefused',
    fault: 'ZERO_POINTS',
    limit: null,
  });
  expect(await adjust(ann, '1000001')).toMatchObject({
    __typename: 'AdjustmentRefused',
    fault: 'BEYOND_MAXIMUM',
    limit: '1000000',
  });
});

test('accounts of many profiles, with none among them, in their order', async () => {
  const [ann, ben] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
  await adjust(ann, '3');
  shown.profileIds = [ben, ann];
  const { data } = await ask(
    '{ shown { loyalty { balance lifetimePoints tier tierSince expiring { points lots { id } } } } }',
  );
  const empty = { points: '0', lots: [] };
  expect(data.shown.map(({ loyalty }: { loyalty: unknown }) => loyalty)).toEqual([
    { balance: '0', lifetimePoints: '0', tier: 'MEMBER', tierSince: null, expiring: empty },
    { balance: '3', lifetimePoints: '3', tier: 'MEMBER', tierSince: null, expiring: empty },
  ]);
});

test('what is about to expire, within the days asked', async () => {
  const ann = uuidSource.next<ProfileId>();
  await adjust(ann, '3');
  clock.advanceDays(10);
  await adjust(ann, '4');
  clock.advanceDays(345);
  shown.profileIds = [ann];
  const { data } = await ask(`{ shown { loyalty {
    in10: expiring(days: 10) { points lots { points expiresAt } }
    in9: expiring(days: 9) { points }
    in30: expiring { points lots { points } } } } }`);
  expect(data.shown[0].loyalty).toEqual({
    in10: { points: '3', lots: [{ points: '3', expiresAt: '2027-06-01T12:00:00.000Z' }] },
    in9: { points: '0' },
    in30: { points: '7', lots: [{ points: '3' }, { points: '4' }] },
  });
});

test.each(['lots', 'transactions'])('%s are paged without a gap or a repeat', async (list) => {
  const ann = uuidSource.next<ProfileId>();
  for (const points of ['1', '2', '3', '4', '5']) {
    await adjust(ann, points);
    if (points !== '2') clock.advanceDays(1);
  }
  shown.profileIds = [ann];
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const { data } = await ask(
      `query ($after: String) { shown { loyalty {
        page: ${list}(first: 2, after: $after) {
          edges { node { points } } pageInfo { hasNextPage endCursor } } } } }`,
      { after },
    );
    const { edges, pageInfo } = data.shown[0].loyalty.page;
    pages.push(edges.map(({ node }: { node: { points: string } }) => node.points));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  const oldestFirst = [['1', '2'], ['3', '4'], ['5']];
  const newestFirst = [['5', '4'], ['3', '2'], ['1']];
  expect(pages).toEqual(list === 'lots' ? oldestFirst : newestFirst);
});

test('a cursor of lots holds its place, whatever became of the lot', async () => {
  const ann = uuidSource.next<ProfileId>();
  const ben = uuidSource.next<ProfileId>();
  for (const points of ['1', '2', '3', '4']) {
    for (const profileId of [ben, ann]) await adjust(profileId, points);
    clock.advanceDays(1);
  }
  const page = async (profileId: ProfileId, after: string | null) => {
    shown.profileIds = [profileId];
    const { data } = await ask(
      `query ($after: String) { shown { loyalty { lots(first: 2, after: $after) {
        edges { node { points } } pageInfo { endCursor } } } } }`,
      { after },
    );
    return data.shown[0].loyalty.lots;
  };
  const { pageInfo } = await page(ann, null);
  // As it is after a merge: the lots are another profile's, with ids of their own.
  const next = await page(ben, pageInfo.endCursor);
  expect(next.edges).toEqual([{ node: { points: '3' } }, { node: { points: '4' } }]);
});

test.each([
  ['a page too large', 'lots(first: 101) { edges { cursor } }'],
  ['a broken cursor', 'transactions(after: "x") { edges { cursor } }'],
  ['a cursor of another list', `lots(after: "WyJ0eG5fMSJd") { edges { cursor } }`],
  ['no expiry, and no lot', `lots(after: "${encodeCursor(['never', 'x'])}") { edges { cursor } }`],
  ['no days', 'expiring(days: 0) { points }'],
])('%s is refused', async (_, field) => {
  shown.profileIds = [uuidSource.next()];
  const { errors } = await ask(`{ shown { loyalty { ${field} } } }`);
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});

test('a malformed profile id is refused', async () => {
  const input = { profileId: 'prf_1', points: '1', reason: 'x', idempotencyKey: 'malformed' };
  const { errors } = await ask(ADJUST, { input });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});
