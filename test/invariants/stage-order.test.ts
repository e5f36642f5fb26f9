import fc from 'fast-check';
import type { IncomingEvent } from '../../src/domains/events';
import { firstRows } from '../../src/platform/database/keyset';
import { RequestContext } from '../../src/platform/graphql/context';
import { MS_PER_DAY } from '../../src/shared/days';
import { type ProfileId, uuidSource } from '../../src/shared/ids';
import type { JsonObject } from '../../src/shared/json';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';

/**
 * The same events in any order, cut into any batches and split over channels that are known to be
 * one person only in the end: facts, stage, its history with what brought it about, and the next
 * evaluation are the same.
 */
const { database } = useTestDatabase();
const NOW = '2026-06-01T12:00:00.000Z';
const app = createTestApp(database, new TestClock(NOW));

const happenings: Readonly<Record<string, JsonObject>> = {
  'Page Viewed': {},
  'Order Completed': { revenue: 20 },
  'Order Refunded': { total: 5 },
  'Post Created': {},
  'Feedback Submitted': { kind: 'NPS', score: 3 },
  'Comment Created': {},
};

const someStory = fc.array(
  fc.record({
    name: fc.constantFrom(...Object.keys(happenings)),
    daysAgo: fc.oneof(fc.nat({ max: 700 }), fc.nat({ max: 40 })),
    minute: fc.nat({ max: 1439 }),
    channel: fc.constantFrom<'user_id' | 'email' | 'device_id'>('user_id', 'email', 'device_id'),
  }),
  { minLength: 1, maxLength: 25 },
);

type Story = typeof someStory extends fc.Arbitrary<infer Value> ? Value : never;

const someArrangement = someStory.chain((story) =>
  fc.record({
    story: fc.constant(story),
    order: fc.shuffledSubarray([...story.keys()], { minLength: story.length }),
    batchSize: fc.integer({ min: 1, max: 10 }),
  }),
);

/** Who it is, as each channel says. */
function identifierOf(channel: string, person: string) {
  const value = channel === 'email' ? `${person}@example.com` : person;
  return { namespace: channel, value };
}

function toEvents(story: Story, person: string, isSplit: boolean): readonly IncomingEvent[] {
  return story.map(({ name, daysAgo, minute, channel }, index) => ({
    messageId: `${person} ${index}`,
    name,
    occurredAt: new Date(
      Math.floor(Date.parse(NOW) / MS_PER_DAY) * MS_PER_DAY -
        (daysAgo + 1) * MS_PER_DAY +
        minute * 60_000,
    ),
    identifiers: [identifierOf(isSplit ? channel : 'user_id', person)],
    properties: { ...happenings[name], order_id: `${person} ${index}` },
  }));
}

/** All three are one: without a day of its own, since it is at the time of the first event. */
function linking(events: readonly IncomingEvent[], person: string): IncomingEvent {
  const [first] = events;
  return {
    messageId: `${person} link`,
    name: 'Page Viewed',
    occurredAt: first?.occurredAt ?? new Date(NOW),
    identifiers: ['user_id', 'email', 'device_id'].map((channel) => identifierOf(channel, person)),
    properties: {},
  };
}

async function send(batches: readonly (readonly IncomingEvent[])[]): Promise<ProfileId> {
  let last: ProfileId | undefined;
  for (const batch of batches) {
    const { outcomes } = await app.events.ingest('test', batch);
    const [outcome] = outcomes.slice(-1);
    if (outcome?.status !== 'ACCEPTED') throw new Error('An event was not accepted.');
    last = outcome.profileId;
  }
  if (last === undefined) throw new Error('Nothing was sent.');
  return last;
}

const ANSWERS = [
  `select day, sum(events), min(first_at), sum(orders), sum(revenue_minor), sum(refund_minor),
     sum(posts), sum(complaints), sum(nps_answers), sum(sentiment_milli)
   from activity_day where profile_id = $1 group by day order by day`,
  `select model, model_version, stage, since, reasons, at_risk_since, at_risk_reasons,
     last_active_day, patience_days, next_evaluation_at
   from lifecycle_state where profile_id = $1 order by model`,
  `select model, from_stage, to_stage, occurred_at, cause, reasons, model_version
   from lifecycle_transition where profile_id = $1 and superseded_at is null
   order by model, occurred_at`,
  'select next_evaluation_at from evaluation where profile_id = $1',
];

async function answersOf(profileId: ProfileId) {
  const answers = [];
  for (const answer of ANSWERS) answers.push(await database.query(answer, [profileId]));
  return [...answers, await triggersOf(profileId)];
}

/** What brought each change of stage about: which event of the story. */
async function triggersOf(profileId: ProfileId): Promise<readonly (string | undefined)[]> {
  const page = { profileId, model: 'five-stage', page: firstRows(100) };
  const [history = []] = await app.reads.lifecycle.historyByPage([page]);
  const context = new RequestContext('r', { kind: 'KEY', name: 'crm', scopes: new Set() });
  const events = await Promise.all(
    history.map((transition) => app.lifecycleTriggers.find(context, transition)),
  );
  history.forEach(({ cause }, place) => {
    expect(events[place] === null).toBe(cause !== 'EVENT');
  });
  return events.map((event) => event?.messageId.split(' ').at(-1));
}

test('order, batches and channels change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(someArrangement, async ({ story, order, batchSize }) => {
      const [one, other] = [uuidSource.next<string>(), uuidSource.next<string>()];
      const together = toEvents(story, one, false);
      const expected = await answersOf(await send([[...together, linking(together, one)]]));

      const apart = toEvents(story, other, true);
      const shuffled = order.flatMap((index) => apart[index] ?? []);
      const batches = Array.from({ length: Math.ceil(shuffled.length / batchSize) }, (_, batch) =>
        shuffled.slice(batch * batchSize, (batch + 1) * batchSize),
      );
      const profileId = await send([...batches, [linking(apart, other)]]);
      expect(await answersOf(profileId)).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});
