import { jobsOf } from '../../src/app';
import { scopeNames } from '../../src/platform/auth/scopes';
import { recordEvents } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

interface Candidate {
  readonly id: string;
  readonly score: number;
  readonly status: string;
  readonly profiles: readonly { readonly id: string; readonly displayName: string }[];
  readonly reasons: readonly { readonly feature: string; readonly left: string }[];
}

interface Page {
  readonly duplicateCandidates: {
    readonly edges: readonly { readonly cursor: string; readonly node: Candidate }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const LIST = `query ($filter: DuplicateCandidateFilter, $first: Int, $after: String) {
  duplicateCandidates(filter: $filter, first: $first, after: $after) {
    edges { cursor node {
      id score status foundAt decidedAt decidedBy decisionReason profiles { id displayName }
      reasons { feature agreement left right similarity weight } } }
    pageInfo { hasNextPage endCursor } } }`;

const DISMISS = `mutation ($input: DismissDuplicateInput!) {
  dismissDuplicate(input: $input) {
    __typename
    ... on DuplicateCandidate { id status decidedAt decidedBy decisionReason }
    ... on DuplicateNotFound { message }
    ... on DismissalRefused { fault message } } }`;

const people = ['Anna Schmidt', 'Bert Jones', 'Carla Novak', 'Dora Patel', 'Emil Quinn'];
const ids: string[] = [];

beforeAll(async () => {
  for (const [index, name] of people.entries()) {
    for (const turn of [0, 1]) {
      const { profiles } = await recordEvents(api, [
        {
          name: 'Signed Up',
          identifiers: [{ namespace: 'anonymous_id', value: `p${index}-${turn}` }],
          // The second of each differs a little, and of each more than of the one before.
          traits: {
            name,
            birthday: `1990-05-1${index}`,
            ...(index >= turn * 3 && { phone: `1380013800${index}` }),
          },
        },
      ]);
      ids.push(profiles[0]?.id ?? '');
    }
  }
  const job = jobsOf(api.app).find(({ name }) => name === 'find-duplicates');
  expect(await job?.run(api.clock.now())).toBe(10);
});

async function list(variables: object = {}): Promise<readonly Candidate[]> {
  const { duplicateCandidates } = await api.data<Page>(LIST, { ...variables });
  return duplicateCandidates.edges.map(({ node }) => node);
}

it('lists the pairs, the best score first, with their profiles and reasons', async () => {
  const found = await list();
  expect(found).toHaveLength(people.length);
  expect(found.map(({ score }) => score)).toEqual(
    found.map(({ score }) => score).toSorted((left, right) => right - left),
  );
  const anna = found.find(({ profiles }) => profiles[0]?.id === ids[0]);
  expect(anna).toMatchObject({
    id: expect.stringMatching(/^dup_[0-9a-f]{64}$/),
    status: 'OPEN',
    foundAt: api.clock.now().toISOString(),
    decidedAt: null,
    decidedBy: null,
    profiles: [
      { id: ids[0], displayName: 'Anna Schmidt' },
      { id: ids[1], displayName: 'Anna Schmidt' },
    ],
    reasons: [
      { feature: 'BIRTH_DATE', agreement: 'SAME', left: '1990-05-10', similarity: 1, weight: 10 },
      { feature: 'NAME', agreement: 'SAME', left: 'Anna Schmidt', similarity: 1, weight: 8 },
    ],
  });
});

it('gives every pair once, page by page', async () => {
  const all = (await list()).map(({ id }) => id);
  for (const first of [1, 2, 5, 100]) {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Page = await api.data<Page>(LIST, { first, after });
      seen.push(...page.duplicateCandidates.edges.map(({ node }) => node.id));
      after = page.duplicateCandidates.pageInfo.hasNextPage
        ? page.duplicateCandidates.pageInfo.endCursor
        : null;
    } while (after !== null);
    expect(seen).toEqual(all);
  }
});

it('is filtered by profile, score and status', async () => {
  const [best] = await list();
  expect(await list({ filter: { profileId: ids[3] } })).toMatchObject([
    { profiles: [{ id: ids[2] }, { id: ids[3] }] },
  ]);
  expect(await list({ filter: { profileId: `prf_${'0'.repeat(32)}` } })).toEqual([]);
  expect(await list({ filter: { minScore: best?.score } })).toHaveLength(2);
  expect(await list({ filter: { minScore: 1 } })).toHaveLength(
    (await list()).filter(({ score }) => score === 1).length,
  );
  expect(await list({ filter: { status: 'DISMISSED' } })).toEqual([]);
});

it.each([
  ['a size of none', { first: 0 }],
  ['a size too large', { first: 101 }],
  ['another list’s cursor', { after: 'WyJhIl0' }],
  [
    'a cursor with another score',
    { after: cursor('0.50', `dup_${'0'.repeat(63)}1${'0'.repeat(64)}`) },
  ],
  ['a cursor with another id', { after: cursor('0.5', 'prf_1') }],
  ['a cursor with no score', { after: cursor('NaN', `dup_${'0'.repeat(32)}${'1'.repeat(32)}`) }],
  ['a score above 1', { filter: { minScore: 1.01 } }],
  ['a score below 0', { filter: { minScore: -0.01 } }],
  ['no profile’s id', { filter: { profileId: 'dup_1' } }],
])('%s is refused', async (_name, variables) => {
  const { errors } = await api.query(LIST, variables);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT']);
});

function cursor(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

describe('dismissing', () => {
  const dismiss = (id: string, reason = 'Twins') =>
    api.data<{ dismissDuplicate: object }>(DISMISS, { input: { id, reason } });

  it('takes the pair off the list, and twice is once', async () => {
    const id = (await list()).at(-1)?.id ?? '';
    const dismissed = {
      dismissDuplicate: {
        __typename: 'DuplicateCandidate',
        id,
        status: 'DISMISSED',
        decidedAt: api.clock.now().toISOString(),
        decidedBy: expect.stringMatching(/^key:/),
        decisionReason: 'Twins',
      },
    };
    expect(await dismiss(id)).toEqual(dismissed);
    expect(await dismiss(id, 'Another reason')).toEqual(dismissed);
    expect((await list()).map((one) => one.id)).not.toContain(id);
    expect(await list({ filter: { status: 'DISMISSED' } })).toMatchObject([{ id }]);
  });

  it('is refused for pairs that are none, and without a reason', async () => {
    const nobody = `dup_${'0'.repeat(32)}${'1'.repeat(32)}`;
    expect(await dismiss(nobody)).toMatchObject({
      dismissDuplicate: { __typename: 'DuplicateNotFound' },
    });
    expect(await dismiss(nobody, ' ')).toMatchObject({
      dismissDuplicate: { __typename: 'DismissalRefused', fault: 'REASON_MISSING' },
    });
  });

  it.each([
    '',
    'dup_1',
    `prf_${'0'.repeat(32)}`,
    `dup_${'1'.repeat(32)}${'0'.repeat(32)}`,
    `dup_${'0'.repeat(64)}`,
    `dup_${'A'.repeat(32)}${'B'.repeat(32)}`,
  ])('of the id "%s" is a fault', async (id) => {
    const { errors } = await api.query(DISMISS, { input: { id, reason: 'r' } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'INVALID_INPUT', expectedPrefix: 'dup' },
    ]);
  });

  it('shows the reasons of a pair to nobody who may not read profiles', async () => {
    const id = (await list())[0]?.id ?? '';
    const text = `mutation ($input: DismissDuplicateInput!) { dismissDuplicate(input: $input) {
      ... on DuplicateCandidate { status reasons { left } } } }`;
    const key = await api.key(...scopeNames.filter((scope) => scope !== 'profiles:read'));
    const answer = await api.query(text, { input: { id, reason: 'Namesakes' } }, { key });
    expect(answer.data).toEqual({ dismissDuplicate: { status: 'DISMISSED', reasons: null } });
    expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'profiles:read' });
    expect(answer.text).not.toContain('1990');
  });
});
