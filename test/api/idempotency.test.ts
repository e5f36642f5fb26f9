import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

function atOnce<Result>(times: number, act: () => Promise<Result>): Promise<readonly Result[]> {
  return Promise.all(Array.from({ length: times }, act));
}

const ADJUST = `mutation ($input: AdjustPointsInput!) { adjustPoints(input: $input) {
  __typename ... on LoyaltyTransaction { id points } } }`;

interface Adjusted {
  readonly adjustPoints: { readonly __typename: string; readonly id?: string };
}

it('one adjustment sent twenty times at once is posted once', async () => {
  const id = await newProfile(api, 'once');
  const input = { profileId: id, points: 25, reason: 'Goodwill', idempotencyKey: 'twenty' };
  const results = await atOnce(20, () => api.data<Adjusted>(ADJUST, { input }));
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(results[0]?.adjustPoints.__typename).toBe('LoyaltyTransaction');
  expect(await loyaltyOf(id)).toEqual({ balance: '25', transactions: 1 });
});

it('twenty adjustments under one key, each of another amount: one is posted', async () => {
  const id = await newProfile(api, 'one-of-many');
  let points = 0;
  const results = await atOnce(20, () => {
    points += 1;
    const input = { profileId: id, points, reason: 'Goodwill', idempotencyKey: 'contested' };
    return api.data<Adjusted>(ADJUST, { input });
  });
  const kinds = results.map(({ adjustPoints }) => adjustPoints.__typename).sort();
  expect(kinds).toEqual([...Array(19).fill('IdempotencyKeyReused'), 'LoyaltyTransaction']);
  expect((await loyaltyOf(id)).transactions).toBe(1);
});

it('twenty takings of ten from a balance of fifty: five get through', async () => {
  const id = await newProfile(api, 'spender', order('spender', 50));
  let attempt = 0;
  const results = await atOnce(20, () => {
    attempt += 1;
    const input = { profileId: id, points: -10, reason: 'Spend', idempotencyKey: `s-${attempt}` };
    return api.data<Adjusted>(ADJUST, { input });
  });
  const posted = results.filter(({ adjustPoints }) => adjustPoints.id !== undefined);
  expect(posted).toHaveLength(5);
  expect(await loyaltyOf(id)).toEqual({ balance: '0', transactions: 6 });
});

it('one batch sent eight times at once counts once', async () => {
  const customers = Array.from({ length: 40 }, (_, n) => `batch-${n}`);
  const events = customers.flatMap((user, n) => [
    order(user, 10, { messageId: `batch-${n}-a` }),
    {
      name: 'Signed In',
      messageId: `batch-${n}-b`,
      identifiers: [userIdentifier(user), { namespace: 'device_id', value: `device-${n}` }],
    },
  ]);
  const results = await atOnce(8, () => recordEvents(api, events));
  const total = (field: 'accepted' | 'duplicates' | 'quarantined') =>
    results.reduce((sum, result) => sum + result[field], 0);
  expect([total('accepted'), total('duplicates'), total('quarantined')]).toEqual([
    events.length,
    7 * events.length,
    0,
  ]);
  const profiles = new Set(results.flatMap((result) => result.profiles.map(({ id }) => id)));
  expect(profiles.size).toBe(customers.length);
  for (const id of profiles)
    expect(await loyaltyOf(id)).toEqual({ balance: '11', transactions: 2 });
  expect(await countsOf('batch-%')).toEqual({ events: events.length, orders: customers.length });
});

it('eight batches that overlap, each in another order, count every message once', async () => {
  const events = Array.from({ length: 60 }, (_, n) =>
    order(`overlap-${n % 9}`, 1, { messageId: `overlap-${n}` }),
  );
  let turn = 0;
  await atOnce(8, () => {
    turn += 1;
    const turned = [...events.slice(turn * 7), ...events.slice(0, turn * 7)];
    return recordEvents(api, (turn % 2 === 0 ? turned.reverse() : turned).slice(0, 45));
  });
  await recordEvents(api, events);
  expect(await countsOf('overlap-%')).toEqual({ events: 60, orders: 60 });
});

it('feedback and activity sent eight times at once are recorded once', async () => {
  const id = await newProfile(api, 'told-once');
  await atOnce(8, () =>
    api.data(
      `mutation ($f: SubmitFeedbackInput!, $c: CommunityActivityInput!) {
        submitFeedback(input: $f) { __typename } recordCommunityActivity(input: $c) { __typename } }`,
      {
        f: { profileId: id, kind: 'NPS', score: 10, messageId: 'told-nps' },
        c: { profileId: id, kind: 'POST', messageId: 'told-post' },
      },
    ),
  );
  const { profile } = await api.data<{ profile: object }>(
    `query ($id: ID!) { profile(id: $id) { feedback { edges { node { score } } }
      community { total { posts } } } }`,
    { id },
  );
  expect(profile).toEqual({
    feedback: { edges: [{ node: { score: 10 } }] },
    community: { total: { posts: 1 } },
  });
});

it('a code asked for eight times at once is one code, and eight claims of it are one', async () => {
  const owner = await newProfile(api, 'owner');
  const friend = await newProfile(api, 'friend');
  const codes = await atOnce(8, () =>
    api.data<{ createReferralCode: { code: string } }>(
      `mutation ($id: ID!) { createReferralCode(input: {profileId: $id}) {
        ... on ReferralCode { code } } }`,
      { id: owner },
    ),
  );
  const [code = ''] = new Set(codes.map(({ createReferralCode }) => createReferralCode.code));
  expect(codes).toEqual(Array(8).fill({ createReferralCode: { code } }));
  const claims = await atOnce(8, () =>
    api.data<{ claimReferral: { __typename: string } }>(
      `mutation ($id: ID!, $code: String!) { claimReferral(input: {profileId: $id, code: $code}) {
        __typename } }`,
      { id: friend, code },
    ),
  );
  const kinds = claims.map(({ claimReferral }) => claimReferral.__typename).sort();
  expect(kinds).toEqual([...Array(7).fill('AlreadyReferred'), 'Referral']);
  await atOnce(4, () => recordEvents(api, [order('friend', 10, { messageId: 'first-order' })]));
  expect(await loyaltyOf(owner)).toEqual({ balance: '500', transactions: 1 });
  expect(await loyaltyOf(friend)).toEqual({ balance: '210', transactions: 2 });
});

async function loyaltyOf(id: string): Promise<{ balance: string; transactions: number }> {
  const { profile } = await api.data<{
    profile: { loyalty: { balance: string; transactions: { edges: readonly unknown[] } } };
  }>(
    `query ($id: ID!) { profile(id: $id) { loyalty { balance transactions(first: 100) {
      edges { node { id } } } } } }`,
    { id },
  );
  const { balance, transactions } = profile.loyalty;
  return { balance, transactions: transactions.edges.length };
}

/** What the tables hold of the customers whose user id is like this. */
async function countsOf(userIds: string): Promise<unknown> {
  const [counts] = await api.database.query(
    `select (select count(*)::int from event where message_id like $1) as events,
            (select sum(a.orders)::int from activity_day a where a.profile_id in
              (select i.profile_id from identifier i
               where i.namespace = 'user_id' and i.value like $1)) as orders`,
    [userIds],
  );
  return counts;
}
