import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { madeUpProfiles, soleIdentifier } from '../../../test/support/profiles';
import { firstRows } from '../../platform/database/keyset';
import { MS_PER_DAY } from '../../shared/days';
import { type EventId, type ProfileId, uuidSource } from '../../shared/ids';
import type { Accrual } from './loyalty.model';
import { defaultLoyaltyPolicy } from './loyalty.policy';
import { LoyaltyReads } from './loyalty.reads';
import { type AdjustPoints, LoyaltyService } from './loyalty.service';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00.000Z');
const unknown = uuidSource.next<ProfileId>();
const absorbedInto = new Map<ProfileId, ProfileId>();
const loyalty = new LoyaltyService(
  database,
  defaultLoyaltyPolicy,
  uuidSource,
  clock,
  madeUpProfiles((profileId) =>
    profileId === unknown ? null : (absorbedInto.get(profileId) ?? profileId),
  ),
);
const reads = new LoyaltyReads(database, defaultLoyaltyPolicy, clock);

beforeEach(() => clock.set('2026-06-01T12:00:00.000Z'));

function someone(): ProfileId {
  return uuidSource.next();
}

function accrual(profileId: ProfileId, points: bigint, change: Partial<Accrual> = {}): Accrual {
  const occurredAt = clock.now();
  const identifierId = soleIdentifier(profileId);
  return {
    profileId,
    identifierId,
    points,
    reason: 'ORDER',
    actor: 'source:shop',
    occurredAt,
    ...change,
  };
}

function accrue(accruals: readonly Accrual[]): Promise<void> {
  return database.transaction((tx) => loyalty.accrue(tx, accruals, clock.now()));
}

function adjustment(
  profileId: ProfileId,
  points: bigint,
  change: Partial<AdjustPoints> = {},
): AdjustPoints {
  return {
    profileId,
    points,
    reason: 'Goodwill',
    note: null,
    idempotencyKey: uuidSource.next(),
    actor: 'key:crm',
    ...change,
  };
}

function adjust(profileId: ProfileId, points: bigint, change: Partial<AdjustPoints> = {}) {
  return loyalty.adjustPoints(adjustment(profileId, points, change));
}

async function account(profileId: ProfileId) {
  const [view] = await reads.accountByProfile([profileId]);
  return view;
}

async function balance(profileId: ProfileId): Promise<bigint | undefined> {
  return (await account(profileId))?.balance;
}

/** The member's statement, oldest posting first. */
async function statement(profileId: ProfileId) {
  const [rows = []] = await reads.transactionPages([{ profileId, page: firstRows(100) }]);
  return rows.map(({ kind, points, reason }) => [kind, points, reason]).reverse();
}

async function countRows(table: string, profileId: ProfileId): Promise<bigint | undefined> {
  const [row] = await database.query<{ count: bigint }>(
    `select count(*) from ${table} where profile_id = $1`,
    [profileId],
  );
  return row?.count;
}

