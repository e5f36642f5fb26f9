import fc from 'fast-check';
import { createTestApp } from '../../../../test/support/app';
import { TestClock } from '../../../../test/support/clock';
import { useTestDatabase } from '../../../../test/support/database';
import type { Database, Tx } from '../../../platform/database/database';
import { MS_PER_DAY } from '../../../shared/days';
import { uuidSource } from '../../../shared/ids';
import type { LifecycleModelDocument } from '../models/model';
import { fiveStageModel } from '../models/presets';
import { LifecycleRollout, type RolloutSizes } from './rollout.service';
import { presetDocument } from './versions.rules';

const { database } = useTestDatabase();
const clock = new TestClock('2026-01-01T12:00:00Z');
const app = createTestApp(database, clock);
const { activity, events, lifecycleVersions: versions } = app;
const FIVE = fiveStageModel.name;

const small: RolloutSizes = { profilesPerShard: 5, profilesPerPage: 2, pagesAtOnce: 2 };

function newRollout(sizes = small, on: Database = database): LifecycleRollout {
  return new LifecycleRollout(
    on,
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
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('TOGGLE' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(someDays, { minLength: 6, maxLength: 6 }),
      fc.array(someStep, { minLength: 1, maxLength: 8 }),
      async (customers, steps) => {
        await startOver();
        const users = customers.map(newUser);
        await act(users, ...customers);
        const other = await save(scaled(0.5), 'other');
        let isInUse = false;
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
            case 'TOGGLE':
              clock.advanceDays(1 / MS_PER_DAY);
              if (isInUse) await versions.retire('other', 'a test', 'test');
              else await activate(other, 'other');
              isInUse = !isInUse;
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
  await act(users, ...users.map((_, index) => [330, 332, 334, 336, 338, 340, 342, 351 + index]));
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

test('what was overdue when a model came into force is dated when it fell due, and then judged', async () => {
  const users = [newUser(), newUser(), newUser()];
  await act(users, [345, 350, 355], [350, 352, 355], [355]);
  clock.advanceDays(20);
  await activate(await save(scaled(0.1)));
  clock.advanceDays(0.01);
  await rollOut();
  const causes = await database.query<{ cause: string }>(
    `select cause from lifecycle_transition where recorded_at = $1 order by profile_id, occurred_at`,
    [clock.now()],
  );
  expect(causes.map(({ cause }) => cause)).toEqual(['MODEL', 'MODEL', 'TIME', 'MODEL']);
  await expectNothingLeftToChange();
});

test('what happens in a minute only, by the clock of its sender, is not seen before', async () => {
  const user = newUser();
  await act([user], [200, 220, 240, 260]);
  clock.set('2026-01-01T09:59:00Z');
  await act([user], [365]);
  clock.set('2026-01-01T09:59:10Z');
  await activate(await save(scaled(0.3)));
  clock.set('2026-01-01T09:59:20Z');
  await rollOut();
  expect((await stagesOf(FIVE)).map(({ stage }) => stage)).toEqual(['CHURN']);
  await expectNothingLeftToChange();
  clock.set('2026-01-01T10:00:00Z');
  await activity.evaluateAllDue(clock.now());
  expect((await stagesOf(FIVE)).map(({ stage }) => stage)).not.toEqual(['CHURN']);
});

test('a preview tells what an activation then does', async () => {
  const users = Array.from({ length: 12 }, newUser);
  await act(users, ...users.map((_, index) => [330 - 20 * index, 340, 350, 355 + (index % 5)]));
  clock.advanceDays(40);
  const document = scaled(0.4);
  const outcome = await app.lifecyclePreviews.run({
    name: FIVE,
    document,
    version: null,
    sample: null,
    examples: 2,
  });
  if (outcome.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
  const { preview } = outcome;
  expect(preview).toMatchObject({ customers: 12, share: 1 });
  expect(preview.moved).toBeGreaterThan(0);
  expect(await recordedModels()).toBe(0);
  await activate(await save(document));
  await rollOut();
  const moves = await database.query(
    `select from_stage as from, to_stage as to, count(*)::int as customers
     from lifecycle_transition
     where cause = 'MODEL' and occurred_at = $1
     group by 1, 2 order by 1, 2`,
    [preview.asOf],
  );
  const previewed = preview.cells
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, customers }) => ({ from, to, customers }))
    .sort((left, right) => (`${left.from} ${left.to}` < `${right.from} ${right.to}` ? -1 : 1));
  expect(moves).toEqual(previewed);
  for (const cell of preview.cells) {
    const stages = await database.query<{ stage: string }>(
      'select stage from lifecycle_state where profile_id = any($1::uuid[])',
      [cell.examples],
    );
    expect(stages.map(({ stage }) => stage)).toEqual(cell.examples.map(() => cell.to));
  }
  const stood = await database.query<{ atRisk: number }>(
    'select count(*) filter (where at_risk)::int as "atRisk" from lifecycle_state',
  );
  expect(stood).toEqual([{ atRisk: preview.atRiskAfter }]);
});

const recordedModels = async () => {
  const [row] = await database.query<{ count: number }>(
    `select (select count(*) from lifecycle_model)::int
       + (select count(*) from lifecycle_ruling)::int as count`,
  );
  return row?.count;
};

test('a sample is of the size asked for, and always the same', async () => {
  const users = Array.from({ length: 9 }, newUser);
  await act(users, ...users.map((_, index) => [350, 355 + index]));
  const sampled = async () => {
    const trial = { name: FIVE, document: scaled(0.1), version: null, sample: 4, examples: 9 };
    const outcome = await app.lifecyclePreviews.run(trial);
    if (outcome.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
    expect(outcome.preview).toMatchObject({ customers: 4, share: 4 / 9 });
    return outcome.preview.cells.flatMap(({ examples }) => [...examples]).sort();
  };
  const first = await sampled();
  expect(first).toHaveLength(4);
  expect(await sampled()).toEqual(first);
});

test('a worker that dies in the midst leaves its page to the next, and what is done is not done again', async () => {
  const users = Array.from({ length: 9 }, newUser);
  await act(users, ...users.map(() => [330, 332, 334, 336, 338, 340, 342, 345]));
  clock.advanceDays(1);
  await evaluateAll();
  await activate(await save(scaled(0.2)));
  clock.advanceDays(0.01);
  await rollout.run(clock.now());
  const [begun] = await stagesOf(FIVE).then((rows) => rows.filter(({ version }) => version === 2));
  expect(begun?.count).toBeGreaterThan(0);
  expect(begun?.count).toBeLessThan(9);
  // It dies when its page is written and before that is committed.
  await expect(
    database.transaction(async (tx) => {
      const inOneTransaction: Database = Object.create(database, {
        transaction: { value: (work: (inner: typeof tx) => unknown) => work(tx) },
      });
      const dying = newRollout({ ...small, pagesAtOnce: 1 }, inOneTransaction);
      expect(await dying.run(clock.now())).toBeGreaterThan(0);
      throw new Error('killed');
    }),
  ).rejects.toThrow('killed');
  expect((await stagesOf(FIVE)).find(({ version }) => version === 2)).toEqual(begun);
  const progress = await app.reads.lifecycleRollout.progressOf(null);
  expect(progress).toMatchObject({ version: 2, total: 9, done: begun?.count, finishedAt: null });
  await rollOut();
  expect(await stagesOf(FIVE)).toEqual([{ stage: 'CHURN', version: 2, count: 9 }]);
  expect(await app.reads.lifecycleRollout.progressOf(null)).toMatchObject({ total: 9, done: 9 });
  await expectNothingLeftToChange();
});

test('a page that always fails does not keep the other shards waiting', async () => {
  const users = Array.from({ length: 9 }, newUser);
  await act(users, ...users.map(() => [330, 332, 334]));
  await activate(await save(scaled(0.2)));
  // Without a state everybody is evaluated from the beginning.
  await database.query('delete from lifecycle_state');
  const [first] = await database.query<{ profileId: string }>(
    'select profile_id as "profileId" from evaluation order by profile_id limit 1',
  );
  const failing = new LifecycleRollout(
    database,
    app.lifecycleRulings,
    uuidSource,
    async (tx, profileIds, now) => {
      if (profileIds.some((profileId) => profileId === first?.profileId)) throw new Error('broken');
      await activity.evaluate(tx, profileIds, now);
    },
    { ...small, pagesAtOnce: 1 },
  );
  // Which shard is claimed is left to chance: of so many runs some are at the one that is well.
  for (let run = 0; run < 60; run++) await failing.run(clock.now()).catch(() => undefined);
  expect(await app.reads.lifecycleRollout.progressOf(null)).toMatchObject({
    total: 9,
    done: 4,
    finishedAt: null,
  });
  await rollOut();
  await expectNothingLeftToChange();
});

test('the statement that divides everybody may take as long as it takes', async () => {
  await act([newUser()], [300, 330]);
  await activate(await save(scaled(0.5)));
  const limits: string[] = [];
  const watched: Database = Object.create(database, {
    transaction: {
      value: (work: (tx: Tx) => Promise<unknown>) =>
        database.transaction(async (tx) => {
          await tx.query(`set local statement_timeout = '20s'`);
          const result = await work(tx);
          const [row] = await tx.query<{ limit: string }>(
            `select current_setting('statement_timeout') as limit`,
          );
          limits.push(row?.limit ?? '');
          return result;
        }),
    },
  });
  await newRollout({ ...small, pagesAtOnce: 1 }, watched).run(clock.now());
  // To plan, to divide, and a page.
  expect(limits).toEqual(['20s', '0', '20s']);
});

test('events stream in while a model is activated and rolled out by several workers', async () => {
  const users = Array.from({ length: 12 }, newUser);
  await act(users, ...users.map((_, index) => [300, 320, 330, 335, 340 + index]));
  const version = await save(scaled(0.3));
  const other = await save(scaled(2));
  let isOver = false;
  const stream = async (from: number) => {
    for (let day = from; !isOver; day = day === 364 ? from : day + 1) {
      await act([users[day % 12] ?? '', newUser()], [day], [day]);
    }
  };
  const streaming = [stream(200), stream(300)];
  await Promise.all([activate(version), activate(other)]);
  const workers = [newRollout(), newRollout()];
  clock.advanceDays(0.001);
  await Promise.all(workers.map(rollOut));
  await activate(1);
  await Promise.all(workers.map(rollOut));
  isOver = true;
  await Promise.all(streaming);
  await rollOut();
  await activity.evaluateAllDue(clock.now());
  const versions = new Set((await stagesOf(FIVE)).map((row) => row.version));
  expect(versions).toEqual(new Set([1]));
  await expectNothingLeftToChange();
}, 120_000);

test('of two activations at once both are on record, and the later one decides', async () => {
  await act([newUser()], [300, 330]);
  const [one, other] = [await save(scaled(0.5)), await save(scaled(2))];
  await Promise.all([activate(one), activate(other)]);
  const rulings = await database.query<{ version: number; since: Date }>(
    'select version, since from lifecycle_ruling where model = $1 order by since',
    [FIVE],
  );
  expect(rulings.map((ruling) => ruling.version)).toEqual([
    1,
    ...rulings.slice(1).map((r) => r.version),
  ]);
  expect(new Set(rulings.map((ruling) => ruling.version))).toEqual(new Set([1, one, other]));
  const times = rulings.map(({ since }) => since.getTime());
  expect(new Set(times).size).toBe(3);
  await rollOut();
  const last = rulings.at(-1)?.version;
  expect((await stagesOf(FIVE)).map(({ version }) => version)).toEqual([last]);
});

test('a clock that has gone back takes nothing back: the activation follows the one before', async () => {
  await act([newUser(), newUser()], [300, 310, 320, 330, 345], [200, 364]);
  await activate(await save(scaled(0.2)));
  await rollOut();
  clock.advanceDays(-3);
  await activate(await save(scaled(2)));
  await rollOut();
  await expectNothingLeftToChange();
  clock.advanceDays(4);
  await activity.evaluateAllDue(clock.now());
  expect(new Set((await stagesOf(FIVE)).map(({ version }) => version))).toEqual(new Set([3]));
  await expectNothingLeftToChange();
});

test('a model of its own holds from the beginning, and is retired with its states, not its histories', async () => {
  await act([newUser(), newUser()], [300, 310, 320, 330, 345], [200, 364]);
  expect(await save(scaled(0.5), 'own')).toBe(1);
  await activate(1, 'own');
  await rollOut();
  expect((await stagesOf('own')).reduce((sum, { count }) => sum + count, 0)).toBe(2);
  const count = `select count(*)::int as count from lifecycle_transition where model = 'own'`;
  const before = await database.query(count);
  const [first] = await database.query<{ cause: string }>(
    `select cause from lifecycle_transition where model = 'own' order by occurred_at limit 1`,
  );
  expect(first).toEqual({ cause: 'EVENT' });
  clock.advanceDays(1);
  expect(await versions.retire('own', 'a test', 'test')).toMatchObject({
    kind: 'DONE',
    version: 1,
  });
  await rollOut();
  expect(await stagesOf('own')).toEqual([]);
  expect(await database.query(count)).toEqual(before);
  await act([newUser()], [360]);
  expect(await stagesOf('own')).toEqual([]);
  expect((await stagesOf(FIVE)).length).toBeGreaterThan(0);
});

test('a model that comes into use tells of nobody, and then of those who change by it', async () => {
  const users = [newUser(), newUser()];
  await act(users, [300, 310, 320, 330, 345], [200, 364]);
  const count = async () => {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::int as count from outbox_message
       where topic = 'lifecycle.stage-changed' and payload ->> 'model' = 'told'`,
    );
    return row?.count;
  };
  await save(scaled(0.5), 'told');
  await activate(1, 'told');
  await rollOut();
  expect((await stagesOf('told')).length).toBeGreaterThan(0);
  expect(await count()).toBe(0);
  clock.advanceDays(400);
  await activity.evaluateAllDue(clock.now());
  expect(await count()).toBe(2);
});

test('a rollout waits for whoever may make profiles by what was in force before', async () => {
  await act([newUser()], [300, 330]);
  const version = await save(scaled(0.5));
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const late = database.transaction(async (tx) => {
    await tx.query(`insert into profile (profile_id, created_at) values ($1, $2)`, [
      uuidSource.next<string>(),
      clock.now(),
    ]);
    begin();
    await held;
  });
  await begun;
  await activate(version);
  expect(await rollout.run(clock.now())).toBe(1);
  expect(await rollout.run(clock.now())).toBe(0);
  expect(await app.reads.lifecycleRollout.progressOf(null)).toMatchObject({ total: null, done: 0 });
  letGo();
  await late;
  await rollOut();
  expect(await app.reads.lifecycleRollout.progressOf(null)).toMatchObject({ total: 1, done: 1 });
});
