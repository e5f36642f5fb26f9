import { dayOf } from '../../shared/days';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import {
  defaultReferralPolicy,
  type ReferralPolicy,
  requireSoundReferralPolicy,
} from './referrals.policy';
import {
  ancestorsOf,
  type ClaimFacts,
  type ClaimRefusal,
  decideChange,
  judgeReceived,
  type Referral,
  type ReferralChange,
  refuseClaim,
  type StandingFacts,
  standingReferral,
} from './referrals.rules';

const [ann, bob, cem] = ['ann', 'bob', 'cem'] as ProfileId[] as [ProfileId, ProfileId, ProfileId];

const claimed: Referral = {
  id: 'claim-1' as EventId,
  identifierId: 'identifier-1' as IdentifierId,
  referrer: ann,
  referee: bob,
  code: 'ANN2',
  status: 'CLAIMED',
  claimedAt: new Date('2026-03-10T12:00:00Z'),
  convertedAt: null,
};

function converted(at: string): Referral {
  return { ...claimed, status: 'CONVERTED', convertedAt: new Date(at) };
}

describe('refuseClaim', () => {
  const sound: ClaimFacts = {
    referrer: ann,
    referee: bob,
    isReferred: false,
    referrerAncestors: new Set([cem]),
    hasOrdered: false,
  };
  test.each<[string, Partial<ClaimFacts>, ClaimRefusal | null]>([
    ['a new customer', {}, null],
    ['oneself', { referee: ann }, 'SELF_REFERRAL'],
    [
      'oneself, whatever else',
      { referee: ann, isReferred: true, hasOrdered: true },
      'SELF_REFERRAL',
    ],
    ['somebody referred', { isReferred: true, hasOrdered: true }, 'ALREADY_REFERRED'],
    ['whoever brought the referrer', { referee: cem }, 'REFERRAL_CYCLE'],
    ['somebody who has ordered', { hasOrdered: true }, 'NOT_A_NEW_CUSTOMER'],
  ])('%s', (_case, changes, expected) => {
    expect(refuseClaim({ ...sound, ...changes })).toBe(expected);
  });
});

describe('ancestorsOf', () => {
  test('follows the chain to its end', () => {
    const referrers = new Map([
      [cem, bob],
      [bob, ann],
    ]);
    expect([...ancestorsOf(cem, referrers)]).toEqual([bob, ann]);
    expect([...ancestorsOf(ann, referrers)]).toEqual([]);
  });

  test('ends on a circle', () => {
    const referrers = new Map([
      [ann, bob],
      [bob, ann],
    ]);
    expect([...ancestorsOf(ann, referrers)]).toEqual([bob, ann]);
  });
});

describe('decideChange', () => {
  const convertAt = (at: string): ReferralChange => ({ change: 'CONVERT', at: new Date(at) });
  const moveTo = (at: string): ReferralChange => ({ change: 'MOVE', at: new Date(at) });
  const none: ReferralChange = { change: 'NONE' };
  const voided: ReferralChange = { change: 'VOID' };

  test.each<[string, Referral, string | null, string | null, ReferralChange]>([
    // what, referral, day known before, order that arrived, expected
    ['no order', claimed, null, null, none],
    ['an order later', claimed, null, '2026-03-20T08:00:00Z', convertAt('2026-03-20T08:00:00Z')],
    [
      'at the very instant',
      claimed,
      null,
      '2026-03-10T12:00:00Z',
      convertAt('2026-03-10T12:00:00Z'),
    ],
    [
      'earlier on the day of the claim',
      claimed,
      null,
      '2026-03-10T00:00:00Z',
      convertAt('2026-03-10T12:00:00Z'),
    ],
    ['the last instant of the day before', claimed, null, '2026-03-09T23:59:59.999Z', voided],
    ['an order known from the day before', claimed, '2026-03-09', '2026-03-20T08:00:00Z', voided],
    [
      'an order known before the claim came in',
      claimed,
      '2026-03-15',
      null,
      convertAt('2026-03-15T00:00:00Z'),
    ],
    [
      'one known from the day of the claim',
      claimed,
      '2026-03-10',
      null,
      convertAt('2026-03-10T12:00:00Z'),
    ],
    [
      'a known one, earlier than the one arrived',
      claimed,
      '2026-03-15',
      '2026-03-20T08:00:00Z',
      convertAt('2026-03-15T00:00:00Z'),
    ],
    [
      'a known one, later than the one arrived',
      claimed,
      '2026-03-25',
      '2026-03-20T08:00:00Z',
      convertAt('2026-03-20T08:00:00Z'),
    ],
    [
      'another order after the first',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-20',
      '2026-04-01T00:00:00Z',
      none,
    ],
    [
      'the same instant again',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-20',
      '2026-03-20T08:00:00Z',
      none,
    ],
    [
      'an earlier order, late',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-20',
      '2026-03-12T00:00:00Z',
      moveTo('2026-03-12T00:00:00Z'),
    ],
    [
      'an earlier one of the day of the claim, late',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-20',
      '2026-03-10T01:00:00Z',
      moveTo('2026-03-10T12:00:00Z'),
    ],
    [
      'converted already with the claim',
      converted('2026-03-10T12:00:00Z'),
      '2026-03-10',
      '2026-03-10T01:00:00Z',
      none,
    ],
    [
      'one from before the claim, after the reward',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-20',
      '2026-03-01T00:00:00Z',
      none,
    ],
    [
      'an earlier one that a merge brought',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-15',
      null,
      moveTo('2026-03-15T00:00:00Z'),
    ],
    ['the day it converted on', converted('2026-03-20T08:00:00Z'), '2026-03-20', null, none],
    [
      'a merge with an order from before the claim, after the reward',
      converted('2026-03-20T08:00:00Z'),
      '2026-03-01',
      null,
      none,
    ],
    ['void stays void', { ...claimed, status: 'VOID' }, null, '2026-03-20T08:00:00Z', none],
  ])('%s', (_case, referral, knownDay, arrivedAt, expected) => {
    const orders = {
      knownDay: knownDay === null ? null : dayOf(new Date(knownDay)),
      arrivedAt: arrivedAt === null ? null : new Date(arrivedAt),
    };
    expect(decideChange(referral, orders)).toEqual(expected);
  });
});

