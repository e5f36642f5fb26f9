import { addDays, dayOf, type EpochDay } from '../../shared/days';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { type ActivityDay, signalNames } from '../activity';
import type { LotId, PointLot, TransactionId } from './loyalty.model';
import { defaultLoyaltyPolicy, findPolicyFaults, type LoyaltyPolicy } from './loyalty.policy';
import {
  decideTier,
  earningsOf,
  expiryOf,
  findAdjustmentFault,
  isExpired,
  partitionByExpiry,
  takeLots,
} from './loyalty.rules';

const policy = defaultLoyaltyPolicy;
const NOON = new Date('2026-06-01T12:00:00.000Z');

function lot(id: string, pointsLeft: bigint, expiresAt: string | null): PointLot {
  return {
    profileId: 'p' as ProfileId,
    id: id as LotId,
    identifierId: 'i' as IdentifierId,
    transactionId: 't' as TransactionId,
    pointsEarned: 1000n,
    pointsLeft,
    earnedAt: NOON,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    origin: null,
  };
}

describe('earningsOf', () => {
  test.each([
    ['nothing', {}, {}],
    ['an order of 99 cents', { orders: 1, revenueMinor: 99 }, {}],
    ['an order of exactly one unit', { orders: 1, revenueMinor: 100 }, { ORDER: 1n }],
    ['an order of 11.77', { orders: 1, revenueMinor: 1177 }, { ORDER: 11n }],
    ['a free order', { orders: 1, revenueMinor: 0 }, {}],
    ['a refund', { refunds: 1, refundMinor: 5000 }, {}],
    ['an order of an absurd amount', { orders: 1, revenueMinor: 2 ** 53 - 1 }, { ORDER: 1000000n }],
    ['a sign-in', { signIns: 1 }, { SIGN_IN: 1n }],
    ['two answers and a share', { answers: 2, shares: 1 }, { ANSWER: 10n, SHARE: 3n }],
    ['an event attended', { attendances: 1 }, { ATTENDANCE: 10n }],
    ['a complaint', { complaints: 1 }, {}],
  ])('%s', (_, signals, expected) => {
    const earnings = earningsOf(signals, policy);
    expect(Object.fromEntries(earnings.map(({ reason, points }) => [reason, points]))).toEqual(
      expected,
    );
  });
});

describe('expiry', () => {
  test('comes after the days of the policy, to the millisecond', () => {
    expect(expiryOf(NOON, policy)).toEqual(new Date('2027-06-01T12:00:00.000Z'));
  });

  test('never comes where the policy says so', () => {
    expect(expiryOf(NOON, { ...policy, pointsValidDays: null })).toBeNull();
  });

  test.each([
    ['a millisecond before', '2026-06-01T12:00:00.001Z', false],
    ['at the very instant', '2026-06-01T12:00:00.000Z', true],
    ['a millisecond after', '2026-06-01T11:59:59.999Z', true],
    ['never', null, false],
  ])('a lot is gone: %s', (_, expiresAt, expected) => {
    expect(isExpired(lot('a', 1n, expiresAt), NOON)).toBe(expected);
  });

  test('spent lots are neither expired nor good', () => {
    const lots = [lot('a', 0n, '2026-01-01'), lot('b', 0n, null), lot('c', 5n, '2026-01-01')];
    const { expired, good } = partitionByExpiry(lots, NOON);
    expect(expired.map(({ id }) => id)).toEqual(['c']);
    expect(good).toEqual([]);
  });
});

describe('takeLots', () => {
  const lots = [
    lot('never', 50n, null),
    lot('late', 30n, '2027-01-01'),
    lot('early', 20n, '2026-07-01'),
    lot('late-too', 10n, '2027-01-01'),
  ];

  test.each<[bigint, readonly [string, bigint][] | 'INSUFFICIENT']>([
    [1n, [['early', 1n]]],
    [20n, [['early', 20n]]],
    [
      21n,
      [
        ['early', 20n],
        ['late', 1n],
      ],
    ],
    [
      61n,
      [
        ['early', 20n],
        ['late', 30n],
        ['late-too', 10n],
        ['never', 1n],
      ],
    ],
    [111n, 'INSUFFICIENT'],
  ])('%s points', (points, expected) => {
    const spend = takeLots(lots, points);
    expect(
      spend.kind === 'TAKEN'
        ? spend.takings.map((taking) => [taking.lot.id, taking.points])
        : spend.kind,
    ).toEqual(expected);
  });

  test('all there is', () => {
    expect(takeLots(lots, 110n)).toMatchObject({ kind: 'TAKEN' });
    expect(takeLots(lots, 111n)).toEqual({ kind: 'INSUFFICIENT', balance: 110n });
    expect(takeLots([], 1n)).toEqual({ kind: 'INSUFFICIENT', balance: 0n });
  });
});

describe('findAdjustmentFault', () => {
  const good = { points: 10n, reason: 'Goodwill', note: null, idempotencyKey: 'k1' };

  test.each([
    ['nothing wrong', {}, null],
    ['the most allowed', { points: 1_000_000n }, null],
    ['the most that may be taken', { points: -1_000_000n }, null],
    ['zero', { points: 0n }, 'ZERO_POINTS'],
    ['one too many', { points: 1_000_001n }, 'BEYOND_MAXIMUM'],
    ['one too many taken', { points: -1_000_001n }, 'BEYOND_MAXIMUM'],
    ['no reason', { reason: ' ' }, 'REASON_MISSING'],
    ['the longest reason', { reason: 'x'.repeat(200) }, null],
    ['a longer one', { reason: 'x'.repeat(201) }, 'REASON_TOO_LONG'],
    ['the longest note', { note: 'x'.repeat(2000) }, null],
    ['a longer note', { note: 'x'.repeat(2001) }, 'NOTE_TOO_LONG'],
    ['no key', { idempotencyKey: '' }, 'KEY_MISSING'],
    ['a key too long', { idempotencyKey: 'x'.repeat(201) }, 'KEY_TOO_LONG'],
    ['a NUL in the note', { note: 'a\0b' }, 'MALFORMED_TEXT'],
    ['a NUL in the key', { idempotencyKey: 'a\0b' }, 'MALFORMED_TEXT'],
  ])('%s', (_, change, expected) => {
    expect(findAdjustmentFault({ ...good, ...change }, policy)?.fault ?? null).toBe(expected);
  });
});