describe('accrue', () => {
  test('credits a batch, and opens accounts on the base tier', async () => {
    const [ann, ben] = [someone(), someone()];
    await accrue([
      accrual(ann, 10n, { occurredAt: new Date('2026-05-02') }),
      accrual(ben, 5n),
      accrual(ann, 7n, { occurredAt: new Date('2026-05-01') }),
    ]);
    expect(await account(ann)).toMatchObject({
      balance: 17n,
      lifetimePoints: 17n,
      tier: 'MEMBER',
      tierSince: null,
    });
    expect(await balance(ben)).toBe(5n);
    expect(await statement(ann)).toEqual([
      ['ACCRUAL', 7n, 'ORDER'],
      ['ACCRUAL', 10n, 'ORDER'],
    ]);
  });

  test('an event earns once for each reason, however often it is told', async () => {
    const ann = someone();
    const eventId = uuidSource.next<EventId>();
    const order = accrual(ann, 10n, { eventId });
    const signIn = accrual(ann, 1n, { eventId, reason: 'SIGN_IN' });
    await accrue([order, signIn, order]);
    await accrue([signIn, order]);
    await Promise.all([accrue([order, signIn]), accrue([signIn, order])]);
    expect(await balance(ann)).toBe(11n);
    expect(await countRows('point_lot', ann)).toBe(2n);
  });

  test('the same event told twice at once earns once', async () => {
    const [ann, ben] = [someone(), someone()];
    const batch = Array.from({ length: 40 }, (_, index) =>
      accrual(index % 2 === 0 ? ann : ben, 3n, { eventId: uuidSource.next<EventId>() }),
    );
    await Promise.all([accrue(batch), accrue([...batch].reverse()), accrue(batch)]);
    expect([await balance(ann), await balance(ben)]).toEqual([60n, 60n]);
  });

  test('history that has expired is posted and expired at once', async () => {
    const ann = someone();
    const longAgo = new Date(clock.now().getTime() - 365 * MS_PER_DAY);
    const justGood = new Date(longAgo.getTime() + 1);
    await accrue([
      accrual(ann, 10n, { occurredAt: longAgo }),
      accrual(ann, 4n, { occurredAt: justGood }),
    ]);
    expect(await account(ann)).toMatchObject({ balance: 4n, lifetimePoints: 14n });
    expect(await statement(ann)).toEqual([
      ['ACCRUAL', 10n, 'ORDER'],
      ['ACCRUAL', 4n, 'ORDER'],
      ['EXPIRY', -10n, 'EXPIRED'],
    ]);
    expect(await countRows('lot_consumption', ann)).toBe(1n);
    expect(await loyalty.expireDue(clock.now(), 100)).toBe(0);
  });

  test('tells the outbox once per member', async () => {
    const ann = someone();
    await accrue([accrual(ann, 1n), accrual(ann, 2n)]);
    const messages = await database.query<{ topic: string; payload: { transactions: unknown[] } }>(
      'select topic, payload from outbox_message where profile_id = $1',
      [ann],
    );
    expect(messages.map(({ topic }) => topic)).toEqual(['loyalty.points-posted']);
    expect(messages[0]?.payload.transactions).toMatchObject([
      { kind: 'ACCRUAL', points: '1', reason: 'ORDER' },
      { kind: 'ACCRUAL', points: '2', reason: 'ORDER' },
    ]);
  });

  test('refuses what is no accrual', async () => {
    await expect(accrue([accrual(someone(), 0n)])).rejects.toThrow(RangeError);
  });
});

