import fc from 'fast-check';
import { TestClock } from '../../../../test/support/clock';
import { useTestDatabase } from '../../../../test/support/database';
import { createPipeline } from '../../../../test/support/pipeline';
import { type ProfileId, uuidSource } from '../../../shared/ids';
import { fiveStageModel } from '../models/presets';
import { LifecycleEvaluator } from './evaluator';
import { LifecycleRulings } from './rulings';
import { lifecycleRehoming } from './stage.rehoming';

const { database } = useTestDatabase();
const clock = new TestClock('2026-01-01T12:00:00Z');
const evaluator = new LifecycleEvaluator(new LifecycleRulings(fiveStageModel), uuidSource);
const { activity, events } = createPipeline(database, {
  clock,
  evaluators: [evaluator],
  rehomings: [lifecycleRehoming],
});

beforeEach(() => clock.set('2026-01-01T12:00:00Z'));

let serial = 0;

function newUser(): string {
  serial += 1;
  return `user-${serial}`;
}

interface Purchase {
  /** e.g. `2026-01-01`; at 10:00. */
  readonly day: string;
  readonly users: readonly string[];
}

async function buy(...purchases: readonly Purchase[]): Promise<ProfileId> {
  const incoming = purchases.map(({ day, users }) => {
    serial += 1;
    return {
      messageId: `purchase-${serial}`,
      name: 'Order Completed',
      occurredAt: new Date(`${day}T10:00:00Z`),
      identifiers: users.map((value) => ({
        namespace: value.includes('@') ? 'email' : 'user_id',
        value,
      })),
      properties: { order_id: `order-${serial}`, revenue: 10 },
    };
  });
  const { outcomes } = await events.ingest('test', incoming);
  const [last] = outcomes.slice(-1);
  if (last?.status !== 'ACCEPTED') throw new Error('The purchase was not accepted.');
  return last.profileId;
}

interface TransitionRow {
  readonly from: string | null;
  readonly to: string;
  readonly at: Date;
  readonly cause: string;
}

/** What held, as we knew it at an instant; as we know now where it is left out. */
async function history(profileId: ProfileId, knownAt: Date | null = null) {
  const rows = await database.query<TransitionRow>(
    `select from_stage as from, to_stage as to, occurred_at as at, cause
     from lifecycle_transition
     where profile_id = $1 and ($2::timestamptz is null or recorded_at <= $2)
       and (superseded_at is null or superseded_at > $2)
     order by occurred_at`,
    [profileId, knownAt],
  );
  return rows.map(({ from, to, at, cause }) => [from, to, at.toISOString().slice(0, 10), cause]);
}

async function state(profileId: ProfileId) {
  const [row] = await database.query(
    'select * from lifecycle_state where profile_id = $1 and model = $2',
    [profileId, 'five-stage'],
  );
  return row ?? null;
}

async function messages(profileId: ProfileId) {
  const rows = await database.query<{ topic: string; payload: object }>(
    'select topic, payload from outbox_message where profile_id = $1 order by id',
    [profileId],
  );
  return rows.map(({ topic, payload }) => ({ topic, ...payload }));
}

async function sweepAt(instant: string): Promise<void> {
  clock.set(instant);
  while ((await activity.evaluateDue(clock.now())) > 0);
}

test('an event is in the stage when its batch is stored', async () => {
  const profileId = await buy({ day: '2026-01-01', users: [newUser()] });
  expect(await state(profileId)).toMatchObject({
    stage: 'ACQUISITION',
    model_version: 1,
    since: new Date('2026-01-01T10:00:00Z'),
    reasons: [
      { fact: 'tenureDays', value: 0, threshold: 28, operator: 'LT', unit: 'DAYS' },
      { fact: 'orderDays', value: 1, threshold: 2, operator: 'LT', unit: 'COUNT' },
    ],
    at_risk: false,
    at_risk_since: null,
    last_active_day: '2026-01-01',
    next_evaluation_at: new Date('2026-01-29T00:00:00Z'),
  });
  expect(await history(profileId)).toEqual([[null, 'ACQUISITION', '2026-01-01', 'EVENT']]);
  // That everybody begins in the first stage is no news.
  expect(await messages(profileId)).toEqual([]);
});

