import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { madeUpProfiles, soleIdentifier, wholeMove } from '../../../test/support/profiles';
import { firstRows } from '../../platform/database/keyset';
import { MS_PER_DAY } from '../../shared/days';
import { type EventId, type IdentifierId, type ProfileId, uuidSource } from '../../shared/ids';
import type { DailySignals } from '../activity';
import type { AcceptedEvent, IncomingEvent } from '../events';
import { type Move, ProfileDirectory } from '../identity';
import { MembershipTierEvaluator } from './loyalty.evaluation';
import { defaultLoyaltyPolicy as policy } from './loyalty.policy';
import { LoyaltyProjector } from './loyalty.projection';
import { LoyaltyReads } from './loyalty.reads';
import { LoyaltyRehoming } from './loyalty.rehoming';
import { LoyaltyService } from './loyalty.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00.000Z');
const loyalty = new LoyaltyService(database, policy, uuidSource, clock, new ProfileDirectory());
const projector = new LoyaltyProjector(loyalty, policy);
const rehoming = new LoyaltyRehoming(policy, uuidSource);
const reads = new LoyaltyReads(database, policy, clock);
const pipeline = createPipeline(database, {
  clock,
  rehomings: [rehoming],
  projectors: [projector],
  evaluators: [new MembershipTierEvaluator(policy, uuidSource)],
});

beforeEach(() => clock.set('2026-06-01T12:00:00.000Z'));

async function account(profileId: ProfileId) {
  const [view] = await reads.accountByProfile([profileId]);
  return view;
}

async function transactions(profileId: ProfileId) {
  const [rows = []] = await reads.transactionPages([{ profileId, page: firstRows(100) }]);
  return rows;
}

async function topics(profileId: ProfileId): Promise<unknown[]> {
  const rows = await database.query<{ topic: string; payload: unknown }>(
    `select topic, payload from outbox_message
     where profile_id = $1 and topic = 'loyalty.tier-changed' order by id`,
    [profileId],
  );
  return rows.map(({ payload }) => payload);
}

describe('points for events', () => {
  function accepted(profileId: ProfileId, signals: Partial<DailySignals>): AcceptedEvent {
    return {
      eventId: uuidSource.next<EventId>(),
      identifierId: uuidSource.next<IdentifierId>(),
      profileId,
      heldIdentifierIds: [],
      source: 'key:shop',
      messageId: 'm',
      name: 'Order Completed',
      channel: null,
      occurredAt: clock.now(),
      receivedAt: clock.now(),
      properties: {},
      signals,
    };
  }

  test('each event earns by its signals, and says so', async () => {
    const [ann, ben] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    const events = [
      accepted(ann, { orders: 1, revenueMinor: 2550 }),
      accepted(ben, { signIns: 1, checkIns: 1 }),
      accepted(ben, { complaints: 1 }),
    ];
    const contributions = await database.transaction((tx) =>
      projector.project(tx, events, clock.now()),
    );
    expect(contributions).toEqual([]);
    expect(await account(ann)).toMatchObject({ balance: 25n });
    expect(await account(ben)).toMatchObject({ balance: 3n });
    expect(await transactions(ann)).toMatchObject([
      { reason: 'ORDER', actor: 'source:key:shop', eventId: events[0]?.eventId },
    ]);
  });
});

