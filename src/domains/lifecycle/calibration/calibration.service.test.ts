import { TestClock } from '../../../../test/support/clock';
import { useTestDatabase } from '../../../../test/support/database';
import { createPipeline } from '../../../../test/support/pipeline';
import { createLogger } from '../../../platform/telemetry/logger';
import { MS_PER_DAY } from '../../../shared/days';
import { uuidSource } from '../../../shared/ids';
import type { Condition, LifecycleModel } from '../models/model';
import { fiveStageModel } from '../models/presets';
import { LifecycleEvaluator } from '../stage/evaluator';
import { LifecycleCalibrations } from '../stage/latest-calibration';
import { LifecycleRulings } from '../stage/rulings';
import { addRulings } from '../stage/rulings.store';
import { LifecycleCalibrationService } from './calibration.service';

const { database } = useTestDatabase();
const NOW = new Date('2026-11-20T12:00:00Z');
const clock = new TestClock(NOW.toISOString());

/** Customers above the median of orders are in GROWTH, as long as nobody says otherwise. */
const byMedian: LifecycleModel = modelWith('by-median', {
  fact: 'orders',
  op: 'GT',
  threshold: { quantile: 0.5, uncalibrated: 5 },
});
const byProbability: LifecycleModel = modelWith('by-probability', {
  fact: 'probabilityActive',
  op: 'GTE',
  threshold: 0.5,
});

function modelWith(name: string, condition: Condition): LifecycleModel {
  return {
    ...fiveStageModel,
    name,
    rules: [{ stage: 'GROWTH', when: [condition] }],
  };
}

/** As a process has it of which this is the default model; nothing is decided of it yet. */
function serviceOf(
  defaultModel: LifecycleModel,
  hasBegun: () => Promise<unknown> = async () => {},
) {
  const rulings = new LifecycleRulings(defaultModel);
  const { activity, events } = createPipeline(database, {
    clock,
    evaluators: [new LifecycleEvaluator(rulings, uuidSource)],
  });
  const calibrations = new LifecycleCalibrations();
  const service = new LifecycleCalibrationService({
    database,
    ids: uuidSource,
    logger: createLogger({ level: 'silent' }),
    activity: {
      async *someProfiles(about) {
        await hasBegun();
        yield* activity.someProfiles(about);
      },
    },
    rulings,
    calibrations,
  });
  return { activity, calibrations, events, service };
}

beforeAll(async () => {
  for (const { name, version, ...document } of [byMedian, byProbability]) {
    await database.query(
      `insert into lifecycle_model (name, version, document, created_by, created_at)
       values ($1, $2, $3, 'key:test', $4)`,
      [name, version, JSON.stringify(document), NOW],
    );
  }
});

const { activity, calibrations, events, service } = serviceOf(byMedian);

