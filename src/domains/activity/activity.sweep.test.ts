import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { claimDue } from './activity.store';

const { database } = useTestDatabase();
const clock = new TestClock('2026-01-01T12:00:00Z');
const app = createTestApp(database, clock);
const { activity, events } = app;

async function buy(users: readonly string[], at: string): Promise<void> {
  const { outcomes } = await events.ingest(
    'test',
    users.map((user) => ({
      messageId: `${user} ${at}`,
      name: 'Order Completed',
      occurredAt: new Date(at),
      identifiers: [{ namespace: 'user_id', value: user }],
      properties: { order_id: `${user} ${at}`, revenue: 10 },
    })),
  );
  expect(outcomes.filter(({ status }) => status !== 'ACCEPTED')).toEqual([]);
}

test('workers share what is due: what one has claimed is not waited for by the other', async () => {
  const users = Array.from({ length: 30 }, (_, index) => `shared-${index}`);
  await buy(users, '2026-01-01T10:00:00Z');
  await activity.scheduleAll(database, clock.now());
  const done = await database.transaction(async (tx) => {
    const claimed = await claimDue(tx, clock.now(), 12);
    expect(claimed).toHaveLength(12);
    return activity.evaluateDue(clock.now());
  });
  expect(done).toBe(18);
  // The worker that had claimed them has gone without having done anything.
  expect(await activity.evaluateDue(clock.now())).toBe(12);
  expect(await activity.evaluateDue(clock.now())).toBe(0);
});

test('after ten days without a worker changes are dated when they fell due', async () => {
  await buy(['left alone'], '2026-01-01T10:00:00Z');
  clock.set('2026-02-08T15:00:00Z');
  expect(await activity.evaluateAllDue(clock.now())).toBeGreaterThan(0);
  const history = await database.query(
    `select t.to_stage as stage, t.occurred_at as "occurredAt", t.recorded_at as "recordedAt",
       t.cause
     from lifecycle_transition t join identifier i using (profile_id)
     where i.value = 'left alone' order by t.occurred_at`,
  );
  expect(history).toEqual([
    {
      stage: 'ACQUISITION',
      occurredAt: new Date('2026-01-01T10:00:00Z'),
      recordedAt: new Date('2026-01-01T12:00:00Z'),
      cause: 'EVENT',
    },
    {
      stage: 'EXPLORATION',
      occurredAt: new Date('2026-01-29T00:00:00Z'),
      recordedAt: new Date('2026-02-08T15:00:00Z'),
      cause: 'TIME',
    },
  ]);
});