describe('decideTier', () => {
  const today = dayOf(NOON);
  const quiet = Object.fromEntries(signalNames.map((name) => [name, 0]));

  function day(offset: number, signals: Partial<ActivityDay>): ActivityDay {
    return {
      ...(quiet as unknown as ActivityDay),
      day: addDays(today, offset),
      events: 1,
      firstAt: NOON,
      lastAt: NOON,
      ...signals,
    };
  }

  function order(offset: number, revenueMinor: number, orders = 1): ActivityDay {
    return day(offset, { orders, revenueMinor });
  }

  test.each<
    [string, readonly ActivityDay[], string, since: number | null, nextChange: number | null]
  >([
    ['no days', [], 'MEMBER', null, null],
    ['no orders', [day(-3, { signIns: 4 })], 'MEMBER', null, null],
    ['enough spent, one order short', [order(-10, 20_000)], 'MEMBER', null, null],
    ['two orders, a cent short', [order(-10, 10_000), order(-5, 9999)], 'MEMBER', null, null],
    ['both reached', [order(-10, 10_000), order(-5, 10_000)], 'SILVER', -5, 355],
    ['reached today', [order(-10, 10_000), order(0, 10_000)], 'SILVER', 0, 355],
    ['both on one day', [order(-10, 20_000, 2)], 'SILVER', -10, 355],
    ['on the last day of the window', [order(-364, 20_000, 2)], 'SILVER', -364, 1],
    ['the day after', [order(-365, 20_000, 2)], 'MEMBER', 0, null],
    ['gold by spend, silver by orders', [order(-9, 90_000, 3)], 'SILVER', -9, 356],
    ['gold', [order(-9, 50_000, 4)], 'GOLD', -9, 356],
    ['platinum', [order(-9, 100_000, 8)], 'PLATINUM', -9, 356],
    ['falls a step at a time', [order(-20, 30_000, 2), order(-9, 20_000, 2)], 'GOLD', -9, 345],
    [
      'refunded below',
      [order(-10, 20_000, 2), day(-2, { refunds: 1, refundMinor: 1 })],
      'MEMBER',
      -2,
      // The refund outlives the order in the window, so time alone mends nothing.
      null,
    ],
    [
      'a refund that leaves the window raises the tier',
      [day(-360, { refunds: 1, refundMinor: 500 }), order(-10, 20_000, 2)],
      'MEMBER',
      null,
      5,
    ],
    ['more refunded than spent', [day(-2, { refunds: 1, refundMinor: 900 })], 'MEMBER', null, null],
    ['an order dated tomorrow', [order(-1, 10_000), order(1, 10_000)], 'MEMBER', null, 1],
    [
      'held without a break as orders come and go',
      [order(-400, 20_000, 2), order(-100, 20_000, 2)],
      'SILVER',
      -400,
      265,
    ],
  ])('%s', (_, days, tier, since, nextChange) => {
    expect(decideTier(days, policy, today)).toEqual({
      tier,
      since: since === null ? null : addDays(today, since),
      nextChange: nextChange === null ? null : addDays(today, nextChange),
    });
  });

  test('changes on the day it foretells, and not before', () => {
    const days = [order(-20, 30_000, 2), order(-9, 20_000, 2)];
    const tiers: string[] = [];
    let at: EpochDay | null = today;
    while (at !== null) {
      const { tier, nextChange } = decideTier(days, policy, at);
      if (nextChange !== null) {
        expect(decideTier(days, policy, addDays(nextChange, -1)).tier).toBe(tier);
      }
      tiers.push(tier);
      at = nextChange;
    }
    expect(tiers).toEqual(['GOLD', 'SILVER', 'MEMBER']);
  });
});

describe('findPolicyFaults', () => {
  test('the default is sound and cannot be changed', () => {
    expect(findPolicyFaults(policy)).toEqual([]);
    expect(() => Object.assign(policy.order, { points: 2 })).toThrow(TypeError);
  });

  test('names every fault at once', () => {
    const faulty: LoyaltyPolicy = {
      ...policy,
      order: { points: -1, perMinor: 0 },
      actions: { ...policy.actions, posts: 1.5 },
      pointsValidDays: 0,
      tiers: [
        { name: 'MEMBER', spendMinorMin: 1, ordersMin: 0 },
        { name: 'gold', spendMinorMin: 500, ordersMin: 2 },
        { name: 'MEMBER', spendMinorMin: 600, ordersMin: 1 },
      ],
    };
    expect(findPolicyFaults(faulty)).toEqual([
      expect.stringContaining('order.points'),
      expect.stringContaining('order.perMinor'),
      expect.stringContaining('actions.posts'),
      expect.stringContaining('pointsValidDays'),
      expect.stringContaining('tiers[0] is the base tier'),
      expect.stringContaining('tiers[1].name'),
      expect.stringContaining('tiers[2].name MEMBER is there twice'),
      expect.stringContaining('tiers[2] must ask for more'),
    ]);
  });

  test('wants a base tier', () => {
    expect(findPolicyFaults({ ...policy, tiers: [] })).toEqual([
      expect.stringContaining('tiers must be 1 to 16'),
    ]);
  });
});
