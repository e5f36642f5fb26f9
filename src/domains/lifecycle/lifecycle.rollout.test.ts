import fc from 'fast-check';
import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { MS_PER_DAY } from '../../shared/days';
import { uuidSource } from '../../shared/ids';
import type { LifecycleModelDocument } from './lifecycle.model';
import { fiveStageModel } from './lifecycle.presets';
import { LifecycleRollout, type RolloutSizes } from './lifecycle.rollout.service';
import { presetDocument } from './lifecycle.versions.rules';

const { database } = useTestDatabase();
const clock = new TestClock('2026-01-01T12:00:00Z');
const app = createTestApp(database, clock);
const { activity, events, lifecycleVersions: versions } = app;
const FIVE = fiveStageModel.name;

const small: RolloutSizes = { profilesPerShard: 5, profilesPerPage: 2, pagesAtOnce: 2 };

function newRollout(sizes = small): LifecycleRollout {
  return new LifecycleRollout(
    database,
    app.lifecycleRulings,
    uuidSource,
    (tx, profileIds, now) => activity.evaluate(tx, profileIds, now),
    sizes,
  );
}

const rollout = newRollout();

beforeEach(startOver);

async function startOver(): Promise<void> {
  clock.set('2026-01-01T12:00:00Z');
  const tables = [
    ...['lifecycle_state', 'lifecycle_transition', 'lifecycle_ruling', 'lifecycle_model'],
    ...['lifecycle_rollout', 'lifecycle_rollout_shard', 'activity_day', 'evaluation'],
  ];
  // Not truncated, which is slow for small tables.
  for (const table of tables) await database.query(`delete from ${table}`);
  // Rulings are told apart by their number, and are never fewer but here.
  await app.lifecycleRulings.inForce(database);
}

let serial = 0;

function newUser(): string {
  serial += 1;
  return `user-${serial}`;
}

/** One event of each of the days, which are counted from 2025-01-01; an order on every third. */
async function act(users: readonly string[], ...days: readonly (readonly number[])[]) {
  const { outcomes } = await events.ingest(
    'test',
    users.flatMap((user, place) =>
      (days[place] ?? []).map((day, index) => {
        serial += 1;
        const isOrder = index % 3 === 0;
        return {
          messageId: `message-${serial}`,
          name: isOrder ? 'Order Completed' : 'Page Viewed',
          occurredAt: new Date(Date.UTC(2025, 0, 1 + day, 10)),
          identifiers: [{ namespace: 'user_id', value: user }],
          properties: { order_id: `order-${serial}`, revenue: 10 },
        };
      }),
    ),
  );
  const refused = outcomes.filter(({ status }) => status !== 'ACCEPTED');
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
}

/** The five stages with every length of time so many times as long. */
function scaled(factor: number, change: Partial<LifecycleModelDocument> = {}) {
  const document = presetDocument(FIVE);
  if (document === null) throw new Error('There is no such preset.');
  const text = JSON.stringify(document, (key, value) => {
    const isLength = ['activeSpanDays', 'tenureDays'].includes(value?.fact);
    if (isLength) return { ...value, threshold: Math.round(value.threshold * factor) };
    if (key === 'threshold' && value?.ownCadences !== undefined) {
      return { ...value, ownCadences: 3 * factor, atLeast: 90 * factor, atMost: 180 * factor };
    }
    return value;
  });
  return { ...JSON.parse(text), ...change };
}

async function save(document: unknown, name = FIVE): Promise<number> {
  const outcome = await versions.save({ name, document, note: '' }, 'test');
  if (outcome.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
  return outcome.version;
}

async function activate(version: number, name = FIVE): Promise<void> {
  const outcome = await versions.activate(name, version, 'a test', 'test');
  if (outcome.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
}

async function rollOut(by: LifecycleRollout = rollout): Promise<void> {
  while ((await by.run(clock.now())) > 0);
}

/** All that is recorded of stages, and how often each row was written. */
async function recorded() {
  const states = await database.query(
    `select *, xmin::text as writer from lifecycle_state order by profile_id, model`,
  );
  const transitions = await database.query(
    `select *, xmin::text as writer from lifecycle_transition
     order by profile_id, model, occurred_at, id`,
  );
  return { states, transitions };
}

/** Evaluates everybody from the beginning of their history. */
async function evaluateAll(): Promise<void> {
  await activity.scheduleAll(database, clock.now());
  await activity.evaluateAllDue(clock.now());
}

async function expectNothingLeftToChange(): Promise<void> {
  const before = await recorded();
  await evaluateAll();
  expect(await recorded()).toEqual(before);
}

const stagesOf = (model: string) =>
  database.query<{ stage: string; version: number; count: number }>(
    `select stage, model_version as version, count(*)::int as count from lifecycle_state
     where model = $1 group by 1, 2 order by 1`,
    [model],
  );

test('gives what evaluating everybody from the beginning gives', async () => {
  const someDays = fc.uniqueArray(fc.integer({ min: 0, max: 360 }), {
    minLength: 1,
    maxLength: 14,
  });
  const someStep = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('ACTIVATE' as const),
        factor: fc.constantFrom(0.2, 0.5, 1, 2),
        occasionDays: fc.integer({ min: 0, max: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('WAIT' as const),
        days: fc.constantFrom(0.001, 0.7, 30),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('ACT' as const),
        who: fc.nat(5),
        day: fc.integer({ min: 0, max: 364 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('RUN' as const),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('SWEEP' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(someDays, { minLength: 6, maxLength: 6 }),
      fc.array(someStep, { minLength: 1, maxLength: 8 }),
      async (customers, steps) => {
        await startOver();
        const users = customers.map(newUser);
        await act(users, ...customers);
        for (const step of steps) {
          switch (step.kind) {
            case 'ACTIVATE': {
              const { factor, occasionDays } = step;
              clock.advanceDays(1 / MS_PER_DAY);
              await activate(await save(scaled(factor, { occasionDays })));
              break;
            }
            case 'WAIT':
              clock.advanceDays(step.days);
              break;
            case 'ACT':
              await act([users[step.who] ?? ''], [step.day]);
              break;
            case 'RUN':
              for (let run = 0; run < step.times; run++) await rollout.run(clock.now());
              break;
            case 'SWEEP':
              await activity.evaluateAllDue(clock.now());
          }
        }
        await rollOut();
        await activity.evaluateAllDue(clock.now());
        await expectNothingLeftToChange();
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);

test('those who did nothing since go on from what is recorded, and are not evaluated anew', async () => {
  const users = Array.from({ length: 7 }, newUser);
  await act(users, ...users.map((_, index) => [330, 332, 334, 336, 338, 340, 342, 344 + index]));
  clock.advanceDays(1);
  await evaluateAll();
  await activate(await save(scaled(0.2)));
  const evaluated: string[] = [];
  const counting = new LifecycleRollout(
    database,
    app.lifecycleRulings,
    uuidSource,
    async (_, profileIds) => {
      evaluated.push(...profileIds);
    },
    small,
  );
  clock.advanceDays(0.01);
  await rollOut(counting);
  expect(evaluated).toEqual([]);
  expect(await stagesOf(FIVE)).toEqual([{ stage: 'GROWTH', version: 2, count: 7 }]);
  await expectNothingLeftToChange();
});
