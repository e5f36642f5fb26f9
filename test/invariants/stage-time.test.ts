import { Random } from '../../seeds/random';
import { History } from '../../src/domains/lifecycle/facts/history';
import { fiveStageModel } from '../../src/domains/lifecycle/models/presets';
import { compileModel } from '../../src/domains/lifecycle/stage/compiled';
import { evaluate } from '../../src/domains/lifecycle/stage/stage.rules';
import { MS_PER_DAY } from '../../src/shared/days';
import type { ProfileId } from '../../src/shared/ids';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';

/**
 * Moving the clock day by day and sweeping gives the stages of evaluating everybody every day by
 * brute force: for customers of all sorts, over two years.
 */
const { database } = useTestDatabase();
const START = Date.parse('2024-06-01T00:00:00Z');
const DAYS = 730;
const CUSTOMERS = 30;
const clock = new TestClock(new Date(START).toISOString());
const app = createTestApp(database, clock);
const compiled = compileModel(fiveStageModel, null);

const random = Random.of('stage-time');

/** Each has a rhythm, begins and ends somewhere, and pauses now and then. */
const customers = Array.from({ length: CUSTOMERS }, (_, index) => {
  const begins = random.integer(0, 400);
  return {
    user: `customer-${index}`,
    begins,
    ends: begins + random.integer(1, DAYS),
    /** The chance that any day is an active one. */
    chance: 1 / random.integer(1, 60),
    buys: random.integer(0, 3) === 0 ? 0 : 0.5,
  };
});

async function sendEventsOf(day: number): Promise<void> {
  const present = customers.filter(
    ({ begins, ends, chance }) =>
      day === begins || (day > begins && day < ends && random.next() < chance),
  );
  if (present.length === 0) return;
  await app.events.ingest(
    'test',
    present.map(({ user, buys }) => ({
      messageId: `${user} ${day}`,
      name: random.next() < buys ? 'Order Completed' : 'Page Viewed',
      occurredAt: new Date(START + day * MS_PER_DAY + random.integer(0, MS_PER_DAY / 2)),
      identifiers: [{ namespace: 'user_id', value: user }],
      properties: { order_id: `${user} ${day}`, revenue: 10 },
    })),
  );
}

test('the sweep leaves nothing out and is never late', async () => {
  const seen = new Map<ProfileId, string[]>();
  for (let day = 0; day < DAYS; day++) {
    clock.set(new Date(START + day * MS_PER_DAY + MS_PER_DAY / 2).toISOString());
    await sendEventsOf(day);
    await app.activity.evaluateAllDue(clock.now());
    const states = await database.query<{ profileId: ProfileId; stage: string; risk: boolean }>(
      'select profile_id as "profileId", stage, at_risk as risk from lifecycle_state',
    );
    for (const { profileId, stage, risk } of states) {
      const told = seen.get(profileId) ?? Array.from({ length: day }, () => '');
      seen.set(profileId, told);
      told.push(`${stage} ${risk}`);
    }
  }
  expect(seen.size).toBe(CUSTOMERS);

  const stages = new Set<string>();
  for await (const page of app.activity.allProfiles()) {
    for (const { profileId, days } of page) {
      const expected = Array.from({ length: DAYS }, (_, day) => {
        const asOf = new Date(START + day * MS_PER_DAY + MS_PER_DAY / 2);
        const history = History.at(days, compiled.measures, asOf);
        if (!history.isBegun) return '';
        const { stage, warning } = evaluate(history, compiled);
        stages.add(stage);
        return `${stage} ${warning !== null}`;
      });
      expect(seen.get(profileId)).toEqual(expected);
    }
  }
  expect(stages.size).toBe(5);
  // Nothing came late, so nothing that was believed turned out wrong.
  const superseded = await database.query(
    'select from lifecycle_transition where superseded_at is not null',
  );
  expect(superseded).toEqual([]);
}, 120_000);