describe('adjustPoints', () => {
  test('grants to a profile without an account, with a note', async () => {
    const ann = someone();
    const outcome = await adjust(ann, 25n, { reason: ' Sorry ', note: ' late parcel ' });
    expect(outcome).toMatchObject({
      kind: 'POSTED',
      isReplay: false,
      profileId: ann,
      transaction: {
        kind: 'ADJUSTMENT',
        points: 25n,
        reason: 'Sorry',
        note: 'late parcel',
        actor: 'key:crm',
      },
    });
    expect(await account(ann)).toMatchObject({ balance: 25n, lifetimePoints: 25n });
    const [lots] = await reads.lotPages([{ profileId: ann, page: firstRows(10) }]);
    expect(lots?.map(({ expiresAt }) => expiresAt)).toEqual([new Date('2027-06-01T12:00:00Z')]);
  });

  test('takes the earliest-expiring lots first, and records which', async () => {
    const ann = someone();
    await accrue([
      accrual(ann, 10n, { occurredAt: new Date('2026-05-01'), reason: 'LATER' }),
      accrual(ann, 10n, { occurredAt: new Date('2026-01-01'), reason: 'SOONER' }),
    ]);
    await adjust(ann, -12n);
    expect(await account(ann)).toMatchObject({ balance: 8n, lifetimePoints: 20n });
    const taken = await database.query(
      `select t.reason, c.points, l.points_left as left
       from lot_consumption c
       join point_lot l on l.profile_id = c.profile_id and l.id = c.lot_id
       join ledger_transaction t on t.profile_id = l.profile_id and t.id = l.transaction_id
       where c.profile_id = $1 order by l.expires_at`,
      [ann],
    );
    expect(taken).toEqual([
      { reason: 'SOONER', points: 10n, left: 0n },
      { reason: 'LATER', points: 2n, left: 8n },
    ]);
  });

  test.each<[string, Partial<AdjustPoints>, object]>([
    ['zero', { points: 0n }, { kind: 'ADJUSTMENT_REFUSED', fault: 'ZERO_POINTS', limit: null }],
    [
      'beyond the maximum',
      { points: 1_000_001n },
      { kind: 'ADJUSTMENT_REFUSED', fault: 'BEYOND_MAXIMUM', limit: 1_000_000n },
    ],
    [
      'no reason',
      { reason: '\t' },
      { kind: 'ADJUSTMENT_REFUSED', fault: 'REASON_MISSING', limit: null },
    ],
    ['an unknown profile', { profileId: unknown }, { kind: 'PROFILE_NOT_FOUND' }],
    [
      'more than there is',
      { points: -11n },
      { kind: 'INSUFFICIENT_POINTS', balance: 10n, requested: 11n },
    ],
  ])('refuses %s and writes nothing', async (_, change, refusal) => {
    const ann = someone();
    await adjust(ann, 10n);
    const idempotencyKey = uuidSource.next<string>();
    expect(await adjust(ann, 5n, { ...change, idempotencyKey })).toEqual(refusal);
    expect(await countRows('ledger_transaction', ann)).toBe(1n);
    // A refusal does not use the key up.
    expect(await adjust(ann, 1n, { idempotencyKey })).toMatchObject({ kind: 'POSTED' });
  });

  test('a profile without an account has nothing to take', async () => {
    const ann = someone();
    expect(await adjust(ann, -1n)).toEqual({
      kind: 'INSUFFICIENT_POINTS',
      balance: 0n,
      requested: 1n,
    });
    expect(await countRows('loyalty_account', ann)).toBe(0n);
  });

  test('the same key and input give the first result again', async () => {
    const ann = someone();
    const request = adjustment(ann, 10n);
    const first = await loyalty.adjustPoints(request);
    clock.advanceDays(1);
    const again = await loyalty.adjustPoints({ ...request, actor: 'key:other' });
    expect(again).toEqual({ ...first, isReplay: true });
    expect(await balance(ann)).toBe(10n);
  });

  test('a replay does not depend on what the account holds by then', async () => {
    const ann = someone();
    await adjust(ann, 10n);
    const request = adjustment(ann, -10n);
    await loyalty.adjustPoints(request);
    expect(await loyalty.adjustPoints(request)).toMatchObject({ kind: 'POSTED', isReplay: true });
  });

  test.each<[string, Partial<AdjustPoints>]>([
    ['other points', { points: 11n }],
    ['another reason', { reason: 'Other' }],
    ['a note', { note: 'x' }],
    ['another profile', { profileId: someone() }],
  ])('the same key with %s is refused', async (_, change) => {
    const ann = someone();
    const request = adjustment(ann, 10n);
    await loyalty.adjustPoints(request);
    expect(await loyalty.adjustPoints({ ...request, ...change })).toEqual({
      kind: 'IDEMPOTENCY_KEY_REUSED',
      idempotencyKey: request.idempotencyKey,
    });
    expect(await balance(ann)).toBe(10n);
  });

  test.each([10n, -10n])('the same key many times at once posts %s once', async (points) => {
    const ann = someone();
    await adjust(ann, 10n);
    const request = adjustment(ann, points);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => loyalty.adjustPoints(request)),
    );
    const posted = outcomes.map((outcome) =>
      outcome.kind === 'POSTED' ? outcome.transaction.id : outcome.kind,
    );
    expect(new Set(posted).size).toBe(1);
    expect(outcomes.filter((one) => one.kind === 'POSTED' && !one.isReplay)).toHaveLength(1);
    expect(await balance(ann)).toBe(10n + points);
  });

  test('one key for two profiles at once posts to one of them', async () => {
    const [ann, ben] = [someone(), someone()];
    const request = adjustment(ann, 10n);
    const outcomes = await Promise.all([
      loyalty.adjustPoints(request),
      loyalty.adjustPoints({ ...request, profileId: ben }),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'POSTED']);
  });

  test('concurrent spends never overdraw', async () => {
    const ann = someone();
    await accrue(Array.from({ length: 10 }, () => accrual(ann, 10n)));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => adjust(ann, -15n)));
    expect(outcomes.filter(({ kind }) => kind === 'POSTED')).toHaveLength(6);
    expect(outcomes.filter(({ kind }) => kind === 'INSUFFICIENT_POINTS')).toHaveLength(14);
    expect(await balance(ann)).toBe(10n);
  });

  test('first grants to one profile at once both count', async () => {
    const ann = someone();
    await Promise.all([adjust(ann, 1n), adjust(ann, 2n), accrue([accrual(ann, 4n)])]);
    expect(await balance(ann)).toBe(7n);
  });

  test('posts to the survivor of a profile that was absorbed, also in a replay', async () => {
    const [absorbed, survivor] = [someone(), someone()];
    const before = adjustment(absorbed, 3n);
    await loyalty.adjustPoints(before);
    absorbedInto.set(absorbed, survivor);
    expect(await adjust(absorbed, 5n)).toMatchObject({
      profileId: survivor,
      transaction: { profileId: survivor },
    });
    expect(await loyalty.adjustPoints(before)).toMatchObject({
      isReplay: true,
      profileId: survivor,
      transaction: { profileId: absorbed },
    });
  });
});

