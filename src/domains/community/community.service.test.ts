import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { defaultCommunityPolicy } from './community.policy';
import { CommunityReads } from './community.reads';
import {
  type CommunityActivityKind,
  CommunityService,
  type RecordActivity,
} from './community.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events, directory } = createPipeline(database, { clock });
const service = new CommunityService(database, clock, uuidSource, directory, events);
const reads = new CommunityReads(database, clock, defaultCommunityPolicy);

let serial = 0;

beforeEach(() => clock.set('2026-06-15T12:00:00Z'));

async function newProfile(user?: string): Promise<ProfileId> {
  serial += 1;
  const { profileIds } = await events.ingest('test', [
    {
      messageId: `signup-${serial}`,
      name: 'Signed Up',
      occurredAt: new Date('2026-01-01T00:00:00Z'),
      identifiers: [{ namespace: 'user_id', value: user ?? `member-${serial}` }],
    },
  ]);
  return profileIds[0] as ProfileId;
}

function activity(profileId: ProfileId, changes: Partial<RecordActivity> = {}): RecordActivity {
  return { profileId, kind: 'POST', targetId: null, occurredAt: null, messageId: null, ...changes };
}

async function communityOf(profileId: ProfileId) {
  const [recent] = await reads.recentByProfile([profileId]);
  const [total] = await reads.totalByProfile([profileId]);
  if (recent === undefined || total === undefined) throw new Error('There is nothing of it.');
  return {
    score: recent.score,
    recent: recent.counts,
    total: total.counts,
    lastActiveAt: total.lastActiveAt,
  };
}

describe('record', () => {
  test.each<[CommunityActivityKind, string]>([
    ['POST', 'posts'],
    ['COMMENT', 'comments'],
    ['ANSWER', 'answers'],
    ['LIKE', 'likes'],
    ['SHARE', 'shares'],
    ['ATTENDANCE', 'attendances'],
    ['CHECK_IN', 'checkIns'],
  ])('a %s counts under %s and nothing else', async (kind, signal) => {
    const profileId = await newProfile();
    const outcome = await service.record(activity(profileId, { kind }), 'key:test');
    expect(outcome).toEqual({ outcome: 'RECORDED', profileId, duplicate: false });
    const { recent, total } = await communityOf(profileId);
    expect(Object.entries(recent).filter(([, count]) => count > 0)).toEqual([[signal, 1]]);
    expect(total).toEqual(recent);
  });

  test('the same message twice is one activity', async () => {
    const profileId = await newProfile();
    const command = activity(profileId, { messageId: 'like-1' });
    await service.record(command, 'key:test');
    const again = await service.record(command, 'key:test');
    expect(again).toEqual({ outcome: 'RECORDED', profileId, duplicate: true });
    expect((await communityOf(profileId)).total.posts).toBe(1);
  });

  test('the same message from another source is another activity', async () => {
    const profileId = await newProfile();
    const command = activity(profileId, { messageId: 'shared-id' });
    await service.record(command, 'key:one');
    await service.record(command, 'key:two');
    expect((await communityOf(profileId)).total.posts).toBe(2);
  });

  test('without a message id every delivery counts', async () => {
    const profileId = await newProfile();
    await service.record(activity(profileId), 'key:test');
    await service.record(activity(profileId), 'key:test');
    expect((await communityOf(profileId)).total.posts).toBe(2);
  });

  test('the same message at once is one activity', async () => {
    const profileId = await newProfile();
    const command = activity(profileId, { messageId: 'at-once' });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => service.record(command, 'key:test')));
    const fresh = outcomes.filter((one) => one.outcome === 'RECORDED' && !one.duplicate);
    expect(fresh).toHaveLength(1);
    expect((await communityOf(profileId)).total.posts).toBe(1);
  });

  test('a message id of another profile is refused', async () => {
    const [first, second] = [await newProfile(), await newProfile()];
    await service.record(activity(first, { messageId: 'taken' }), 'key:test');
    await expect(
      service.record(activity(second, { messageId: 'taken' }), 'key:test'),
    ).rejects.toMatchObject({ code: 'MESSAGE_ID_REUSED' });
    expect((await communityOf(second)).total.posts).toBe(0);
  });

  test.each<[string, Partial<RecordActivity>]>([
    ['kind', { kind: 'COMMENT' }],
    ['target', { targetId: 'post-2' }],
    ['target, which is none', { targetId: null }],
  ])('a message id of an activity of another %s is refused', async (_case, changes) => {
    const profileId = await newProfile();
    const command = activity(profileId, {
      kind: 'LIKE',
      targetId: 'post-1',
      messageId: `done-${serial}`,
    });
    await service.record(command, 'key:test');
    await expect(service.record({ ...command, ...changes }, 'key:test')).rejects.toMatchObject({
      code: 'MESSAGE_ID_REUSED',
    });
    const again = await service.record(command, 'key:test');
    expect(again).toEqual({ outcome: 'RECORDED', profileId, duplicate: true });
  });

  test('nobody is not found', async () => {
    const outcome = await service.record(activity(uuidSource.next()), 'key:test');
    expect(outcome).toEqual({ outcome: 'PROFILE_NOT_FOUND' });
  });

  test('what has not happened yet is refused, and nothing of it kept', async () => {
    const profileId = await newProfile();
    const occurredAt = new Date('2026-06-16T12:00:00Z');
    await expect(
      service.record(activity(profileId, { occurredAt }), 'key:test'),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'OCCURRED_IN_FUTURE' } });
    expect(await database.query('select from quarantined_event')).toEqual([]);
  });

  test('the target is kept on the event', async () => {
    const profileId = await newProfile();
    await service.record(
      activity(profileId, { targetId: 'post-42', messageId: 't-1' }),
      'key:test',
    );
    const rows = await database.query("select properties from event where message_id = 't-1'");
    expect(rows).toEqual([{ properties: { target_id: 'post-42' } }]);
  });

  test('an absorbed profile stands for the one that absorbed it', async () => {
    await newProfile('merged-user');
    const anonymous = { namespace: 'anonymous_id', value: 'a1' };
    const user = { namespace: 'user_id', value: 'merged-user' };
    for (const identifiers of [[anonymous], [anonymous, user]]) {
      const messageId = `seen-${identifiers.length}`;
      await events.ingest('test', [{ messageId, name: 'Viewed', identifiers }]);
    }
    const [absorbed] = await database.query<{ profileId: ProfileId; survivor: ProfileId }>(
      `select profile_id as "profileId", merged_into as survivor
       from profile where merged_into is not null`,
    );
    const outcome = await service.record(activity(absorbed?.profileId as ProfileId), 'key:test');
    expect(outcome).toEqual({
      outcome: 'RECORDED',
      profileId: absorbed?.survivor,
      duplicate: false,
    });
  });
});

