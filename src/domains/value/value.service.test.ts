import { graphql } from 'graphql';
import { Query, Resolver } from 'type-graphql';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { RequestContext } from '../../platform/graphql/context';
import { buildApiSchema } from '../../platform/graphql/schema';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { Profile } from '../identity';
import { defaultCalibration } from './value.calibration';
import { ValueEvaluator } from './value.evaluator';
import { ValueReads } from './value.reads';
import { valueRehoming } from './value.rehoming';
import { ValueResolver } from './value.resolver';
import { ValueService } from './value.service';

const { database } = useTestDatabase();
const currency = { code: 'USD', minorDigits: 2 };
const clock = new TestClock('2026-01-01T12:00:00Z');
const evaluator = new ValueEvaluator(currency);
const { activity, events } = createPipeline(database, {
  clock,
  evaluators: [evaluator],
  rehomings: [valueRehoming],
});
const service = new ValueService(database, uuidSource, currency, (tx, now) =>
  activity.scheduleAll(tx, now),
);
const shown: { profileIds: readonly ProfileId[] } = { profileIds: [] };

@Resolver(() => Profile)
class ShownProfilesResolver {
  @Query(() => [Profile])
  shown(): Profile[] {
    return shown.profileIds.map((profileId) => new Profile(profileId, new Date(0)));
  }
}

const reads = new ValueReads(database, currency);
const instances = new Map<new (...args: never[]) => object, object>([
  [ShownProfilesResolver, new ShownProfilesResolver()],
  [ValueResolver, new ValueResolver(reads, currency, clock)],
]);
const schema = buildApiSchema([...instances.keys()], instances);

async function appraisalOf(profileId: ProfileId) {
  shown.profileIds = [profileId];
  const caller = { kind: 'KEY', name: 'crm', scopes: new Set([]) } as const;
  const contextValue = new RequestContext('r', caller);
  const source = `{ shown { value { tier tierSince lifetimeRevenue { amount currency } orders
    averageOrderValue { amount currency } lastOrderAt
    rfm { recency frequency monetary segment recencyDays orderCount } } } }`;
  const { data, errors } = await graphql({ schema, source, contextValue });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data?.['shown']))[0].value;
}

let serial = 0;

async function send(
  name: string,
  day: string,
  properties: { readonly [key: string]: number },
  ...users: readonly string[]
): Promise<ProfileId> {
  serial += 1;
  const { profileIds } = await events.ingest('test', [
    {
      messageId: `event-${serial}`,
      name,
      occurredAt: new Date(`${day}T10:00:00Z`),
      identifiers: users.map((value) => ({
        namespace: value.includes('@') ? 'email' : 'user_id',
        value,
      })),
      properties: { order_id: `order-${serial}`, ...properties },
    },
  ]);
  return profileIds[0] as ProfileId;
}

const buy = (user: string, day: string, revenue: number) =>
  send('Order Completed', day, { revenue }, user);

beforeEach(() => clock.set('2026-01-01T12:00:00Z'));

afterEach(() => database.query('truncate value_calibration'));

test('an order is in the value when its batch is stored', async () => {
  await buy('ann', '2025-12-01', 90.1);
  await buy('ann', '2025-12-22', 60);
  const profileId = await send('Order Refunded', '2025-12-23', { total: 10.05 }, 'ann');
  expect(await appraisalOf(profileId)).toEqual({
    tier: 'MID',
    tierSince: '2025-12-22T10:00:00.000Z',
    lifetimeRevenue: { amount: '140.05', currency: 'USD' },
    orders: 2,
    averageOrderValue: { amount: '75.05', currency: 'USD' },
    lastOrderAt: '2025-12-22T00:00:00.000Z',
    rfm: {
      recency: 5,
      frequency: 2,
      monetary: 3,
      segment: 'POTENTIAL_LOYALIST',
      recencyDays: 10,
      orderCount: 2,
    },
  });
});

test('the tier falls, and recency fades, as time passes', async () => {
  const profileId = await buy('bea', '2025-12-31', 600);
  expect(await appraisalOf(profileId)).toMatchObject({ tier: 'HIGH', rfm: { recency: 5 } });
  clock.set('2026-12-31T00:00:00Z');
  // Recency needs no evaluation.
  expect(await appraisalOf(profileId)).toMatchObject({ tier: 'HIGH', rfm: { recency: 2 } });
  await activity.evaluateDue(clock.now());
  expect(await appraisalOf(profileId)).toMatchObject({
    tier: 'LOW',
    tierSince: '2026-12-31T00:00:00.000Z',
    lifetimeRevenue: { amount: '600.00' },
  });
});