describe('in the pipeline', () => {
  let people = 0;

  function newPerson(): string {
    people += 1;
    return `person-${people}`;
  }

  function order(user: string, daysAgo: number, revenue: number): IncomingEvent {
    return {
      messageId: uuidSource.next(),
      name: 'Order Completed',
      occurredAt: new Date(clock.now().getTime() - daysAgo * MS_PER_DAY),
      identifiers: [{ namespace: 'user_id', value: user }],
      properties: { order_id: uuidSource.next<string>(), revenue },
    };
  }

  async function ingest(events: readonly IncomingEvent[]): Promise<ProfileId> {
    const { outcomes, profileIds } = await pipeline.events.ingest('shop', events);
    expect(outcomes.map(({ status }) => status)).toEqual(events.map(() => 'ACCEPTED'));
    const [profileId] = profileIds;
    if (profileId === undefined) throw new Error('No profile was touched.');
    return profileId;
  }

  test('an order earns points and a tier at once', async () => {
    const user = newPerson();
    const profileId = await ingest([order(user, 20, 150), order(user, 3, 100)]);
    expect(await account(profileId)).toMatchObject({
      balance: 250n,
      tier: 'SILVER',
      tierSince: new Date('2026-05-29'),
    });
    expect(await topics(profileId)).toEqual([
      { from: 'MEMBER', to: 'SILVER', since: '2026-05-29T00:00:00.000Z' },
    ]);
  });

  test('time alone takes the tier away, on the day foretold', async () => {
    const user = newPerson();
    const profileId = await ingest([order(user, 20, 150), order(user, 3, 100)]);
    clock.set('2027-05-11T23:59:59.999Z');
    await pipeline.activity.evaluateDue(clock.now());
    expect(await account(profileId)).toMatchObject({ tier: 'SILVER' });
    clock.set('2027-05-12T00:00:00.000Z');
    await pipeline.activity.evaluateDue(clock.now());
    expect(await account(profileId)).toMatchObject({ tier: 'MEMBER', tierSince: clock.now() });
    expect(await topics(profileId)).toHaveLength(2);
  });

  test('late orders move the day the tier was reached, and tell nobody of a change', async () => {
    const user = newPerson();
    const profileId = await ingest([order(user, 20, 150), order(user, 3, 100)]);
    await ingest([order(user, 40, 200), order(user, 39, 10)]);
    expect(await account(profileId)).toMatchObject({
      tier: 'SILVER',
      tierSince: new Date('2026-04-23'),
    });
    expect(await topics(profileId)).toHaveLength(1);
  });

  test('an evaluation that changes nothing writes nothing', async () => {
    const user = newPerson();
    const profileId = await ingest([order(user, 20, 150), order(user, 3, 100)]);
    const version = () =>
      database.query('select xmin::text from loyalty_account where profile_id = $1', [profileId]);
    const before = await version();
    await pipeline.activity.scheduleAll(database, clock.now());
    await pipeline.activity.evaluateAllDue(clock.now());
    expect(await version()).toEqual(before);
  });

  test('the order of arrival changes neither balance nor tier', async () => {
    const shape: readonly [number, number][] = [
      [700, 400],
      [366, 90],
      [365, 33.33],
      [364, 120],
      [40, 150],
      [39, 150],
      [38, 150],
      [1, 20],
    ];
    const [inOrder, reversed, split] = [newPerson(), newPerson(), newPerson()];
    const events = (user: string) =>
      shape.map(([daysAgo, revenue]) => order(user, daysAgo, revenue));
    const profileIds = [await ingest(events(inOrder)), await ingest(events(reversed).reverse())];
    for (const event of events(split).reverse()) profileIds[2] = await ingest([event]);
    const accounts = await reads.accountByProfile(profileIds);
    const [first, ...others] = accounts.map(({ profileId: _, ...view }) => view);
    expect(first).toMatchObject({ balance: 590n, lifetimePoints: 1113n, tier: 'GOLD' });
    expect(others).toEqual([first, first]);
  });

  test('a merge carries the points along, and shows where they came from', async () => {
    const user = newPerson();
    const guest = { namespace: 'anonymous_id', value: `guest-of-${user}` };
    const asGuest = { ...order('', 400, 80), identifiers: [guest] };
    const asGuestAgain = { ...order('', 10, 50), identifiers: [guest] };
    const guestId = await ingest([asGuest, asGuestAgain]);
    const userId = await ingest([order(user, 5, 170)]);
    const signIn = { ...order(user, 0, 0), name: 'Signed In', properties: {} };
    const survivor = await ingest([
      { ...signIn, identifiers: [guest, { namespace: 'user_id', value: user }] },
    ]);
    const absorbed = survivor === userId ? guestId : userId;
    expect(await account(survivor)).toMatchObject({
      balance: 221n,
      lifetimePoints: 301n,
      tier: 'SILVER',
    });
    expect(await account(absorbed)).toMatchObject({
      balance: 0n,
      lifetimePoints: 0n,
      tier: 'MEMBER',
    });
    const moved = absorbed === guestId ? 50n : 170n;
    expect(await transactions(survivor)).toContainEqual(
      expect.objectContaining({ kind: 'TRANSFER', points: moved, counterpartProfileId: absorbed }),
    );
    expect((await transactions(absorbed))[0]).toMatchObject({
      kind: 'TRANSFER',
      points: -moved,
      counterpartProfileId: survivor,
    });
  });
});