describe('expiry', () => {
  async function expireAllDue(now: Date, batchSize: number): Promise<number> {
    let done = 0;
    for (;;) {
      const count = await loyalty.expireDue(now, batchSize);
      if (count === 0) return done;
      done += count;
    }
  }

  // What the tests before have left behind.
  beforeEach(() => expireAllDue(new Date('2100-01-01'), 1000));

  test('points past their expiry neither show nor spend, though no job has run', async () => {
    const ann = someone();
    await accrue([accrual(ann, 10n)]);
    clock.advanceDays(100);
    await accrue([accrual(ann, 4n)]);
    clock.advanceDays(265);
    expect(await balance(ann)).toBe(4n);
    expect(await adjust(ann, -5n)).toEqual({
      kind: 'INSUFFICIENT_POINTS',
      balance: 4n,
      requested: 5n,
    });
    expect(await countRows('ledger_transaction', ann)).toBe(2n);
    await adjust(ann, -3n);
    expect((await statement(ann)).slice(2)).toEqual([
      ['EXPIRY', -10n, 'EXPIRED'],
      ['ADJUSTMENT', -3n, 'Goodwill'],
    ]);
    expect(await balance(ann)).toBe(1n);
    expect(await loyalty.expireDue(clock.now(), 10)).toBe(0);
  });

  test('a grant after points have expired posts their expiry first', async () => {
    const ann = someone();
    await accrue([accrual(ann, 10n)]);
    clock.advanceDays(365);
    await adjust(ann, 3n);
    expect((await statement(ann)).map(([kind]) => kind)).toEqual([
      'ACCRUAL',
      'EXPIRY',
      'ADJUSTMENT',
    ]);
    expect(await account(ann)).toMatchObject({ balance: 3n, lifetimePoints: 13n });
  });

  test('the job posts what is due in batches, once, with the time of the expiry', async () => {
    const members = Array.from({ length: 5 }, someone);
    await accrue(members.flatMap((one) => [accrual(one, 2n), accrual(one, 3n)]));
    const due = new Date(clock.now().getTime() + 365 * MS_PER_DAY);
    const early = new Date(due.getTime() - 1);
    expect(await loyalty.expireDue(early, 3)).toBe(0);
    clock.advanceDays(400);
    expect(await loyalty.expireDue(clock.now(), 3)).toBe(3);
    expect(await expireAllDue(clock.now(), 3)).toBe(7);
    expect(await loyalty.expireDue(clock.now(), 3)).toBe(0);
    const [rows = []] = await reads.transactionPages([
      { profileId: members[0] ?? unknown, page: firstRows(1) },
    ]);
    expect(rows[0]).toMatchObject({ kind: 'EXPIRY', occurredAt: due, postedAt: clock.now() });
    expect(await Promise.all(members.map(balance))).toEqual([0n, 0n, 0n, 0n, 0n]);
  });

  test('many workers and spenders side by side expire every lot once', async () => {
    const members = Array.from({ length: 12 }, someone);
    await accrue(members.flatMap((one) => [accrual(one, 1n), accrual(one, 1n)]));
    clock.advanceDays(365);
    await accrue(members.map((one) => accrual(one, 1n)));
    const [counts] = await Promise.all([
      Promise.all(Array.from({ length: 4 }, () => expireAllDue(clock.now(), 5))),
      Promise.all(members.map((one) => adjust(one, -1n))),
    ]);
    const rest = await expireAllDue(clock.now(), 5);
    const [row] = await database.query<{ count: bigint; sum: bigint }>(
      `select count(*), sum(points)::bigint from ledger_transaction
       where kind = 'EXPIRY' and profile_id = any($1)`,
      [members],
    );
    expect(row).toEqual({ count: 24n, sum: 24n });
    expect([...counts, rest].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(24);
    expect(await Promise.all(members.map(balance))).toEqual(members.map(() => 0n));
  });

  test('what another transaction holds is left for the next run', async () => {
    const [held, free] = [someone(), someone()];
    await accrue([accrual(held, 1n), accrual(free, 1n)]);
    clock.advanceDays(365);
    await database.transaction(async (tx) => {
      await tx.query('select from loyalty_account where profile_id = $1 for update', [held]);
      expect(await loyalty.expireDue(clock.now(), 1)).toBe(1);
    });
    expect(await loyalty.expireDue(clock.now(), 1)).toBe(1);
  });
});