test('without an order there is no score, and the tier is LOW', async () => {
  const visitor = await send('Page Viewed', '2025-12-31', {}, 'cay');
  const nothing = {
    tier: 'LOW',
    lifetimeRevenue: { amount: '0.00', currency: 'USD' },
    orders: 0,
    averageOrderValue: null,
    lastOrderAt: null,
    rfm: null,
  };
  expect(await appraisalOf(visitor)).toEqual({ ...nothing, tierSince: '2025-12-31T10:00:00.000Z' });
  expect(await appraisalOf(uuidSource.next())).toEqual({ ...nothing, tierSince: null });
});

test('a merge adds up what both are worth', async () => {
  const one = await buy('dan', '2025-12-01', 80);
  const other = await send('Order Completed', '2025-12-02', { revenue: 90 }, 'dan@example.com');
  const survivor = await send('Page Viewed', '2025-12-03', {}, 'dan', 'dan@example.com');
  expect(await appraisalOf(survivor)).toMatchObject({
    tier: 'MID',
    tierSince: '2025-12-02T10:00:00.000Z',
    lifetimeRevenue: { amount: '170.00' },
  });
  const rows = await database.query<{ profile_id: string }>(
    'select profile_id from customer_value where profile_id in ($1, $2)',
    [one, other],
  );
  expect(rows).toEqual([{ profile_id: survivor }]);
});

test('an evaluation that finds nothing new writes nothing', async () => {
  const profileId = await buy('eve', '2025-12-01', 80);
  const version = () =>
    database.query('select xmin::text, ctid::text from customer_value where profile_id = $1', [
      profileId,
    ]);
  const before = await version();
  clock.advanceDays(1);
  await activity.scheduleAll(database, clock.now());
  await activity.evaluateAllDue(clock.now());
  expect(await version()).toEqual(before);
});

test('whoever has no day (any more) is worth nothing', async () => {
  const profileId = await buy('fay', '2025-12-01', 80);
  const next = await database.transaction((tx) =>
    evaluator.evaluate(tx, [{ profileId, days: [] }], clock.now()),
  );
  expect(next).toEqual(new Map());
  expect(await appraisalOf(profileId)).toMatchObject({ orders: 0, tierSince: null });
});