describe('rehoming', () => {
  async function rehome(move: Move): Promise<void> {
    await database.transaction((tx) => rehoming.rehome(tx, move, clock.now()));
  }

  function merge(absorbed: ProfileId, survivor: ProfileId, ...earlier: ProfileId[]): Promise<void> {
    return rehome(wholeMove(absorbed, survivor, [absorbed, ...earlier].map(soleIdentifier)));
  }

  async function accrue(profileId: ProfileId, points: bigint, at: string): Promise<void> {
    const identifierId = soleIdentifier(profileId);
    const occurredAt = new Date(at);
    const accrual = { profileId, identifierId, points, reason: 'ORDER', actor: 'x', occurredAt };
    await database.transaction((tx) => loyalty.accrue(tx, [accrual], clock.now()));
  }

  function lots(profileId: ProfileId) {
    return database.query(
      `select points_earned as earned, points_left as left, earned_at as at,
         expires_at as "expiresAt", origin_profile_id as origin
       from point_lot where profile_id = $1 order by earned_at`,
      [profileId],
    );
  }

  test('every lot keeps its own expiry; what has expired stays behind', async () => {
    const [absorbed, survivor] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    await accrue(absorbed, 10n, '2025-07-01');
    await accrue(absorbed, 20n, '2026-02-01');
    await accrue(survivor, 5n, '2026-01-01');
    clock.set('2026-08-01T00:00:00.000Z');
    await merge(absorbed, survivor);
    expect(await lots(survivor)).toEqual([
      {
        earned: 5n,
        left: 5n,
        at: new Date('2026-01-01'),
        expiresAt: new Date('2027-01-01'),
        origin: null,
      },
      {
        earned: 20n,
        left: 20n,
        at: new Date('2026-02-01'),
        expiresAt: new Date('2027-02-01'),
        origin: absorbed,
      },
    ]);
    expect((await transactions(absorbed)).map(({ kind, points }) => [kind, points])).toEqual([
      ['TRANSFER', -20n],
      ['EXPIRY', -10n],
      ['ACCRUAL', 20n],
      ['ACCRUAL', 10n],
    ]);
    expect(await account(survivor)).toMatchObject({ balance: 25n, lifetimePoints: 35n });
    const [check] = await database.query(
      `select sum(points)::bigint as sum from ledger_entry
       where account = 'TRANSFER' and profile_id = any($1)`,
      [[absorbed, survivor]],
    );
    expect(check).toEqual({ sum: 0n });
  });

  test('a survivor without an account gets one; chains carry on', async () => {
    const [first, second, third] = [1, 2, 3].map(() => uuidSource.next<ProfileId>()) as [
      ProfileId,
      ProfileId,
      ProfileId,
    ];
    await accrue(first, 10n, '2026-05-01');
    await merge(first, second);
    await merge(second, third, first);
    expect(await account(second)).toMatchObject({ balance: 0n, lifetimePoints: 0n });
    expect(await account(third)).toMatchObject({ balance: 10n, lifetimePoints: 10n });
    expect(await lots(third)).toMatchObject([{ left: 10n, origin: second }]);
  });

  test('undone gives back what is left of its own lots, and lifetime points by who earned', async () => {
    const [absorbed, survivor] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    await accrue(absorbed, 10n, '2026-02-01');
    await accrue(survivor, 5n, '2026-01-01');
    await accrue(survivor, 7n, '2026-03-01');
    await merge(absorbed, survivor);
    const spending = new LoyaltyService(database, policy, uuidSource, clock, madeUpProfiles());
    const adjustment = { profileId: survivor, reason: 'x', note: null, actor: 'x' };
    // The earliest expiring go first: the 5 of the survivor, then 3 of the absorbed.
    for (const points of [-8n, 4n]) {
      await spending.adjustPoints({ ...adjustment, points, idempotencyKey: uuidSource.next() });
    }
    await rehome({
      from: survivor,
      into: absorbed,
      identifierIds: [soleIdentifier(absorbed)],
      isWhole: false,
      reason: 'UNMERGE',
    });
    expect(await account(absorbed)).toMatchObject({ balance: 7n, lifetimePoints: 10n });
    expect(await account(survivor)).toMatchObject({ balance: 11n, lifetimePoints: 16n });
    expect((await transactions(absorbed))[0]).toMatchObject({
      kind: 'TRANSFER',
      points: 7n,
      reason: 'PROFILE_UNMERGED',
      actor: 'system:unmerge',
      counterpartProfileId: survivor,
    });
  });

  test('the absorbed keeps no tier: its days have left', async () => {
    const [absorbed, survivor] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    await accrue(absorbed, 10n, '2026-05-01');
    await database.query(
      `update loyalty_account set tier = 'GOLD', tier_since = opened_at where profile_id = $1`,
      [absorbed],
    );
    await merge(absorbed, survivor);
    expect(await account(absorbed)).toMatchObject({ tier: 'MEMBER', tierSince: null });
  });

  test('spends that meet a merge take points once, on one side', async () => {
    const [absorbed, survivor] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    // Without the lock on the profile, so that only the ledger's own locks are left.
    const unlocked = new LoyaltyService(database, policy, uuidSource, clock, madeUpProfiles());
    await accrue(absorbed, 30n, '2026-05-01');
    await accrue(survivor, 1n, '2026-05-01');
    const spend = () =>
      unlocked.adjustPoints({
        profileId: absorbed,
        points: -5n,
        reason: 'x',
        note: null,
        idempotencyKey: uuidSource.next(),
        actor: 'x',
      });
    const spends = [spend(), spend(), spend()];
    const merging = merge(absorbed, survivor);
    const outcomes = await Promise.all([...spends, spend(), spend()]);
    await merging;
    const spent = BigInt(outcomes.filter(({ kind }) => kind === 'POSTED').length) * 5n;
    expect(await account(absorbed)).toMatchObject({ balance: 0n });
    expect(await account(survivor)).toMatchObject({ balance: 31n - spent });
  });

  test('profiles without points move nothing', async () => {
    const [absorbed, survivor] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    await merge(absorbed, survivor);
    expect(await transactions(survivor)).toEqual([]);
  });
});
