import { createTestApp } from '../../../../test/support/app';
import { TestClock } from '../../../../test/support/clock';
import { useTestDatabase } from '../../../../test/support/database';
import { addDays, dayOf } from '../../../shared/days';
import { uuidSource } from '../../../shared/ids';
import { addRulings } from '../stage/rulings.store';
import { stageFlows } from './flow.rules';
import { periodsFrom } from './goals.periods.rules';
import { LifecycleGoalReads } from './goals.reads';
import type { StageGoals } from './goals.rules';
import { LifecycleGoalScan } from './goals.scan';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const app = createTestApp(database, clock);
const reads = new LifecycleGoalReads(database, app.lifecycleRulings);
/** One customer to a page. */
const scan = new LifecycleGoalScan(database, app.lifecycleRulings, 1);

let serial = 0;

type Deed = { readonly name: string; readonly properties?: Readonly<Record<string, unknown>> };

const view: Deed = { name: 'Page Viewed' };

function order(revenue: number): Deed {
  return { name: 'Order Completed', properties: { revenue, currency: 'USD' } };
}

function refund(total: number): Deed {
  return { name: 'Order Refunded', properties: { total, currency: 'USD' } };
}

function answer(score: number): Deed {
  return { name: 'Feedback Submitted', properties: { kind: 'NPS', score } };
}