describe('standingReferral', () => {
  const later = {
    ...claimed,
    id: 'claim-0' as EventId,
    claimedAt: new Date('2026-03-11T00:00:00Z'),
  };
  const twin = { ...claimed, id: 'claim-0' as EventId };
  test.each<[string, Referral, Referral, 'LEFT' | 'RIGHT']>([
    ['the earlier claim', claimed, later, 'LEFT'],
    ['the one that converted', claimed, { ...later, status: 'CONVERTED' }, 'RIGHT'],
    [
      'of two that converted the earlier claim',
      converted('2026-05-01T00:00:00Z'),
      { ...later, status: 'CONVERTED' },
      'LEFT',
    ],
    ['of two at one instant the lower id', claimed, twin, 'RIGHT'],
  ])('%s, whichever comes first', (_case, left, right, expected) => {
    const standing = expected === 'LEFT' ? left : right;
    expect(standingReferral(left, right)).toBe(standing);
    expect(standingReferral(right, left)).toBe(standing);
  });
});

describe('requireSoundReferralPolicy', () => {
  test.each<[Partial<ReferralPolicy>]>([
    [{}],
    [{ referrerPoints: 0, refereePoints: 0 }],
    [{ referrerPoints: 1_000_000 }],
  ])('takes %j', (changes) => {
    const policy = { ...defaultReferralPolicy, ...changes };
    expect(requireSoundReferralPolicy(policy)).toBe(policy);
  });

  test.each<[Partial<ReferralPolicy>, RegExp]>([
    [{ referrerPoints: -1 }, /referrerPoints/],
    [{ refereePoints: 0.5 }, /refereePoints/],
    [{ referrerPoints: 1_000_001 }, /referrerPoints/],
    [{ referrerPoints: Number.NaN, refereePoints: -1 }, /referrerPoints.*refereePoints/],
  ])('refuses %j', (changes, fault) => {
    const policy = { ...defaultReferralPolicy, ...changes };
    expect(() => requireSoundReferralPolicy(policy)).toThrow(fault);
  });
});

describe('judgeReceived', () => {
  const day = (at: string) => dayOf(new Date(at));
  const other: Referral = {
    ...claimed,
    id: 'claim-2' as EventId,
    referrer: cem,
    code: 'CEM2',
    claimedAt: new Date('2026-03-11T12:00:00Z'),
  };
  const asVoid = (referral: Referral): Referral => ({ ...referral, status: 'VOID' });
  const paid = { ...other, status: 'CONVERTED' as const, convertedAt: new Date('2026-03-12') };

  test.each<[string, Referral[], Partial<StandingFacts>, string[]]>([
    ['one claim', [claimed], {}, ['CLAIMED']],
    ['one that was void before', [asVoid(claimed)], {}, ['CLAIMED']],
    ['one that was void though rewarded', [asVoid(paid)], {}, ['CONVERTED']],
    ['the earlier of two', [other, claimed], {}, ['VOID', 'CLAIMED']],
    ['the earlier, void before', [other, asVoid(claimed)], {}, ['VOID', 'CLAIMED']],
    ['the one that was rewarded', [claimed, paid], {}, ['VOID', 'CONVERTED']],
    ['the one that was rewarded, void before', [claimed, asVoid(paid)], {}, ['VOID', 'CONVERTED']],
    ['none by oneself', [{ ...claimed, referrer: bob }], {}, ['VOID']],
    [
      'the other, where one is by oneself',
      [{ ...claimed, referrer: bob }, other],
      {},
      ['VOID', 'CLAIMED'],
    ],
    [
      'none that was not rewarded, where one by oneself was',
      [claimed, { ...paid, referrer: bob }],
      {},
      ['VOID', 'VOID'],
    ],
    [
      'the other that was rewarded, where one by oneself was',
      [{ ...claimed, referrer: bob, convertedAt: new Date('2026-03-12') }, paid],
      {},
      ['VOID', 'CONVERTED'],
    ],
    [
      'none in a circle',
      [claimed],
      {
        referrers: new Map([
          [ann, cem],
          [cem, bob],
        ]),
      },
      ['VOID'],
    ],
    [
      'an order on the day of the claim',
      [claimed],
      { firstOrderDay: day('2026-03-10') },
      ['CLAIMED'],
    ],
    [
      'an order the day before',
      [claimed, other],
      { firstOrderDay: day('2026-03-09') },
      ['VOID', 'VOID'],
    ],
    ['an order before, and rewarded', [paid], { firstOrderDay: day('2026-03-09') }, ['CONVERTED']],
  ])('%s', (_case, received, facts, expected) => {
    const judged = judgeReceived(received, {
      referee: bob,
      firstOrderDay: null,
      referrers: new Map(),
      ...facts,
    });
    expect(judged.map(({ status }) => status)).toEqual(expected);
  });
});
