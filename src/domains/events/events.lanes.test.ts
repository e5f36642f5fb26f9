import { deadlineAfter, pollUntil } from '../../platform/database/embedded/poll';
import type { EventId, ProfileId } from '../../shared/ids';
import { defaultIdentityPolicy } from '../identity';
import { EventLanes, type IngestBatch } from './events.lanes';
import { everythingAllowed, type IncomingEvent } from './events.model';
import type { EventOutcome } from './events.service';

function event(customer: string, messageId = customer): IncomingEvent {
  return {
    messageId,
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: customer }],
  };
}

const customers = (count: number, prefix = 'c') =>
  Array.from({ length: count }, (_, index) => event(`${prefix}${index}`));

/** Batches as they are begun, each to be ended by the test. */
class Pipeline {
  readonly begun: { readonly messageIds: readonly string[]; end(error?: Error): void }[] = [];

  readonly ingest: IngestBatch = (_source, events) =>
    new Promise((resolve, reject) => {
      const messageIds = events.map(({ messageId }) => messageId);
      const outcomes = messageIds.map(
        (id): EventOutcome => ({
          status: 'ACCEPTED',
          eventId: `event of ${id}` as EventId,
          profileId: `profile of ${id}` as ProfileId,
          demotions: [],
        }),
      );
      const end = (error?: Error) =>
        error === undefined ? resolve({ outcomes, profileIds: [] }) : reject(error);
      this.begun.push({ messageIds, end });
    });

  lanes(lanes: number, queuedMax = 10_000, gatherMsMax = 0): EventLanes {
    return new EventLanes(this.ingest, defaultIdentityPolicy, { lanes, queuedMax, gatherMsMax });
  }

  /** Ends what has begun until nothing more begins. */
  async endAll(): Promise<void> {
    for (let next = this.begun.shift(); next !== undefined; next = this.begun.shift()) {
      next.end();
      await settle();
    }
  }
}

/** Lets everything happen that waits for nothing but promises. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const eventIdsOf = (outcomes: readonly EventOutcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'QUARANTINED' ? null : outcome.eventId));

test('gives the outcomes in the order of the events, whichever lane they took', async () => {
  const pipeline = new Pipeline();
  const events = customers(1_200);
  const taken = pipeline.lanes(3).ingest('key:shop', events, everythingAllowed);
  await settle();
  expect(pipeline.begun).toHaveLength(3);
  await pipeline.endAll();
  const { outcomes, profileIds } = await taken;
  expect(eventIdsOf(outcomes)).toEqual(events.map(({ messageId }) => `event of ${messageId}`));
  expect(profileIds).toHaveLength(1_200);
});

test('takes what waits for a lane together, and no more than a batch', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(1);
  const requests = [lanes.ingest('key:shop', customers(40, 'first'), everythingAllowed)];
  for (let index = 0; index < 30; index++) {
    requests.push(lanes.ingest('key:shop', customers(40, `r${index}-`), everythingAllowed));
  }
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds.length)).toEqual([40]);
  const sizes: number[] = [];
  for (let batch = pipeline.begun.shift(); batch !== undefined; batch = pipeline.begun.shift()) {
    sizes.push(batch.messageIds.length);
    batch.end();
    await settle();
  }
  expect(sizes).toEqual([40, 480, 480, 240]);
  const taken = await Promise.all(requests);
  expect(taken.map(({ outcomes }) => outcomes.length)).toEqual(Array(31).fill(40));
});

test('keeps the order of the events of a customer, over requests too', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(4);
  const requests = [1, 2, 3].map((request) =>
    lanes.ingest(
      'key:shop',
      [event('ann', `${request}a`), event('ann', `${request}b`)],
      everythingAllowed,
    ),
  );
  await settle();
  const order: string[] = [];
  for (let batch = pipeline.begun.shift(); batch !== undefined; batch = pipeline.begun.shift()) {
    order.push(...batch.messageIds);
    batch.end();
    await settle();
  }
  await Promise.all(requests);
  expect(order).toEqual(['1a', '1b', '2a', '2b', '3a', '3b']);
});

test('takes small requests together, whosever they are', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(8);
  const requests = customers(30).map((one) => lanes.ingest('key:shop', [one], everythingAllowed));
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds.length)).toEqual([1]);
  pipeline.begun.shift()?.end();
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds.length)).toEqual([29]);
  await pipeline.endAll();
  expect(await Promise.all(requests)).toHaveLength(30);
});

test('divides small requests by customer where more wait than one transaction takes', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(8);
  const requests = customers(600).map((one) => lanes.ingest('key:shop', [one], everythingAllowed));
  await settle();
  expect(pipeline.begun).toHaveLength(9);
  await pipeline.endAll();
  expect(await Promise.all(requests)).toHaveLength(600);
});

/** Two requests that were answered together; another that waited meanwhile is `waiting`. */
async function answeredTogether(pipeline: Pipeline, lanes: EventLanes) {
  const send = (name: string) => lanes.ingest('key:shop', [event(name)], everythingAllowed);
  const answered = ['one', 'two', 'three'].map(send);
  await settle();
  pipeline.begun.shift()?.end();
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds)).toEqual([['two', 'three']]);
  const waiting = send('four');
  pipeline.begun.shift()?.end();
  await Promise.all(answered);
  await settle();
  expect(pipeline.begun).toEqual([]);
  return { send, waiting };
}