test('time moves stages on with no event, and dates them when they fell due', async () => {
  const profileId = await buy({ day: '2026-01-01', users: [newUser()] });
  await sweepAt('2026-01-29T00:00:00Z');
  expect(await state(profileId)).toMatchObject({
    stage: 'EXPLORATION',
    since: new Date('2026-01-29T00:00:00Z'),
    next_evaluation_at: new Date('2026-04-01T00:00:00Z'),
  });
  await sweepAt('2026-09-01T08:00:00Z');
  expect(await history(profileId)).toEqual([
    [null, 'ACQUISITION', '2026-01-01', 'EVENT'],
    ['ACQUISITION', 'EXPLORATION', '2026-01-29', 'TIME'],
    ['EXPLORATION', 'CHURN', '2026-04-01', 'TIME'],
  ]);
  expect(await state(profileId)).toMatchObject({ stage: 'CHURN', next_evaluation_at: null });
});

test('a customer silent for months who buys again leaves CHURN at once, and others are told', async () => {
  const user = newUser();
  const profileId = await buy({ day: '2026-01-01', users: [user] });
  await sweepAt('2026-09-01T12:00:00Z');
  await buy({ day: '2026-09-01', users: [user] });
  expect(await state(profileId)).toMatchObject({
    stage: 'EXPLORATION',
    since: new Date('2026-09-01T10:00:00Z'),
    reasons: [{ fact: 'orderDays', value: 2, threshold: 2, operator: 'GTE', unit: 'COUNT' }],
  });
  const topic = 'lifecycle.stage-changed';
  const model = 'five-stage';
  // The sweep came late and went straight to where the customer then was.
  expect(await messages(profileId)).toEqual([
    { topic, model, from: 'ACQUISITION', to: 'CHURN', since: '2026-04-01T00:00:00.000Z' },
    { topic, model, from: 'CHURN', to: 'EXPLORATION', since: '2026-09-01T10:00:00.000Z' },
  ]);
});

test('a late event changes what held, and not what was believed', async () => {
  const user = newUser();
  const profileId = await buy({ day: '2026-01-01', users: [user] });
  await sweepAt('2026-06-01T12:00:00Z');
  const believed = await history(profileId);
  expect(believed.at(-1)).toEqual(['EXPLORATION', 'CHURN', '2026-04-01', 'TIME']);
  clock.set('2026-06-02T12:00:00Z');
  await buy({ day: '2026-03-15', users: [user] });
  expect(await history(profileId)).toEqual([
    [null, 'ACQUISITION', '2026-01-01', 'EVENT'],
    ['ACQUISITION', 'EXPLORATION', '2026-01-29', 'TIME'],
  ]);
  expect(await history(profileId, new Date('2026-06-01T23:00:00Z'))).toEqual(believed);
  expect(await history(profileId, new Date('2025-12-31T23:00:00Z'))).toEqual([]);
});

test('what a late event changes about the reasons is in the history, too', async () => {
  const user = newUser();
  clock.set('2026-07-01T12:00:00Z');
  // In GROWTH from 2 March, with the third order day, and then with the fourth.
  const profileId = await buy(
    { day: '2026-01-01', users: [user] },
    { day: '2026-01-21', users: [user] },
    { day: '2026-03-02', users: [user] },
  );
  await buy({ day: '2026-01-11', users: [user] });
  const reasons = await database.query(
    `select reasons -> 1 -> 'value' as "orderDays", superseded_at is null as holds
     from lifecycle_transition where profile_id = $1 and to_stage = 'GROWTH' order by id`,
    [profileId],
  );
  expect(reasons).toEqual([
    { orderDays: 3, holds: false },
    { orderDays: 4, holds: true },
  ]);
});