describe('what is read', () => {
  test('counts the window by UTC days, today included', async () => {
    const profileId = await newProfile();
    for (const time of [
      '2026-03-17T23:59:59.999Z', // the 91st day back
      '2026-03-18T00:00:00.000Z', // the 90th: the first that counts
      '2026-06-15T11:00:00.000Z',
    ]) {
      await service.record(activity(profileId, { occurredAt: new Date(time) }), 'key:test');
    }
    const row = await communityOf(profileId);
    expect(row).toMatchObject({
      score: 18,
      recent: { posts: 2 },
      total: { posts: 3 },
    });
    expect(row.lastActiveAt).toEqual(new Date('2026-06-15T11:00:00Z'));
  });

  test('time alone takes the score back', async () => {
    const profileId = await newProfile();
    await service.record(activity(profileId), 'key:test');
    expect((await communityOf(profileId)).score).toBe(10);
    clock.set('2026-09-12T23:59:59Z');
    expect((await communityOf(profileId)).score).toBe(10);
    clock.set('2026-09-13T00:00:00Z');
    expect(await communityOf(profileId)).toMatchObject({
      score: 0,
      recent: { posts: 0 },
      total: { posts: 1 },
      lastActiveAt: new Date('2026-06-15T12:00:00Z'),
    });
  });

  test('gives zeros for whoever did nothing in the community, in the order asked', async () => {
    const [quiet, active] = [await newProfile(), await newProfile()];
    await service.record(activity(active), 'key:test');
    const asked = [active, quiet, active, uuidSource.next<ProfileId>()];
    const recent = await reads.recentByProfile(asked);
    const total = await reads.totalByProfile(asked);
    for (const rows of [recent, total]) {
      expect(rows.map((row) => row.counts.posts)).toEqual([1, 0, 1, 0]);
    }
    expect(recent[1]).toMatchObject({ score: 0 });
    expect(total[1]).toMatchObject({ lastActiveAt: null });
  });

  test('sums over the identifiers and days of a profile', async () => {
    const user = { namespace: 'user_id', value: 'two-names' };
    const email = { namespace: 'email', value: 'two@names.test' };
    const post = (messageId: string, identifiers: (typeof user)[], day: string) => ({
      messageId,
      identifiers,
      name: 'Post Created',
      occurredAt: new Date(`${day}T10:00:00Z`),
    });
    const { profileIds } = await events.ingest('test', [
      post('p1', [user, email], '2026-06-01'),
      post('p2', [user], '2026-06-01'),
      post('p3', [email], '2026-06-01'),
      post('p4', [email], '2026-06-02'),
    ]);
    expect((await communityOf(profileIds[0] as ProfileId)).recent.posts).toBe(4);
  });
});
