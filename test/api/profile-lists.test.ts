import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

interface ProfileNode {
  readonly id: string;
  readonly createdAt: string;
  readonly lifecycle: {
    readonly stage: string;
    readonly since: string;
    readonly atRiskSince: string | null;
  };
  readonly value: { readonly tier: string; readonly lifetimeRevenue: { readonly amount: string } };
  readonly loyalty: { readonly balance: string; readonly tier: string };
}

interface Page {
  readonly profiles: {
    readonly edges: readonly { readonly cursor: string; readonly node: ProfileNode }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
    readonly totalCount: { readonly value: number; readonly kind: string };
  };
}

const QUERY = `query ($first: Int, $after: String, $last: Int, $before: String,
  $filter: ProfileFilter, $orderBy: ProfileOrder) {
  profiles(first: $first, after: $after, last: $last, before: $before, filter: $filter,
    orderBy: $orderBy) {
    edges { cursor node { id createdAt lifecycle { stage since atRiskSince }
      value { tier lifetimeRevenue { amount } } loyalty { balance tier } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount { value kind } } }`;

interface Asked {
  readonly filter?: object;
  readonly orderBy?: { readonly by: string; readonly direction?: string };
}

/** Everybody in a list, read from either end. */
async function readAll(asked: Asked, size: number, end: 'first' | 'last'): Promise<ProfileNode[]> {
  const pages: ProfileNode[][] = [];
  let cursor: string | null = null;
  for (;;) {
    const place: object = end === 'first' ? { after: cursor } : { before: cursor };
    const { profiles }: Page = await api.data<Page>(QUERY, { ...asked, [end]: size, ...place });
    const nodes = profiles.edges.map(({ node }) => node);
    if (end === 'first') pages.push(nodes);
    else pages.unshift(nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = profiles.pageInfo;
    if (!(end === 'first' ? hasNextPage : hasPreviousPage)) return pages.flat();
    cursor = end === 'first' ? endCursor : startCursor;
  }
}

let everybody: readonly ProfileNode[] = [];

beforeAll(async () => {
  // Every third day of a summer, and then silence.
  const summer = Array.from({ length: 26 }, (_, n) =>
    new Date(Date.UTC(2026, 5, 15 + 3 * n)).toISOString(),
  );
  for (let n = 0; n < 24; n += 1) {
    const user = `u${n}`;
    const month = String(1 + (n % 11)).padStart(2, '0');
    const orders = [
      // Equal revenues and equal times, so that pages end amid them.
      order(user, 10 * (n % 4), { occurredAt: `2026-${month}-05T00:00:00Z` }),
      ...(n % 5 === 0 ? [order(user, 500, { occurredAt: '2026-11-01T00:00:00Z' })] : []),
      ...(n % 6 === 1 ? summer.map((occurredAt) => order(user, 20, { occurredAt })) : []),
    ];
    await recordEvents(api, orders);
    if (n % 8 === 7) api.clock.advanceDays(1);
  }
  // One who was absorbed, of whom nothing is to be seen.
  const cookie = { namespace: 'anonymous_id', value: 'c' };
  await recordEvents(api, [{ ...order('x', 77), identifiers: [cookie] }]);
  await recordEvents(api, [{ name: 'A', identifiers: [cookie, userIdentifier('u0')] }]);
  everybody = await readAll({}, 100, 'first');
});

const revenue = ({ value }: ProfileNode) => Number(value.lifetimeRevenue.amount);
const points = ({ loyalty }: ProfileNode) => Number(loyalty.balance);

/** What each order goes by; null for whoever is not in it. */
const keys: Readonly<Record<string, (node: ProfileNode) => string | number | null>> = {
  CREATED: ({ createdAt }) => createdAt,
  STAGE_SINCE: ({ lifecycle }) => lifecycle.since,
  AT_RISK_SINCE: ({ lifecycle }) => lifecycle.atRiskSince,
  LIFETIME_REVENUE: revenue,
  POINTS_BALANCE: points,
};

function inOrder(by: string, direction: string, among: readonly ProfileNode[]): ProfileNode[] {
  const key = keys[by] ?? (() => null);
  const sign = direction === 'ASC' ? 1 : -1;
  return among
    .filter((node) => key(node) !== null)
    .sort((one, other) => {
      const [left, right] = [key(one) ?? '', key(other) ?? ''];
      if (left !== right) return left < right ? -sign : sign;
      return one.id < other.id ? -sign : sign;
    });
}

it('there is somebody for everything', () => {
  expect(everybody).toHaveLength(24);
  expect(new Set(everybody.map(({ lifecycle }) => lifecycle.stage)).size).toBeGreaterThan(2);
  expect(everybody.some(({ lifecycle }) => lifecycle.atRiskSince !== null)).toBe(true);
  expect(new Set(everybody.map(({ createdAt }) => createdAt)).size).toBeGreaterThan(2);
  expect(new Set(everybody.map(revenue)).size).toBeLessThan(20);
});

const [amidCreation, amidStages] = ['2026-11-21T00:00:00.000Z', '2026-06-01T00:00:00.000Z'];

interface Case {
  readonly by: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly isIn: (node: ProfileNode) => boolean;
}

const cases: readonly Case[] = [
  ...Object.keys(keys).map((by) => ({ by, filter: {}, isIn: () => true })),
  { by: 'CREATED', filter: { stage: 'CHURN' }, isIn: (one) => one.lifecycle.stage === 'CHURN' },
  {
    by: 'CREATED',
    filter: { atRisk: true, tier: 'LOW' },
    isIn: (one) => one.lifecycle.atRiskSince !== null && one.value.tier === 'LOW',
  },
  {
    by: 'CREATED',
    filter: { membershipTier: 'MEMBER', atRisk: false },
    isIn: (one) => one.loyalty.tier === 'MEMBER' && one.lifecycle.atRiskSince === null,
  },
  {
    by: 'CREATED',
    filter: { membershipTier: 'SILVER' },
    isIn: (one) => one.loyalty.tier === 'SILVER',
  },
  {
    by: 'CREATED',
    filter: { createdSince: amidCreation },
    isIn: (one) => one.createdAt >= amidCreation,
  },
  {
    by: 'CREATED',
    filter: { createdUntil: amidCreation },
    isIn: (one) => one.createdAt < amidCreation,
  },
  { by: 'STAGE_SINCE', filter: { stage: 'CHURN' }, isIn: (one) => one.lifecycle.stage === 'CHURN' },
  {
    by: 'STAGE_SINCE',
    filter: { stageSince: amidStages },
    isIn: (one) => one.lifecycle.since >= amidStages,
  },
  { by: 'AT_RISK_SINCE', filter: { atRisk: true }, isIn: () => true },
  {
    by: 'LIFETIME_REVENUE',
    filter: { lifetimeRevenueMin: '20' },
    isIn: (one) => revenue(one) >= 20,
  },
  {
    by: 'LIFETIME_REVENUE',
    filter: { tier: 'LOW', lifetimeRevenueMin: '10.00' },
    isIn: (one) => one.value.tier === 'LOW' && revenue(one) >= 10,
  },
  { by: 'POINTS_BALANCE', filter: { pointsBalanceMin: '500' }, isIn: (one) => points(one) >= 500 },
  {
    by: 'POINTS_BALANCE',
    filter: { membershipTier: 'SILVER' },
    isIn: (one) => one.loyalty.tier === 'SILVER',
  },
];

describe.each(cases)('by $by, $filter', ({ by, filter, isIn }) => {
  it.each(['ASC', 'DESC'])('%s, from either end, in pages as well', async (direction) => {
    const among = everybody.filter(isIn);
    const asked = { filter, orderBy: { by, direction } };
    const whole = await readAll(asked, 100, 'first');
    // Whoever never had points has no account, and is in no list by points.
    const listed =
      by === 'POINTS_BALANCE'
        ? among.filter((one) => whole.some(({ id }) => id === one.id) || points(one) > 0)
        : among;
    expect(whole.map(({ id }) => id)).toEqual(inOrder(by, direction, listed).map(({ id }) => id));
    expect(await readAll(asked, 3, 'first')).toEqual(whole);
    expect(await readAll(asked, 4, 'last')).toEqual(whole);
    const { profiles } = await api.data<Page>(QUERY, { ...asked, first: 1 });
    expect(profiles.totalCount).toEqual({ value: whole.length, kind: 'EXACT' });
  });
});

describe('what cannot be asked for', () => {
  it.each([
    ['STAGE_SINCE', { tier: 'HIGH' }, 'by STAGE_SINCE under `tier` together'],
    ['CREATED', { stage: 'CHURN', createdSince: amidCreation }, 'CREATED with `stage`, `atRisk`'],
    ['CREATED', { lifetimeRevenueMin: '1' }, 'LIFETIME_REVENUE with `tier`, `lifetimeRevenueMin`'],
    ['AT_RISK_SINCE', { atRisk: false }, 'only those are listed who are at risk'],
    ['CREATED', { stage: 'CHURNED' }, 'There is no such stage.'],
    ['CREATED', { membershipTier: 'TIN' }, 'There is no such membership tier.'],
    ['CREATED', { model: 'five-stage' }, 'by which model'],
    ['LIFETIME_REVENUE', { lifetimeRevenueMin: '1.999' }, 'no amount of USD'],
  ])('by %s, %j is refused', async (by, filter, message) => {
    const { errors } = await api.query(QUERY, { filter, orderBy: { by } });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message), extensions: { code: 'INVALID_INPUT' } },
    ]);
  });

  it('a model that is not in use', async () => {
    const { errors } = await api.query(QUERY, { filter: { model: 'none', stage: 'CHURN' } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNKNOWN_LIFECYCLE_MODEL' } }]);
  });

  it('the cursor of another order', async () => {
    const { profiles } = await api.data<Page>(QUERY, { first: 1 });
    const { endCursor } = profiles.pageInfo;
    const { errors } = await api.query(QUERY, {
      after: endCursor,
      orderBy: { by: 'LIFETIME_REVENUE' },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', argument: 'after' } }]);
  });
});

it('counts of what one customer has are theirs', async () => {
  const id = await newProfile(api, 'counted', order('counted', 10));
  await recordEvents(api, [
    order('counted', 20),
    { name: 'A', identifiers: [userIdentifier('counted')] },
  ]);
  await api.data(
    `mutation ($id: ID!) { submitFeedback(input: {profileId: $id, kind: SUGGESTION, comment: "x"}) {
      __typename } }`,
    { id },
  );
  const data = await api.data(
    `query ($id: ID!) { profile(id: $id) {
      events(first: 1) { totalCount { value kind } } feedback(first: 1) { totalCount { value kind } }
      loyalty { transactions(first: 1) { totalCount { value kind } } } }
      quarantinedEvents { totalCount { value kind } }
      duplicateCandidates { totalCount { value kind } } }`,
    { id },
  );
  const count = (value: number) => ({ totalCount: { value, kind: 'EXACT' } });
  expect(data).toEqual({
    profile: {
      events: count(4),
      feedback: count(1),
      loyalty: { transactions: count(2) },
    },
    quarantinedEvents: count(0),
    duplicateCandidates: count(0),
  });
});

describe('a key without loyalty:read', () => {
  const ids = '{ edges { cursor node { id } } }';

  it.each([
    ['an order', `{ profiles(orderBy: { by: POINTS_BALANCE, direction: DESC }) ${ids} }`],
    [
      'a balance',
      `{ profiles(filter: { pointsBalanceMin: "1" }, orderBy: { by: POINTS_BALANCE, direction: DESC }) ${ids} }`,
    ],
    ['a membership tier', `{ profiles(filter: { membershipTier: "GOLD" }) ${ids} }`],
  ])('is told nothing of points by %s', async (_name, query) => {
    const { errors } = await api.query(query, {}, { key: await api.key('profiles:read') });
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'FORBIDDEN', scope: 'loyalty:read' },
    ]);
  });
});