/** So many orders of each customer, the last of them `silence` days ago, ten days apart. */
async function order(customers: readonly string[], orders: number, silence: number, from = NOW) {
  const sent = await events.ingest(
    'key:test',
    customers.flatMap((customer) =>
      Array.from({ length: orders }, (_, place) => ({
        messageId: `${customer}-${from.getTime()}-${place}`,
        name: 'Order Completed',
        occurredAt: new Date(from.getTime() - (silence + 10 * place) * MS_PER_DAY),
        identifiers: [{ namespace: 'user_id', value: customer }],
        properties: { revenue: 10, currency: 'USD' },
      })),
    ),
  );
  expect(sent.outcomes.every(({ status }) => status === 'ACCEPTED')).toBe(true);
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${prefix}${place}`);
}

async function recordedRulings() {
  return database.query<{ model: string; since: Date; calibrated: boolean; by: string }>(
    `select model, since, calibration_id is not null as calibrated, recorded_by as by
     from lifecycle_ruling order by model, since, ruling_id`,
  );
}

async function calibrationCount() {
  const rows = await database.query('select from lifecycle_calibration');
  return rows.length;
}

const inDays = (days: number) => new Date(NOW.getTime() + days * MS_PER_DAY);

// One story: what a population goes through.
test('fewer than 100 customers are not calibrated on', async () => {
  await order(named('once', 99), 1, 5);
  expect(await service.isDue(NOW)).toBe(false);
  expect(await service.calibrate(NOW)).toBeNull();
  expect(await calibrationCount()).toBe(0);
});

test('the first calibration comes into force from now on, and what was decided stays', async () => {
  await order(named('once', 101).slice(99), 1, 5);
  expect(await service.isDue(NOW)).toBe(true);
  const outcome = await service.calibrate(NOW);
  expect(outcome?.changed).toEqual(['by-median']);
  expect(outcome?.calibration).toMatchObject({
    customers: 101,
    activityFit: null,
    fitRefusal: 'TOO_FEW_BUYERS',
  });
  expect(await recordedRulings()).toEqual([
    { model: 'by-median', since: new Date(0), calibrated: false, by: 'calibrate-lifecycle' },
    { model: 'by-median', since: NOW, calibrated: true, by: 'calibrate-lifecycle' },
  ]);
  expect((await calibrations.latest(database))?.quantiles.orders?.[10]).toBe(1);
});

test('it is due again after a week, and changes nothing where nothing moved', async () => {
  expect(await service.isDue(inDays(6.99))).toBe(false);
  expect(await service.isDue(inDays(7))).toBe(true);
  const outcome = await service.calibrate(inDays(7));
  expect(outcome?.changed).toEqual([]);
  expect(await recordedRulings()).toHaveLength(2);
  expect(await calibrationCount()).toBe(2);
  expect((await calibrations.latest(database))?.calibratedAt).toEqual(inDays(7));
});

test('a threshold that has moved is put in force, once, whoever calibrates side by side', async () => {
  clock.set(inDays(14).toISOString());
  await order(named('thrice', 520), 3, 5, inDays(14));
  // Neither reads a customer before both have looked what the latest calibration is.
  const waiting: (() => void)[] = [];
  const hasBegun = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 2) for (const goOn of waiting) goOn();
    });
  const outcomes = await Promise.all(
    [1, 2].map(() => serviceOf(byMedian, hasBegun).service.calibrate(inDays(14))),
  );
  expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
  expect(outcomes.find((outcome) => outcome !== null)?.changed).toEqual(['by-median']);
  expect((await recordedRulings()).map(({ since }) => since)).toEqual([
    new Date(0),
    NOW,
    inDays(14),
  ]);
  expect(await calibrationCount()).toBe(3);
});

test('a ruling of the future is not overtaken', async () => {
  const future = inDays(100);
  await database.transaction(async (tx) => {
    const ruling = {
      rulingId: uuidSource.next<string>(),
      model: 'by-median',
      since: future,
      version: 1,
      calibrationId: null,
      note: null,
      recordedBy: 'key:crm',
    };
    await addRulings(tx, [ruling], inDays(14));
  });
  expect((await service.calibrate(inDays(21)))?.changed).toEqual(['by-median']);
  expect((await recordedRulings()).map(({ since }) => since).slice(-2)).toEqual([
    future,
    new Date(future.getTime() + 1),
  ]);
});

test('a model that asks for the probability of activity follows the fit', async () => {
  // Half a year of history, of which a third came back within the last 90 days.
  clock.set(inDays(200).toISOString());
  await order(named('loyal', 200), 10, 3, inDays(200));
  const { service: other } = serviceOf(byProbability);
  const outcome = await other.calibrate(inDays(200));
  expect(outcome?.calibration.fitRefusal).toBeNull();
  expect(outcome?.calibration.activityFit).toMatchObject({ customers: 821, returned: 200 });
  expect(outcome?.changed).toContain('by-probability');
  expect(outcome?.calibration.quantiles.probabilityActive?.[20]).toBeGreaterThan(0.5);
  const again = await other.calibrate(inDays(207));
  expect(again?.changed).not.toContain('by-probability');
});

test('a sample is always of the same customers, and all of them where there are few', async () => {
  async function sampled(about: number) {
    const found: string[] = [];
    for await (const page of activity.someProfiles(about)) {
      found.push(...page.map(({ profileId }) => profileId));
    }
    return found;
  }
  const some = await sampled(200);
  expect(some.length).toBeGreaterThan(140);
  expect(some.length).toBeLessThan(260);
  expect(await sampled(200)).toEqual(some);
  expect(await sampled(400)).toEqual(expect.arrayContaining(some));
  expect(await sampled(100_000)).toHaveLength(821);
});
