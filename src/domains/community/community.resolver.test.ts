import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createExecutor } from '../../../test/support/graphql';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import { defaultIdentityPolicy, IdentityReads, IdentityResolver } from '../identity';
import { defaultCommunityPolicy } from './community.policy';
import { CommunityReads } from './community.reads';
import { CommunityActivityResolver, CommunityResolver } from './community.resolver';
import { CommunityService } from './community.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events, directory } = createPipeline(database, { clock });
const profiles = new IdentityReads(database, defaultIdentityPolicy);
const execute = createExecutor([
  new IdentityResolver(profiles),
  new CommunityResolver(
    new CommunityService(database, clock, uuidSource, directory, events),
    profiles,
  ),
  new CommunityActivityResolver(new CommunityReads(database, clock, defaultCommunityPolicy)),
]);

const record = `mutation ($input: CommunityActivityInput!) {
  recordCommunityActivity(input: $input) {
    __typename
    ... on CommunityActivityRecorded {
      duplicate
      profile { id community { score recent { posts eventsAttended } total { posts } lastActiveAt windowDays } }
    }
    ... on ProfileNotFound { message }
  }
}`;

async function newProfile(): Promise<string> {
  const identifiers = [{ namespace: 'user_id', value: 'ann' }];
  const seen = { messageId: 'm1', name: 'Viewed', identifiers };
  const { profileIds } = await events.ingest('test', [seen]);
  return toPublicId('prf', profileIds[0] as ProfileId);
}

test('an activity shows in the very response', async () => {
  const profileId = await newProfile();
  const input = { profileId, kind: 'ATTENDANCE', targetId: 'meetup-7', messageId: 'm-1' };
  const profile = {
    id: profileId,
    community: {
      score: 10,
      recent: { posts: 0, eventsAttended: 1 },
      total: { posts: 0 },
      lastActiveAt: clock.now(),
      windowDays: 90,
    },
  };
  const payload = { __typename: 'CommunityActivityRecorded', duplicate: false, profile };
  expect(await execute(record, { input })).toEqual({ data: { recordCommunityActivity: payload } });
  expect(await execute(record, { input })).toEqual({
    data: { recordCommunityActivity: { ...payload, duplicate: true } },
  });
});

test('each of two activities in one request shows what came before it', async () => {
  const profileId = await newProfile();
  const post = (alias: string) => `${alias}: recordCommunityActivity(
    input: { profileId: "${profileId}", kind: POST }
  ) { ... on CommunityActivityRecorded { profile { community { total { posts } } } } }`;
  const { data } = await execute(`mutation { ${post('one')} ${post('two')} }`);
  expect(data).toEqual({
    one: { profile: { community: { total: { posts: 1 } } } },
    two: { profile: { community: { total: { posts: 2 } } } },
  });
});

test('nobody is a refusal', async () => {
  const input = { profileId: toPublicId('prf', uuidSource.next()), kind: 'POST' };
  const { data } = await execute(record, { input });
  expect(data?.['recordCommunityActivity']).toMatchObject({ __typename: 'ProfileNotFound' });
});

test.each([
  ['an id of another kind', { profileId: 'evt_1', kind: 'POST' }],
  [
    'a target too long',
    { profileId: toPublicId('prf', uuidSource.next()), kind: 'POST', targetId: 'x'.repeat(256) },
  ],
])('refuses %s', async (_case, input) => {
  const { errors } = await execute(record, { input });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});
