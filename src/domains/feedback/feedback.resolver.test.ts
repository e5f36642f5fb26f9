import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createExecutor } from '../../../test/support/graphql';
import { createPipeline } from '../../../test/support/pipeline';
import { encodeCursor } from '../../platform/graphql/cursor';
import { type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import { defaultIdentityPolicy, IdentityReads, IdentityResolver } from '../identity';
import { FeedbackProjector } from './feedback.projection';
import { FeedbackReads } from './feedback.reads';
import { FeedbackResolver } from './feedback.resolver';
import { FeedbackService } from './feedback.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const projectors = [new FeedbackProjector()];
const { events, directory } = createPipeline(database, { clock, projectors });
const profiles = new IdentityReads(database, defaultIdentityPolicy);
const execute = createExecutor([
  new IdentityResolver(profiles),
  new FeedbackResolver(
    new FeedbackService(database, clock, uuidSource, directory, events),
    new FeedbackReads(database),
    profiles,
  ),
]);

const submit = `mutation ($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) {
    __typename
    ... on FeedbackSubmitted {
      duplicate
      feedback { id kind score comment sentiment channel occurredAt }
      profile { feedback(first: 1) { edges { node { id } } } }
    }
    ... on InvalidFeedbackScore { message min max }
  }
}`;

const list = `query ($id: ID!, $first: Int, $after: String) {
  profile(id: $id) {
    feedback(first: $first, after: $after) {
      edges { node { score } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

let profileId: string;

beforeAll(async () => {
  const identifiers = [{ namespace: 'user_id', value: 'ann' }];
  const seen = { messageId: 'm1', name: 'Viewed', identifiers };
  const { profileIds } = await events.ingest('test', [seen]);
  profileId = toPublicId('prf', profileIds[0] as ProfileId);
});

test('a feedback shows in the very response', async () => {
  const occurredAt = new Date('2026-06-14T08:00:00Z');
  const given = { kind: 'CSAT', score: 4, comment: 'fine', channel: 'store', occurredAt };
  const { data, errors } = await execute(submit, { input: { profileId, ...given } });
  expect(errors).toBeUndefined();
  const id = expect.stringMatching(/^fbk_[0-9a-f]{32}$/);
  expect(data?.['submitFeedback']).toEqual({
    __typename: 'FeedbackSubmitted',
    duplicate: false,
    feedback: { ...given, id, sentiment: 0.5 },
    profile: { feedback: { edges: [{ node: { id } }] } },
  });
});

test('a score off its scale is a refusal that names the scale', async () => {
  const { data } = await execute(submit, { input: { profileId, kind: 'NPS', score: 11 } });
  expect(data?.['submitFeedback']).toEqual({
    __typename: 'InvalidFeedbackScore',
    message: 'NPS takes a whole score from 0 to 10.',
    min: 0,
    max: 10,
  });
});

test('nobody is a refusal', async () => {
  const input = { profileId: toPublicId('prf', uuidSource.next()), kind: 'NPS', score: 9 };
  const { data } = await execute(submit, { input });
  expect(data?.['submitFeedback']).toMatchObject({ __typename: 'ProfileNotFound' });
});

test('pages follow each other by their cursors', async () => {
  for (const score of [1, 2, 3]) {
    const occurredAt = new Date(Date.UTC(2026, 0, score));
    await execute(submit, { input: { profileId, kind: 'NPS', score, occurredAt } });
  }
  const scores: unknown[] = [];
  let after: string | null = null;
  let hasNextPage = true;
  while (hasNextPage) {
    const { data }: { data?: unknown } = await execute(list, { id: profileId, first: 2, after });
    const { feedback } = (data as { profile: { feedback: FeedbackPage } }).profile;
    scores.push(...feedback.edges.map((edge) => edge.node.score));
    after = feedback.pageInfo.endCursor;
    hasNextPage = feedback.pageInfo.hasNextPage;
  }
  expect(scores).toEqual([4, 3, 2, 1]);
});

interface FeedbackPage {
  readonly edges: readonly { readonly node: { readonly score: number } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

test.each([
  ['a page of a million', { first: 1_000_000 }],
  ['a page of none', { first: 0 }],
  ['no cursor at all', { after: 'nonsense' }],
  ['the cursor of another list', { after: encodeCursor(['a']) }],
  ['a cursor with a broken time', { after: encodeCursor(['yesterday', uuidSource.next()]) }],
  ['a cursor with a broken id', { after: encodeCursor(['2026-06-15T12:00:00.000Z', 'x']) }],
])('refuses %s', async (_case, variables) => {
  const { errors } = await execute(list, { id: profileId, ...variables });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});

test.each([
  ['a comment too long', { comment: 'x'.repeat(10_001) }],
  ['a sentiment above 1', { sentiment: 1.1 }],
  ['a sentiment below -1', { sentiment: -1.1 }],
  ['text that cannot be stored', { comment: 'a\0b' }],
  ['a message id too long', { messageId: 'x'.repeat(101) }],
  ['what has not happened yet', { occurredAt: new Date('2030-01-01') }],
])('refuses %s', async (_case, changes) => {
  const input = { profileId, kind: 'NPS', score: 9, ...changes };
  const { errors } = await execute(submit, { input });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});