/** @param days e.g. `2026-01-10`; at 10:00 */
async function record(users: readonly string[], ...deeds: readonly (readonly [string, Deed])[]) {
  const { outcomes } = await app.events.ingest(
    'test',
    deeds.map(([day, { name, properties = {} }]) => {
      serial += 1;
      return {
        messageId: `goals-${serial}`,
        name,
        occurredAt: new Date(`${day}T10:00:00Z`),
        identifiers: users.map((value) => ({
          namespace: value.includes('@') ? 'email' : 'user_id',
          value,
        })),
        properties: { order_id: `order-${serial}`, ...properties },
      };
    }),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(deeds.map(() => 'ACCEPTED'));
}

/** @returns how many pages the pass took */
async function pass(): Promise<number> {
  let pages = 0;
  while ((await scan.run(clock.now())) > 0) pages += 1;
  return pages;
}

/** Months by number, from January 2026, with their stages by name. */
async function months() {
  const model = await reads.model(null);
  const first = dayOf(new Date('2026-01-01T00:00:00Z'));
  const end = dayOf(new Date('2026-07-01T00:00:00Z'));
  const goals = await reads.goals(model, 'MONTH', periodsFrom('MONTH', first, end, 12));
  return goals.map(
    (stages) =>
      Object.fromEntries(stages.map((one) => [one.stage, one])) as Record<string, StageGoals>,
  );
}

const nobody = {
  sizeAtBegin: 0,
  inflow: 0,
  appeared: 0,
  outflow: 0,
  reclassifiedIn: 0,
  reclassifiedOut: 0,
  sizeAtEnd: 0,
  remained: 0,
  medianStayDays: null,
  conversionRate: null,
  churnRate: null,
  buyersAtBegin: 0,
  repurchaseRate: null,
  revenueMinor: 0,
  arpuMinor: null,
  npsAnswers: 0,
  nps: null,
};

test('before the first pass nothing is told', async () => {
  expect((await reads.model(null)).reckoned).toBeNull();
  expect(await months()).toEqual([]);
});

test('a small population, reckoned by hand', async () => {
  // ACQUISITION, EXPLORATION on 02-07 by time, CHURN on 05-11 by time, GROWTH on 05-20.
  await record(['a'], ['2026-01-10', order(100)], ['2026-02-10', order(50)]);
  await record(['a'], ['2026-05-20', order(30)]);
  // EXPLORATION on 02-17, CHURN on 04-20, by time.
  await record(['b'], ['2026-01-20', order(20)]);
  // EXPLORATION on 03-03, CHURN on 05-04, by time.
  await record(['c'], ['2026-02-03', view]);
  // EXPLORATION with the third active day, 03-10.
  await record(['d'], ['2026-02-20', order(70)], ['2026-03-05', refund(20)]);
  await record(['d'], ['2026-03-10', answer(10)], ['2026-04-02', answer(3)]);

  // A page for each of four customers, and one that finds that nobody follows.
  expect(await pass()).toBe(5);
  const [january, february, march, april, may, june] = await months();
  expect(january).toMatchObject({
    ACQUISITION: { ...nobody, inflow: 2, appeared: 2, sizeAtEnd: 2 },
    EXPLORATION: nobody,
    CHURN: nobody,
  });
  expect(february?.['ACQUISITION']).toEqual({
    ...nobody,
    stage: 'ACQUISITION',
    sizeAtBegin: 2,
    inflow: 2,
    appeared: 2,
    outflow: 2,
    sizeAtEnd: 2,
    medianStayDays: 27,
    conversionRate: 1,
    churnRate: 0,
    buyersAtBegin: 2,
    repurchaseRate: 0.5,
    revenueMinor: 5000,
    arpuMinor: 2500,
  });
  expect(february?.['EXPLORATION']).toMatchObject({ ...nobody, inflow: 2, sizeAtEnd: 2 });
  expect(march).toMatchObject({
    ACQUISITION: {
      sizeAtBegin: 2,
      inflow: 0,
      outflow: 2,
      sizeAtEnd: 0,
      conversionRate: 1,
      buyersAtBegin: 1,
      repurchaseRate: 0,
      revenueMinor: -2000,
      arpuMinor: -1000,
      npsAnswers: 1,
      nps: 100,
    },
    EXPLORATION: {
      sizeAtBegin: 2,
      inflow: 2,
      appeared: 0,
      sizeAtEnd: 4,
      remained: 2,
      medianStayDays: null,
      conversionRate: 0,
      churnRate: 0,
      buyersAtBegin: 2,
      repurchaseRate: 0,
      arpuMinor: 0,
      nps: null,
    },
  });
  expect(april).toMatchObject({
    EXPLORATION: {
      sizeAtBegin: 4,
      outflow: 1,
      sizeAtEnd: 3,
      remained: 3,
      medianStayDays: 62,
      conversionRate: 0,
      churnRate: 0.25,
      buyersAtBegin: 3,
      npsAnswers: 1,
      nps: -100,
    },
    CHURN: { ...nobody, inflow: 1, sizeAtEnd: 1 },
  });
  expect(may).toMatchObject({
    // One was lost and came back to a later stage within the month: both are told.
    EXPLORATION: {
      sizeAtBegin: 3,
      outflow: 2,
      sizeAtEnd: 1,
      remained: 1,
      medianStayDays: 62,
      conversionRate: 1 / 3,
      churnRate: 2 / 3,
      buyersAtBegin: 2,
      repurchaseRate: 0.5,
      revenueMinor: 3000,
      arpuMinor: 1000,
    },
    GROWTH: { ...nobody, inflow: 1, sizeAtEnd: 1 },
    CHURN: {
      sizeAtBegin: 1,
      inflow: 2,
      outflow: 1,
      sizeAtEnd: 2,
      remained: 1,
      medianStayDays: 9,
      conversionRate: null,
      churnRate: null,
      buyersAtBegin: 1,
      repurchaseRate: 0,
    },
  });
  expect(june).toMatchObject({
    EXPLORATION: { sizeAtBegin: 1, sizeAtEnd: 1, remained: 1, buyersAtBegin: 1 },
    GROWTH: { sizeAtBegin: 1, buyersAtBegin: 1 },
    CHURN: { sizeAtBegin: 2, buyersAtBegin: 1 },
  });
});

test('the next pass comes after a pause, and has what arrived late', async () => {
  expect(await pass()).toBe(0);
  clock.set('2026-06-15T12:09:59Z');
  expect(await pass()).toBe(0);
  clock.set('2026-06-15T12:10:00Z');
  // B ordered in March, and so was lost on 06-13 and not in April.
  await record(['b'], ['2026-03-15', order(40)]);
  expect((await months())[2]?.['EXPLORATION']?.revenueMinor).toBe(0);
  expect(await pass()).toBe(5);
  const [, , march, april, may, june] = await months();
  expect(march?.['EXPLORATION']).toMatchObject({
    revenueMinor: 4000,
    arpuMinor: 2000,
    repurchaseRate: 0.5,
  });
  expect(april?.['EXPLORATION']).toMatchObject({ outflow: 0, churnRate: 0, medianStayDays: null });
  expect(may?.['EXPLORATION']).toMatchObject({ sizeAtBegin: 4 });
  expect(june?.['EXPLORATION']).toMatchObject({ sizeAtBegin: 2, outflow: 1, churnRate: 0.5 });
});

test('what a pass tells is what was known when it began', async () => {
  clock.set('2026-06-15T13:00:00Z');
  const before = await months();
  expect(await scan.run(clock.now())).toBe(1);
  clock.set('2026-06-15T13:01:00Z');
  // Somebody new, and two who turn out to be one.
  await record(['e'], ['2026-06-01', view]);
  await record(['c', 'd@example.com'], ['2026-06-15', view]);
  await record(['d', 'd@example.com'], ['2026-06-15', view]);
  await pass();
  const during = await months();
  const sizes = (all: Awaited<ReturnType<typeof months>>) =>
    all.map((stages) => Object.values(stages).map(({ stage, sizeAtEnd }) => [stage, sizeAtEnd]));
  expect(sizes(during)).toEqual(sizes(before));
  expect((await reads.model(null)).reckoned?.asOf).toEqual(new Date('2026-06-15T13:00:00Z'));
});

test('whoever was absorbed is not counted any more', async () => {
  clock.set('2026-06-15T15:00:00Z');
  const told = async () => {
    const { reckoned } = await reads.model(null);
    if (reckoned === null) throw new Error('Nothing is reckoned.');
    const tomorrow = addDays(dayOf(clock.now()), 1);
    const stages = ['ACQUISITION', 'EXPLORATION', 'GROWTH', 'MATURITY', 'CHURN'];
    const [flows = []] = stageFlows(stages, await reads.moves(reckoned, tomorrow, tomorrow), 1);
    return flows.reduce((sum, { sizeAtEnd }) => sum + sizeAtEnd, 0);
  };
  await pass();
  const customers = await told();
  await record(['a', 'a@example.com'], ['2026-06-15', view]);
  await record(['x@example.com'], ['2026-06-15', view]);
  clock.set('2026-06-15T16:00:00Z');
  await pass();
  expect(await told()).toBe(customers + 1);
  await record(['b', 'x@example.com'], ['2026-06-15', view]);
  clock.set('2026-06-15T17:00:00Z');
  await pass();
  expect(await told()).toBe(customers);
});

test('only two passes are kept at a time', async () => {
  const passes = await database.query(
    `select distinct pass from lifecycle_flow_day union select pass from lifecycle_goal
     union select pass from lifecycle_goal_stay`,
  );
  expect(passes.length).toBeLessThanOrEqual(2);
});

test('of two at once, one has nothing to do', async () => {
  clock.set('2026-06-16T12:00:00Z');
  const done = await Promise.all([scan.run(clock.now()), scan.run(clock.now())]);
  expect(done.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(1);
  await pass();
  const [sizes] = await database.query<{ customers: bigint; states: bigint }>(
    `select (select sum(moves) from lifecycle_flow_day
       where from_stage = '' and pass = (select shown_pass from lifecycle_goal_scan)) as customers,
       (select count(*) from lifecycle_state) as states`,
  );
  expect(Number(sizes?.customers)).toBe(Number(sizes?.states));
});

test('a model that comes into use is told of with the next pass, beside the others', async () => {
  clock.set('2026-06-17T12:00:00Z');
  const ruling = {
    rulingId: uuidSource.next<string>(),
    model: 'six-stage',
    since: clock.now(),
    version: 1,
    calibrationId: null,
    note: null,
    recordedBy: 'test',
  };
  await database.transaction((tx) => addRulings(tx, [ruling], clock.now()));
  await app.activity.scheduleAll(database, clock.now());
  await app.activity.evaluateAllDue(clock.now());
  expect((await reads.model('six-stage')).reckoned).toBeNull();
  await pass();
  for (const name of ['five-stage', 'six-stage']) {
    const { stages, reckoned } = await reads.model(name);
    if (reckoned === null) throw new Error('The pass has not taken the model in.');
    const tomorrow = addDays(dayOf(clock.now()), 1);
    const names = stages.map((stage) => stage.name);
    const [flows = []] = stageFlows(names, await reads.moves(reckoned, tomorrow, tomorrow), 1);
    const counted = await database.query<{ stage: string; customers: number }>(
      `select stage, count(*)::int as customers from lifecycle_state where model = $1
       group by stage`,
      [name],
    );
    const told = flows.flatMap(({ stage, sizeAtEnd: customers }) =>
      customers === 0 ? [] : [{ stage, customers }],
    );
    expect(told).toHaveLength(counted.length);
    expect(told).toEqual(expect.arrayContaining(counted));
  }
});

test('a model that was out of use at some page of a pass is not told of', async () => {
  clock.set('2026-06-18T12:00:00Z');
  expect(await scan.run(clock.now())).toBe(1);
  const decide = (word: 'retire' | 'rollBack') =>
    app.lifecycleVersions[word]('six-stage', 'a test', 'test');
  expect(await decide('retire')).toMatchObject({ kind: 'DONE' });
  expect(await scan.run(clock.now())).toBe(1);
  expect(await decide('rollBack')).toMatchObject({ kind: 'DONE' });
  await pass();
  expect((await reads.model('six-stage')).reckoned).toBeNull();
  expect((await reads.model(null)).reckoned?.asOf).toEqual(clock.now());
});
