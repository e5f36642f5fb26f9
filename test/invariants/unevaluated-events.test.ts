import fc from 'fast-check';
import { MS_PER_DAY } from '../../src/shared/days';
import { type ProfileId, uuidSource } from '../../src/shared/ids';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';

/**
 * The pipeline reckons a profile anew only where an event may change an answer. Whatever happens,
 * reckoning everybody afterwards must find nothing to write.
 */
const { database } = useTestDatabase();
const START = '2026-06-01T12:00:00.000Z';
const clock = new TestClock(START);
const app = createTestApp(database, clock);

const MS_PER_MINUTE = 60_000;

/** What evaluators write, and when time will call for it again. */
const ANSWERS = [
  'select profile_id, stage, since, reasons, at_risk_since, at_risk_reasons, last_active_day, next_evaluation_at from lifecycle_state',
  'select profile_id, from_stage, to_stage, occurred_at, cause, reasons, superseded_at from lifecycle_transition',
  'select profile_id, tier, tier_since, orders, revenue_minor, last_order_day from customer_value',
  'select profile_id, tier, tier_since from loyalty_account',
  'select profile_id, next_evaluation_at from evaluation',
];

async function answersOf(profileIds: readonly ProfileId[]): Promise<readonly string[]> {
  const parts = ANSWERS.map(
    (answer) => `select a::text as answer from (${answer}) a where profile_id = any($1::uuid[])`,
  );
  const rows = await database.query<{ answer: string }>(
    `${parts.join(' union all ')} order by answer`,
    [profileIds],
  );
  return rows.map(({ answer }) => answer);
}

const happening = fc.record({
  customer: fc.nat(2),
  device: fc.option(fc.nat(3)),
  // Mostly the same few moments of a day: further events of a day that began are the point.
  minutesAgo: fc.oneof(fc.integer({ min: -50, max: 300 }), fc.integer({ min: 0, max: 6_000 })),
  name: fc.constantFrom(
    'Page Viewed',
    'Page Viewed',
    'Page Viewed',
    'Order Completed',
    'Order Refunded',
  ),
});
const step = fc.record({
  daysLater: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })),
  happenings: fc.array(happening, { minLength: 1, maxLength: 6 }),
});

test('what the pipeline leaves out changes no answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (story) => {
      const run = uuidSource.next<string>();
      clock.set(START);
      for (const { daysLater, happenings } of story) {
        clock.set(new Date(clock.now().getTime() + daysLater * MS_PER_DAY).toISOString());
        const { profileIds } = await app.events.ingest(
          'shop',
          happenings.map(({ customer, device, minutesAgo, name }) => ({
            messageId: uuidSource.next<string>(),
            name,
            occurredAt: new Date(clock.now().getTime() - minutesAgo * MS_PER_MINUTE),
            identifiers: [
              { namespace: 'user_id', value: `${customer}-${run}` },
              ...(device === null ? [] : [{ namespace: 'device_id', value: `${device}-${run}` }]),
            ],
            properties: { order_id: uuidSource.next<string>(), revenue: 20, total: 20 },
          })),
        );
        const left = await answersOf(profileIds);
        await database.transaction((tx) => app.activity.evaluate(tx, profileIds, clock.now()));
        expect(left).toEqual(await answersOf(profileIds));
      }
    }),
    { numRuns: 40 },
  );
});