test('an evaluation that finds nothing new writes nothing', async () => {
  const user = newUser();
  const profileId = await buy(
    { day: '2025-01-01', users: [user] },
    { day: '2025-03-01', users: [user] },
    { day: '2025-05-01', users: [user] },
  );
  const versions = () =>
    database.query(
      `select xmin::text as version, ctid::text as place from lifecycle_state where profile_id = $1
       union all
       select xmin::text, ctid::text from lifecycle_transition where profile_id = $1`,
      [profileId],
    );
  const before = await versions();
  const told = await messages(profileId);
  clock.advanceDays(5);
  await activity.scheduleAll(database, clock.now());
  await activity.evaluateAllDue(clock.now());
  expect(await versions()).toEqual(before);
  expect(await messages(profileId)).toEqual(told);
});

test('a merge gives the survivor the stage of the days of both', async () => {
  const [user, email] = [newUser(), `${newUser()}@example.com`];
  clock.set('2026-03-20T12:00:00Z');
  const one = await buy({ day: '2026-01-01', users: [user] }, { day: '2026-03-01', users: [user] });
  const other = await buy({ day: '2026-02-01', users: [email] });
  clock.set('2026-03-21T12:00:00Z');
  const survivor = await buy({ day: '2026-03-20', users: [user, email] });
  const absorbed = survivor === one ? other : one;
  expect([one, other]).toContain(survivor);
  expect(await state(survivor)).toMatchObject({ stage: 'GROWTH' });
  expect(await history(survivor)).toEqual([
    [null, 'ACQUISITION', '2026-01-01', 'EVENT'],
    ['ACQUISITION', 'EXPLORATION', '2026-01-29', 'TIME'],
    ['EXPLORATION', 'GROWTH', '2026-03-01', 'EVENT'],
  ]);
  expect(await state(absorbed)).toBeNull();
  expect(await history(absorbed)).toEqual([]);
  expect(await history(absorbed, new Date('2026-03-20T13:00:00Z'))).not.toEqual([]);
});

test('whoever has no active day (any more) has no stage', async () => {
  const profileId = await buy({ day: '2026-01-01', users: [newUser()] });
  const evaluate = () =>
    database.transaction((tx) => evaluator.evaluate(tx, [{ profileId, days: [] }], clock.now()));
  expect(await evaluate()).toEqual(new Map());
  expect(await state(profileId)).toBeNull();
  expect(await history(profileId)).toEqual([]);
  await evaluate();
});

test('the order and the batches in which events arrive change nothing', async () => {
  const someOrder = fc
    .uniqueArray(fc.integer({ min: 0, max: 364 }), { minLength: 1, maxLength: 12 })
    .chain((days) =>
      fc.tuple(
        fc.constant(days),
        fc.shuffledSubarray(days, { minLength: days.length, maxLength: days.length }),
        fc.integer({ min: 1, max: 4 }),
      ),
    );
  const stateOf = async (profileId: ProfileId) => {
    const { profile_id: _, recorded_at: __, ...told } = (await state(profileId)) ?? {};
    return [told, await history(profileId)];
  };
  const dayOfYear = (day: number) =>
    new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
  await fc.assert(
    fc.asyncProperty(someOrder, async ([days, shuffled, batchSize]) => {
      clock.set('2026-01-01T12:00:00Z');
      const [user, other] = [newUser(), newUser()];
      const one = await buy(...days.map((day) => ({ day: dayOfYear(day), users: [user] })));
      let another = one;
      for (let from = 0; from < shuffled.length; from += batchSize) {
        const batch = shuffled.slice(from, from + batchSize);
        another = await buy(...batch.map((day) => ({ day: dayOfYear(day), users: [other] })));
        clock.set(`2026-01-01T12:00:0${1 + (from % 9)}Z`);
      }
      expect(await stateOf(another)).toEqual(await stateOf(one));
    }),
    { numRuns: 15 },
  );
});
