import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { firstRows } from '../../platform/database/keyset';
import { dayOf } from '../../shared/days';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { SumsOfSignals } from '../activity';
import { FeedbackProjector } from './feedback.projection';
import { FeedbackReads } from './feedback.reads';
import { feedbackRehoming } from './feedback.rehoming';
import {
  FeedbackService,
  type SubmitFeedback,
  type SubmitFeedbackOutcome,
} from './feedback.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events, directory } = createPipeline(database, {
  clock,
  projectors: [new FeedbackProjector()],
  rehomings: [feedbackRehoming],
});
const service = new FeedbackService(database, clock, uuidSource, directory, events);
const reads = new FeedbackReads(database);

let serial = 0;

async function seen(...identifiers: string[]): Promise<ProfileId> {
  serial += 1;
  const { profileIds } = await events.ingest('test', [
    {
      messageId: `seen-${serial}`,
      name: 'Viewed',
      identifiers: identifiers.map((value) => ({
        namespace: value.includes('@') ? 'email' : 'user_id',
        value,
      })),
    },
  ]);
  return profileIds[0] as ProfileId;
}

function newProfile(): Promise<ProfileId> {
  serial += 1;
  return seen(`customer-${serial}`);
}

function feedback(profileId: ProfileId, changes: Partial<SubmitFeedback> = {}): SubmitFeedback {
  return {
    profileId,
    kind: 'NPS',
    score: 9,
    comment: null,
    sentiment: null,
    channel: null,
    occurredAt: null,
    messageId: null,
    ...changes,
  };
}

function submit(command: SubmitFeedback, source = 'key:test'): Promise<SubmitFeedbackOutcome> {
  return service.submit(command, source);
}

async function rowsOf(profileId: ProfileId) {
  const [rows = []] = await reads.feedbackByPage([{ profileId, page: firstRows(50) }]);
  return rows;
}

async function count(table: string): Promise<number> {
  return (await database.query(`select from ${table}`)).length;
}

describe('submit', () => {
  test('records the feedback and counts it on its day', async () => {
    const profileId = await newProfile();
    const outcome = await submit(
      feedback(profileId, {
        score: 3,
        comment: 'too slow',
        channel: 'store',
        occurredAt: new Date('2026-06-01T08:00:00Z'),
      }),
    );
    const row = {
      id: expect.any(String),
      profileId,
      kind: 'NPS',
      score: 3,
      comment: 'too slow',
      sentimentMilli: -600,
      channel: 'store',
      occurredAt: new Date('2026-06-01T08:00:00Z'),
    };
    expect(outcome).toEqual({ outcome: 'SUBMITTED', feedback: row, duplicate: false });
    expect(await rowsOf(profileId)).toMatchObject([row]);
    const told = {
      npsAnswers: 1,
      npsDetractors: 1,
      npsPromoters: 0,
      sentimentMilli: -600,
      sentimentCount: 1,
    };
    const names = [
      'npsAnswers',
      'npsDetractors',
      'npsPromoters',
      'sentimentMilli',
      'sentimentCount',
    ] as const;
    const day = dayOf(new Date('2026-06-01T08:00:00Z'));
    const sums = new SumsOfSignals(names);
    const onDay = await sums.ofSpan(database, [profileId], { first: day, last: day });
    expect(onDay.get(profileId)).toEqual(told);
    const ever = await sums.ofAllDays(database, [profileId]);
    expect(ever.get(profileId)?.sums).toEqual(told);
  });

  test('the same message twice is one feedback, as it was sent first', async () => {
    const profileId = await newProfile();
    const first = await submit(feedback(profileId, { messageId: 'nps-1', score: 9 }));
    const again = await submit(feedback(profileId, { messageId: 'nps-1', comment: 'again' }));
    expect(again).toEqual({ ...first, duplicate: true });
    expect(await rowsOf(profileId)).toHaveLength(1);
  });

  test('the same message at once is one feedback', async () => {
    const profileId = await newProfile();
    const command = feedback(profileId, { messageId: 'at-once' });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => submit(command)));
    expect(outcomes.filter((one) => one.outcome === 'SUBMITTED' && !one.duplicate)).toHaveLength(1);
    expect(await rowsOf(profileId)).toHaveLength(1);
  });

  test.each<[string, Partial<SubmitFeedback>, object]>([
    ['above the scale', { score: 11 }, { min: 0, max: 10 }],
    ['below the scale', { kind: 'CSAT', score: 0 }, { min: 1, max: 5 }],
    ['a score missing', { kind: 'CES', score: null }, { min: 1, max: 7 }],
  ])('refuses %s and records nothing', async (_case, changes, scale) => {
    const profileId = await newProfile();
    const eventsBefore = await count('event');
    const outcome = await submit(feedback(profileId, changes));
    expect(outcome).toMatchObject({ outcome: 'INVALID_SCORE', scale });
    expect(await count('event')).toBe(eventsBefore);
    expect(await rowsOf(profileId)).toEqual([]);
  });

  test('refuses a score where none belongs', async () => {
    const outcome = await submit(feedback(await newProfile(), { kind: 'COMPLAINT', score: 1 }));
    expect(outcome).toMatchObject({ outcome: 'INVALID_SCORE', scale: null });
  });

  test('nobody is not found', async () => {
    const outcome = await submit(feedback(uuidSource.next()));
    expect(outcome).toEqual({ outcome: 'PROFILE_NOT_FOUND' });
  });

  test('refuses a message id that was used for something else', async () => {
    const profileId = await seen('reuse-user');
    const identifiers = [{ namespace: 'user_id', value: 'reuse-user' }];
    const messageId = 'not-a-feedback';
    await events.ingest('key:test', [{ messageId, name: 'Viewed', identifiers }]);
    await expect(submit(feedback(profileId, { messageId }))).rejects.toMatchObject({
      code: 'MESSAGE_ID_REUSED',
    });
  });

  test.each<[string, Partial<SubmitFeedback>]>([
    ['score', { score: 2 }],
    ['kind', { kind: 'CES', score: 7 }],
    ['kind and no score', { kind: 'COMPLAINT', score: null }],
  ])('refuses a message id of a feedback with another %s', async (_case, changes) => {
    const profileId = await newProfile();
    const command = feedback(profileId, { messageId: `told-${serial}`, score: 7 });
    const first = await submit(command);
    await expect(submit({ ...command, ...changes })).rejects.toMatchObject({
      code: 'MESSAGE_ID_REUSED',
    });
    expect(await submit(command)).toEqual({ ...first, duplicate: true });
  });

  test('knows a feedback that came as an event', async () => {
    const profileId = await seen('came-as-event');
    const event = {
      messageId: 'came-as-event',
      name: 'Feedback Submitted',
      identifiers: [{ namespace: 'user_id', value: 'came-as-event' }],
      properties: { kind: 'nps', score: '9' },
    };
    await events.ingest('key:test', [event]);
    expect(await submit(feedback(profileId, { messageId: event.messageId }))).toMatchObject({
      outcome: 'SUBMITTED',
      duplicate: true,
    });
  });

  test('refuses what has not happened yet, and keeps nothing of it', async () => {
    const profileId = await newProfile();
    const occurredAt = new Date('2027-01-01T00:00:00Z');
    await expect(submit(feedback(profileId, { occurredAt }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await count('quarantined_event')).toBe(0);
  });
});

