import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

interface Node {
  readonly id: string;
}

interface Page<N> {
  readonly edges: readonly { readonly cursor: string; readonly node: N }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface List {
  /** Around the connection; `%` stands for it, with its arguments. */
  readonly query: string;
  /** Where the connection is in the data. */
  readonly at: readonly string[];
}

/** Which end a list is read from. */
type End = 'first' | 'last';

const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

async function readPage<N extends Node>({ query, at }: List, variables: object): Promise<Page<N>> {
  const data: unknown = await api.data(query, { ...variables });
  return at.reduce((value, name) => (value as Record<string, unknown>)[name], data) as Page<N>;
}

/**
 * Reads a list to its other end.
 * @param between done after each page but the last
 * @returns every node, in the order of the list, whichever end it was read from
 */
async function readAll<N extends Node>(
  list: List,
  variables: object,
  size: number,
  between: () => Promise<void> = async () => {},
  end: End = 'first',
): Promise<readonly N[]> {
  const pages: (readonly N[])[] = [];
  let cursor: string | null = null;
  for (;;) {
    const place = end === 'first' ? { after: cursor } : { before: cursor };
    const page: Page<N> = await readPage<N>(list, { ...variables, [end]: size, ...place });
    const { edges, pageInfo } = page;
    const nodes = edges.map(({ node }) => node);
    if (end === 'first') pages.push(nodes);
    else pages.unshift(nodes);
    expect(edges.length).toBeLessThanOrEqual(size);
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    const { hasNextPage, hasPreviousPage } = pageInfo;
    const [hasMore, hasBehind] =
      end === 'first' ? [hasNextPage, hasPreviousPage] : [hasPreviousPage, hasNextPage];
    expect(hasBehind).toBe(cursor !== null);
    if (!hasMore) return pages.flat();
    expect(edges).toHaveLength(size);
    cursor = end === 'first' ? pageInfo.endCursor : pageInfo.startCursor;
    await between();
  }
}

const ends: readonly End[] = ['first', 'last'];

/** Every size from either end. */
const walks = [1, 4, 7, 100].flatMap((size) => ends.map((end) => [size, end] as const));

const PAGING = 'first: $first, after: $after, last: $last, before: $before';
const PAGING_VARIABLES = '$first: Int, $after: String, $last: Int, $before: String';

function listOfProfile(path: readonly string[], fields: string): List {
  const parents = path.slice(0, -1);
  return {
    query: `query ($id: ID!, ${PAGING_VARIABLES}) { profile(id: $id) {
      ${parents.map((name) => `${name} {`).join(' ')} ${path.at(-1)}(${PAGING}) {
        edges { cursor node { id ${fields} } } ${PAGE_INFO} }
      ${'}'.repeat(parents.length)} } }`,
    at: ['profile', ...path],
  };
}

function expectDescending(values: readonly string[]): void {
  expect(values).toEqual([...values].sort().reverse());
}

describe('events', () => {
  const list = listOfProfile(['events'], 'name occurredAt');

  interface EventNode extends Node {
    readonly name: string;
    readonly occurredAt: string;
  }

  /** Three at each instant, so that pages end amid equal times. */
  const events = Array.from({ length: 24 }, (_, n) => ({
    name: `E${n}`,
    identifiers: [userIdentifier('reader')],
    occurredAt: new Date(Date.UTC(2026, 9, 1 + Math.floor(n / 3))).toISOString(),
  }));
  let id = '';

  beforeAll(async () => {
    const { profiles } = await recordEvents(api, events);
    id = profiles[0]?.id ?? '';
  });

  it.each(walks)(
    'in pages of %d from the %s are each there once, newest first',
    async (size, end) => {
      const nodes = await readAll<EventNode>(list, { id }, size, undefined, end);
      expect(nodes.map(({ name }) => name).sort()).toEqual(events.map(({ name }) => name).sort());
      expectDescending(nodes.map(({ occurredAt }) => occurredAt));
    },
  );

  it.each(ends)(
    'that arrive between two pages, from the %s, do not shift what is still to be read',
    async (end) => {
      const { profiles } = await recordEvents(
        api,
        events.map((event) => ({ ...event, identifiers: [userIdentifier(`reader-${end}`)] })),
      );
      const own = { id: profiles[0]?.id };
      let count = 0;
      const between = async () => {
        count += 1;
        const identifiers = [userIdentifier(`reader-${end}`)];
        // News of times that have been read already, from either end.
        const read = end === 'first' ? '2026-10-09T00:00:00Z' : '2026-09-01T00:00:00Z';
        await recordEvents(api, [
          ...(end === 'first' ? [{ name: 'New', identifiers }] : []),
          { name: 'Late', identifiers, occurredAt: read },
        ]);
      };
      const nodes = await readAll<EventNode>(list, own, 5, between, end);
      expect(count).toBeGreaterThan(3);
      expect(nodes.map(({ name }) => name).sort()).toEqual(events.map(({ name }) => name).sort());
    },
  );

  it('of a merged profile are one list', async () => {
    const cookie = { namespace: 'anonymous_id', value: 'list-cookie' };
    await recordEvents(api, [
      ...Array.from({ length: 5 }, (_, n) => ({
        name: `Before ${n}`,
        identifiers: [cookie],
        occurredAt: `2026-10-0${n + 1}T12:00:00Z`,
      })),
      { name: 'Signed In', identifiers: [cookie, userIdentifier('merged-reader')] },
      { name: 'After', identifiers: [userIdentifier('merged-reader')] },
    ]);
    const merged = await newProfile(api, 'merged-reader');
    const nodes = await readAll<EventNode>(list, { id: merged }, 2);
    expect(nodes).toHaveLength(8);
    expect(new Set(nodes.map((node) => node.id)).size).toBe(8);
    expectDescending(nodes.map(({ occurredAt }) => occurredAt));
  });
});

describe('points', () => {
  const transactions = listOfProfile(['loyalty', 'transactions'], 'points postedAt');
  const lots = listOfProfile(['loyalty', 'lots'], 'points expiresAt');

  async function adjust(id: string, points: number, key: string): Promise<void> {
    await api.data(
      `mutation ($input: AdjustPointsInput!) { adjustPoints(input: $input) {
        ... on LoyaltyTransaction { id } } }`,
      { input: { profileId: id, points, reason: 'Test', idempotencyKey: key } },
    );
  }

  it.each(walks)(
    'transactions in pages of %d from the %s are each there once',
    async (size, end) => {
      const user = `points-${size}-${end}`;
      const id = await newProfile(api, user, order(user, 100));
      for (let n = 1; n <= 9; n += 1) await adjust(id, n, `${id}-${n}`);
      const nodes = await readAll<Node & { points: string; postedAt: string }>(
        transactions,
        { id },
        size,
        undefined,
        end,
      );
      expect(nodes.map(({ points }) => points)).toEqual([
        '9',
        '8',
        '7',
        '6',
        '5',
        '4',
        '3',
        '2',
        '1',
        '100',
      ]);
      expectDescending(nodes.map(({ postedAt }) => postedAt));
    },
  );

  it('transactions posted between two pages do not shift the rest', async () => {
    const id = await newProfile(api, 'busy');
    for (let n = 1; n <= 6; n += 1) await adjust(id, n, `busy-${n}`);
    let extra = 0;
    const nodes = await readAll<Node & { points: string }>(transactions, { id }, 2, () => {
      extra += 1;
      return adjust(id, 100, `busy-extra-${extra}`);
    });
    expect(nodes.map(({ points }) => points)).toEqual(['6', '5', '4', '3', '2', '1']);
  });

  it('lots come in the order a spend takes them, even where one is spent between two pages', async () => {
    const orders = Array.from({ length: 7 }, (_, n) =>
      order('lots', 10 + n, { occurredAt: `2026-0${n + 1}-15T00:00:00Z` }),
    );
    const { profiles } = await recordEvents(api, [...orders].reverse());
    const id = profiles[0]?.id ?? '';
    const all = await readAll<Node & { points: string }>(lots, { id }, 3);
    expect(await readAll(lots, { id }, 2, undefined, 'last')).toEqual(all);
    expect(all.map(({ points }) => points)).toEqual(['10', '11', '12', '13', '14', '15', '16']);
    let spent = 0;
    const nodes = await readAll<Node & { points: string }>(lots, { id }, 3, async () => {
      if (spent === 0) await adjust(id, -5, 'lots-spend');
      spent += 5;
    });
    expect(nodes.map((node) => node.id)).toEqual(all.map((node) => node.id));
  });
});

describe('feedback', () => {
  const list = listOfProfile(['feedback'], 'comment occurredAt');

  it.each(walks)(
    'in pages of %d from the %s is each there once, newest first',
    async (size, end) => {
      const id = await newProfile(api, `feedback-${size}-${end}`);
      const submit = (n: number, occurredAt: string) =>
        api.data(
          'mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) { __typename } }',
          { of: { profileId: id, kind: 'SUGGESTION', comment: `c${n}`, occurredAt } },
        );
      for (let n = 0; n < 9; n += 1) await submit(n, `2026-10-0${1 + Math.floor(n / 2)}T00:00:00Z`);
      const nodes = await readAll<Node & { comment: string; occurredAt: string }>(
        list,
        { id },
        size,
        async () => {
          await submit(99, end === 'first' ? '2026-11-01T00:00:00Z' : '2026-09-01T00:00:00Z');
        },
        end,
      );
      expect(nodes.map(({ comment }) => comment).sort()).toEqual(
        Array.from({ length: 9 }, (_, n) => `c${n}`),
      );
      expectDescending(nodes.map(({ occurredAt }) => occurredAt));
    },
  );
});

describe('history of stages', () => {
  const list = listOfProfile(['lifecycle', 'history'], 'from to occurredAt');

  interface Transition extends Node {
    readonly from: string | null;
    readonly to: string;
    readonly occurredAt: string;
  }

  it.each(walks)(
    'in pages of %d from the %s is one unbroken chain, newest first',
    async (size, end) => {
      const user = `history-${size}-${end}`;
      const orders = [2020, 2021, 2022, 2023, 2024, 2025].map((year) =>
        order(user, 10, { occurredAt: `${year}-03-01T00:00:00Z` }),
      );
      const { profiles } = await recordEvents(api, orders);
      const nodes = await readAll<Transition>(list, { id: profiles[0]?.id }, size, undefined, end);
      expect(nodes.length).toBeGreaterThan(10);
      expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
      expectDescending(nodes.map(({ occurredAt }) => occurredAt));
      for (const [index, { from }] of nodes.entries()) {
        expect(from).toBe(nodes[index + 1]?.to ?? null);
      }
    },
  );
});

describe('referrals', () => {
  const list = listOfProfile(['referrals', 'referrals'], 'code claimedAt status');

  it('in pages of 2 are each there once', async () => {
    const id = await newProfile(api, 'bringer');
    await api.data(
      `mutation ($id: ID!) { createReferralCode(input: {profileId: $id, code: "BRING1"}) {
        __typename } }`,
      { id },
    );
    for (let n = 0; n < 7; n += 1) {
      const brought = await newProfile(api, `brought-${n}`);
      await api.data(
        `mutation ($id: ID!) { claimReferral(input: {profileId: $id, code: "BRING1"}) {
          ... on Referral { id } } }`,
        { id: brought },
      );
    }
    const nodes = await readAll(list, { id }, 2);
    expect(new Set(nodes.map((node) => node.id)).size).toBe(7);
    expect(await readAll(list, { id }, 3, undefined, 'last')).toEqual(nodes);
  });
});

describe('profiles', () => {
  interface ProfileNode extends Node {
    readonly createdAt: string;
    readonly lifecycle: { readonly stage: string; readonly atRisk: boolean };
    readonly value: { readonly tier: string };
  }

  const list: List = {
    query: `query (${PAGING_VARIABLES}, $filter: ProfileFilter) {
      profiles(${PAGING}, filter: $filter) {
        edges { cursor node { id createdAt lifecycle { stage atRisk } value { tier } } }
        ${PAGE_INFO} } }`,
    at: ['profiles'],
  };
  let all: readonly ProfileNode[] = [];

  beforeAll(async () => {
    const days = (user: string, dates: readonly string[], revenue: number) =>
      dates.map((day) => order(user, revenue, { occurredAt: `${day}T00:00:00Z` }));
    const monthly = Array.from(
      { length: 11 },
      (_, n) => `2026-${String(n + 1).padStart(2, '0')}-05`,
    );
    // Every third day of a summer, and then silence.
    const summer = Array.from({ length: 26 }, (_, n) =>
      new Date(Date.UTC(2026, 5, 15 + 3 * n)).toISOString().slice(0, 10),
    );
    await recordEvents(api, [
      ...Array.from({ length: 6 }, (_, n) => days(`new-${n}`, ['2026-11-19'], 5 + n)).flat(),
      ...Array.from({ length: 5 }, (_, n) => days(`gone-${n}`, ['2025-01-01'], 5 + n)).flat(),
      ...Array.from({ length: 4 }, (_, n) => days(`loyal-${n}`, monthly, 100 + n)).flat(),
      ...Array.from({ length: 3 }, (_, n) => days(`fading-${n}`, summer, 20 + n)).flat(),
      ...Array.from({ length: 3 }, (_, n) =>
        days(`trying-${n}`, ['2026-10-20', '2026-11-05'], 60 + n),
      ).flat(),
    ]);
    all = await readAll<ProfileNode>(list, {}, 100);
  });

  it.each([3, 7])('in pages of %d are each there once, newest first', async (size) => {
    const nodes = await readAll<ProfileNode>(list, {}, size);
    expect(nodes).toEqual(all);
    expect(await readAll<ProfileNode>(list, {}, size, undefined, 'last')).toEqual(all);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
    expectDescending(nodes.map(({ createdAt }) => createdAt));
  });

  it('that come between two pages do not shift the rest, nor do absorbed ones stay', async () => {
    let extra = 0;
    const nodes = await readAll<ProfileNode>(list, {}, 9, async () => {
      extra += 1;
      const cookie = { namespace: 'anonymous_id', value: `between-${extra}` };
      await recordEvents(api, [
        { name: 'A', identifiers: [cookie] },
        { name: 'A', identifiers: [userIdentifier(`between-${extra}`)] },
        { name: 'A', identifiers: [cookie, userIdentifier(`between-${extra}`)] },
      ]);
    });
    expect(nodes.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const now = await readAll<ProfileNode>(list, {}, 100);
    expect(now).toHaveLength(all.length + extra);
    all = now;
  });

  it('there is somebody for every filter', () => {
    const stages = new Set(all.map(({ lifecycle }) => lifecycle.stage));
    expect([...stages].sort()).toEqual([
      'ACQUISITION',
      'CHURN',
      'EXPLORATION',
      'GROWTH',
      'MATURITY',
    ]);
    expect(new Set(all.map(({ value }) => value.tier)).size).toBe(3);
    expect(all.some(({ lifecycle }) => lifecycle.atRisk)).toBe(true);
  });

  const stages = ['ACQUISITION', 'EXPLORATION', 'GROWTH', 'MATURITY', 'CHURN'];
  const filters = [
    {},
    ...stages.map((stage) => ({ stage })),
    ...['HIGH', 'MID', 'LOW'].map((tier) => ({ tier })),
    { atRisk: true },
    { atRisk: false },
    { stage: 'CHURN', tier: 'LOW' },
    { stage: 'MATURITY', tier: 'HIGH', atRisk: false },
    { stage: 'CHURN', atRisk: true },
  ];

  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))(
    'filtered by %s are those of whom it is true, in pages as well',
    async (_name, filter: { stage?: string; tier?: string; atRisk?: boolean }) => {
      const expected = all.filter(
        ({ lifecycle, value }) =>
          (filter.stage === undefined || lifecycle.stage === filter.stage) &&
          (filter.tier === undefined || value.tier === filter.tier) &&
          (filter.atRisk === undefined || lifecycle.atRisk === filter.atRisk),
      );
      expect(await readAll<ProfileNode>(list, { filter }, 2)).toEqual(expected);
      expect(await readAll<ProfileNode>(list, { filter }, 3, undefined, 'last')).toEqual(expected);
    },
  );
});

describe('lists in lists', () => {
  it('cannot be asked for by leaving page sizes null, below a batch of events', async () => {
    const transactions = 'transactions(first: null) { edges { node {';
    const events = Array.from({ length: 500 }, () => ({ name: 'A', identifiers: [] }));
    const { status, errors } = await api.query(
      `mutation ($events: [EventInput!]!) { recordEvents(events: $events) { profiles {
        loyalty { ${transactions} account { ${transactions} id } } } } } } } } } } }`,
      { events },
    );
    expect([status, errors[0]?.extensions]).toEqual([
      400,
      { code: 'QUERY_TOO_COSTLY', limit: 50_000 },
    ]);
  });

  it('that are of use are let through, for a whole batch', async () => {
    const events = Array.from({ length: 500 }, (_, n) => ({
      name: 'A',
      identifiers: [userIdentifier(`batch-${n % 5}`)],
    }));
    const { errors } = await api.query(
      `mutation ($events: [EventInput!]!) { recordEvents(events: $events) {
        accepted outcomes { status reason } profiles {
          id lifecycle { stage reasons { fact value operator threshold } }
          loyalty { balance tier } } } }`,
      { events },
    );
    expect(errors).toEqual([]);
  });
});