test('waits until as many requests have come as were answered together', async () => {
  const pipeline = new Pipeline();
  const { send, waiting } = await answeredTogether(pipeline, pipeline.lanes(1, 10_000, 3_600_000));
  const requests = [waiting, send('five')];
  await settle();
  expect(pipeline.begun).toEqual([]);
  requests.push(send('six'));
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds)).toEqual([['four', 'five', 'six']]);
  // Nobody follows, which the lane would wait an hour to see.
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  await pipeline.endAll();
  await Promise.all(requests);
  jest.useRealTimers();
});

test('does not wait long for them', async () => {
  const pipeline = new Pipeline();
  const { waiting } = await answeredTogether(pipeline, pipeline.lanes(1, 10_000, 20));
  await pollUntil(deadlineAfter(10), async () => (pipeline.begun.length > 0 ? true : undefined));
  expect(pipeline.begun.map(({ messageIds }) => messageIds)).toEqual([['four']]);
  await pipeline.endAll();
  await waiting;
});

test('does not mix sources', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(1);
  const requests = [
    lanes.ingest('key:shop', [event('ann')], everythingAllowed),
    lanes.ingest('key:app', [event('bob')], everythingAllowed),
  ];
  await settle();
  expect(pipeline.begun.map(({ messageIds }) => messageIds)).toEqual([['ann'], ['bob']]);
  await pipeline.endAll();
  await Promise.all(requests);
});

test('where a shared batch fails, each request is tried alone and fails alone', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(1);
  const first = lanes.ingest('key:shop', [event('first')], everythingAllowed);
  const good = lanes.ingest('key:shop', [event('good')], everythingAllowed);
  const bad = lanes.ingest('key:shop', [event('bad')], everythingAllowed);
  const refused = expect(bad).rejects.toThrow('cannot be stored');
  await settle();
  const failing = new Error('cannot be stored');
  for (let batch = pipeline.begun.shift(); batch !== undefined; batch = pipeline.begun.shift()) {
    batch.end(batch.messageIds.includes('bad') ? failing : undefined);
    await settle();
  }
  await refused;
  expect(eventIdsOf((await good).outcomes)).toEqual(['event of good']);
  expect((await first).outcomes).toHaveLength(1);
});

test('where the database is away, nobody is tried again one by one', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(1);
  const requests = customers(9).map((one) => lanes.ingest('key:shop', [one], everythingAllowed));
  const ends = Promise.allSettled(requests);
  await settle();
  pipeline.begun.shift()?.end();
  await settle();
  pipeline.begun.shift()?.end(new Error('Connection terminated unexpectedly'));
  await settle();
  expect(pipeline.begun).toEqual([]);
  expect((await ends).map(({ status }) => status)).toEqual([
    'fulfilled',
    ...Array(8).fill('rejected'),
  ]);
});

test('sends away what would wait too long, and takes it once there is room', async () => {
  const pipeline = new Pipeline();
  const lanes = pipeline.lanes(1, 10);
  const first = lanes.ingest('key:shop', customers(10), everythingAllowed);
  await expect(lanes.ingest('key:shop', [event('late')], everythingAllowed)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  await settle();
  await pipeline.endAll();
  await first;
  const second = lanes.ingest('key:shop', [event('late')], everythingAllowed);
  await settle();
  await pipeline.endAll();
  expect((await second).outcomes).toHaveLength(1);
});