describe('calibrate', () => {
  /** @param select profile, day, orders, revenue less refunds (minor units) */
  async function addDays(select: string): Promise<void> {
    await database.query(
      `insert into activity_day
         (profile_id, day, identifier_id, events, first_at, last_at, orders, revenue_minor, refunds,
          refund_minor, sign_ins, posts, comments, answers, likes, shares, attendances, check_ins,
          referrals_converted, complaints, nps_promoters, nps_detractors, nps_answers,
          sentiment_milli, sentiment_count, csat_answers, csat_satisfied)
       select profile_id, day, profile_id, 1, day, day, orders, net + 7, 0, 7,
         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
       from (${select}) as d (profile_id, day, orders, net)`,
    );
  }

  /** 100 customers: the nth last ordered n days ago, n / 20 + 1 times, for n dollars in all. */
  async function populate(): Promise<void> {
    await database.query('truncate activity_day, customer_value, evaluation');
    await addDays(
      `select gen_random_uuid(), date '2026-01-01' - n, n / 20 + 1, 100 * n
       from generate_series(1, 100) as n`,
    );
  }

  const evaluate = (profileIds: readonly ProfileId[]) =>
    database.transaction((tx) => activity.evaluate(tx, profileIds, clock.now()));

  test('too few customers leave the defaults', async () => {
    await populate();
    await database.query(
      `delete from activity_day
       where profile_id = (select profile_id from activity_day order by profile_id limit 1)`,
    );
    expect(await service.calibrate(clock.now())).toEqual({
      calibration: defaultCalibration(currency),
      changed: false,
    });
    expect(await database.query('select from value_calibration')).toEqual([]);
  });

  test('is not due before there are customers enough, and then at once', async () => {
    await populate();
    const [last, ...others] = await database.query<{ profile_id: ProfileId }>(
      'select distinct profile_id from activity_day',
    );
    await evaluate(others.map((row) => row.profile_id));
    expect(await service.isCalibrationDue(clock.now())).toBe(false);
    await evaluate(last === undefined ? [] : [last.profile_id]);
    expect(await service.isCalibrationDue(clock.now())).toBe(true);
  });

  test('takes as long as it takes', async () => {
    await populate();
    const timeouts: string[] = [];
    const slow = new ValueService(database, uuidSource, currency, async (tx) => {
      const [row] = await tx.query<{ statement_timeout: string }>('show statement_timeout');
      if (row !== undefined) timeouts.push(row.statement_timeout);
    });
    await slow.calibrate(clock.now());
    expect(timeouts).toEqual(['0']);
    expect(await database.query('show statement_timeout')).not.toEqual([
      { statement_timeout: '0' },
    ]);
  });

  test('cuts a population into fifths, and its buyers of a year into tiers', async () => {
    await populate();
    const { calibration, changed } = await service.calibrate(clock.now());
    expect(changed).toBe(true);
    expect(calibration).toEqual({
      calibratedAt: clock.now(),
      population: 100,
      cutoffs: {
        recencyDaysCuts: [20, 40, 60, 80],
        frequencyCuts: [2, 3, 4, 5],
        monetaryMinorCuts: [2000, 4000, 6000, 8000],
        tierHighMinor: 8000,
        tierMidMinor: 5000,
      },
    });
    expect(await service.calibration()).toEqual(calibration);
  });

  test('the same population again changes nothing', async () => {
    await populate();
    await service.calibrate(clock.now());
    const first = await service.calibration();
    clock.set('2026-01-01T18:00:00Z');
    expect(await service.calibrate(clock.now())).toEqual({
      calibration: { ...first, calibratedAt: clock.now() },
      changed: false,
    });
    clock.set('2026-01-02T18:00:00Z');
    const { changed, calibration } = await service.calibrate(clock.now());
    expect(changed).toBe(true);
    expect(calibration.cutoffs.recencyDaysCuts).toEqual([21, 41, 61, 81]);
    expect(await service.calibration()).toEqual(calibration);
  });

  test('a refund without an order in the window makes nobody a buyer of it', async () => {
    await populate();
    await addDays(
      `select md5(n::text)::uuid, day, orders, net
       from generate_series(1, 50) as n,
         (values (date '2020-01-01', 1, 100), (date '2025-12-01', 0, -5)) as d (day, orders, net)`,
    );
    const { calibration } = await service.calibrate(clock.now());
    expect(calibration.population).toBe(150);
    expect(calibration.cutoffs).toMatchObject({ tierHighMinor: 8000, tierMidMinor: 5000 });
  });

  test('tiers come only from the orders of the window, and keep where there are none', async () => {
    await populate();
    clock.set('2027-06-01T12:00:00Z');
    const { calibration } = await service.calibrate(clock.now());
    expect(calibration.cutoffs).toMatchObject({
      frequencyCuts: [2, 3, 4, 5],
      tierHighMinor: 50_000,
      tierMidMinor: 10_000,
    });
  });

  test('is due again after a week', async () => {
    await populate();
    const rows = await database.query<{ profile_id: ProfileId }>(
      'select distinct profile_id from activity_day',
    );
    await evaluate(rows.map((row) => row.profile_id));
    await service.calibrate(clock.now());
    clock.set('2026-01-08T11:59:59.999Z');
    expect(await service.isCalibrationDue(clock.now())).toBe(false);
    clock.set('2026-01-08T12:00:00Z');
    expect(await service.isCalibrationDue(clock.now())).toBe(true);
  });

  test('the next evaluation follows the new cut-offs', async () => {
    await populate();
    const profileId = await buy('gil', '2025-12-31', 90);
    expect(await appraisalOf(profileId)).toMatchObject({ tier: 'LOW', rfm: { monetary: 2 } });
    await service.calibrate(clock.now());
    await activity.evaluateAllDue(clock.now());
    expect(await appraisalOf(profileId)).toMatchObject({ tier: 'HIGH', rfm: { monetary: 5 } });
  });
});