describe('an event from elsewhere', () => {
  const identifiers = [{ namespace: 'user_id', value: 'sdk-user' }];
  const name = 'Feedback Submitted';

  test('feeds the same list', async () => {
    const { profileIds } = await events.ingest('web', [
      {
        messageId: 'sdk-1',
        name,
        identifiers,
        channel: 'app',
        properties: { kind: 'review', score: '4', comment: '很好', sentiment: 0.8 },
      },
      { messageId: 'sdk-2', name, identifiers, properties: { kind: 'COMPLAINT' } },
    ]);
    const rows = await rowsOf(profileIds[0] as ProfileId);
    expect(rows).toMatchObject([
      { kind: 'COMPLAINT', score: null, comment: null, sentimentMilli: null, channel: null },
      { kind: 'REVIEW', score: 4, comment: '很好', sentimentMilli: 800, channel: 'app' },
    ]);
  });

  test('is quarantined where it makes no sense', async () => {
    const { outcomes } = await events.ingest('web', [
      { messageId: 'sdk-3', name, identifiers, properties: { kind: 'NPS', score: 12 } },
    ]);
    expect(outcomes).toMatchObject([{ status: 'QUARANTINED', reason: 'INVALID_PROPERTIES' }]);
  });
});

describe('feedbackByPage', () => {
  test('pages newest first, each profile from its own place, in one go', async () => {
    const [ann, bob] = [await newProfile(), await newProfile()];
    for (const day of [1, 2, 3, 4]) {
      const occurredAt = new Date(Date.UTC(2026, 4, day));
      await submit(feedback(ann, { occurredAt, score: day }));
      await submit(feedback(bob, { occurredAt, score: day }));
    }
    const [annFirst = []] = await reads.feedbackByPage([{ profileId: ann, page: firstRows(2) }]);
    expect(annFirst.map((row) => row.score)).toEqual([4, 3]);
    const last = annFirst[1];
    const after = last === undefined ? null : { at: last.occurredAt, id: last.id };
    const pages = await reads.feedbackByPage([
      { profileId: ann, page: firstRows(5, after) },
      { profileId: bob, page: firstRows(3) },
      { profileId: uuidSource.next<ProfileId>(), page: firstRows(3) },
    ]);
    expect(pages.map((rows) => rows.map((row) => row.score))).toEqual([[2, 1], [4, 3, 2], []]);
  });

  test('of one instant none is lost or shown twice between pages', async () => {
    const profileId = await newProfile();
    const occurredAt = new Date('2026-05-01T00:00:00Z');
    for (const score of [1, 2, 3]) await submit(feedback(profileId, { occurredAt, score }));
    const scores: unknown[] = [];
    let after: { at: Date; id: string } | null = null;
    for (let page = 0; page < 3; page += 1) {
      const [[row] = []] = await reads.feedbackByPage([{ profileId, page: firstRows(1, after) }]);
      scores.push(row?.score);
      after = row === undefined ? null : { at: row.occurredAt, id: row.id };
    }
    expect([...scores].sort()).toEqual([1, 2, 3]);
  });
});

test('a merge brings the feedback of both together', async () => {
  const user = await seen('merge-user');
  const mail = await seen('merge@mail.test');
  await submit(feedback(user, { score: 10 }));
  await submit(feedback(mail, { score: 1 }));
  const survivor = await seen('merge-user', 'merge@mail.test');
  const absorbed = survivor === user ? mail : user;
  expect((await rowsOf(survivor)).map((row) => row.score).sort()).toEqual([1, 10]);
  expect(await rowsOf(absorbed)).toEqual([]);
});
