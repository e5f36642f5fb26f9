import fc from 'fast-check';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { madeUpProfiles } from '../../../test/support/profiles';
import { firstRows } from '../../platform/database/keyset';
import { MS_PER_DAY } from '../../shared/days';
import { type IdentifierId, type ProfileId, uuidSource } from '../../shared/ids';
import type { PrimaryIdentifier } from '../identity';
import { defaultLoyaltyPolicy as policy } from './loyalty.policy';
import { LoyaltyReads } from './loyalty.reads';
import { LoyaltyRehoming } from './loyalty.rehoming';
import { LoyaltyService } from './loyalty.service';

const { database } = useTestDatabase();
const START = '2026-06-01T12:00:00.000Z';
const VALID_MS = 365 * MS_PER_DAY;
const clock = new TestClock(START);
const homes = new Map<ProfileId, ModelMember>();
const profiles = {
  ...madeUpProfiles(),
  primaryIdentifiers: async (_sql: unknown, profileIds: readonly ProfileId[]) =>
    new Map<ProfileId, PrimaryIdentifier>(
      profileIds.flatMap((profileId) => {
        const identifierId = homes.get(profileId)?.identifierIds[0];
        if (identifierId === undefined) return [];
        return [
          [
            profileId,
            { namespace: 'x', value: identifierId, identifierId, profileId, isShared: false },
          ],
        ];
      }),
    ),
};
const loyalty = new LoyaltyService(database, policy, uuidSource, clock, profiles);
const rehoming = new LoyaltyRehoming(policy, uuidSource);
const reads = new LoyaltyReads(database, policy, clock);

type Step =
  | {
      readonly do: 'accrue';
      readonly who: number;
      /** The place of an identifier of the member. */
      readonly by: number;
      readonly points: number;
      readonly daysAgo: number;
    }
  | { readonly do: 'adjust'; readonly who: number; readonly points: number }
  | {
      readonly do: 'move';
      readonly who: number;
      readonly into: number;
      /** How many identifiers move, the newest first; all where there are no more. */
      readonly count: number;
    }
  | { readonly do: 'wait'; readonly days: number }
  | { readonly do: 'expire' };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('accrue' as const),
    who,
    by: fc.nat(5),
    points: fc.integer({ min: 1, max: 40 }),
    daysAgo: fc.nat(400),
  }),
  fc.record({
    do: fc.constant('adjust' as const),
    who,
    points: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -60, max: -1 })),
  }),
  fc.record({
    do: fc.constant('move' as const),
    who,
    into: who,
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ do: fc.constant('wait' as const), days: fc.nat(150) }),
  fc.record({ do: fc.constant('expire' as const) }),
);

interface ModelLot {
  readonly identifierId: IdentifierId;
  readonly goneAt: number;
  left: number;
}

/** All that an identifier ever earned. */
const earned = new Map<IdentifierId, number>();

/** A member as the book-keeping would be in a few lines. */
class ModelMember {
  readonly profileId = uuidSource.next<ProfileId>();
  identifierIds = [1, 2].map(() => uuidSource.next<IdentifierId>());
  private lots: ModelLot[] = [];

  constructor() {
    homes.set(this.profileId, this);
  }

  get lifetime(): number {
    return this.identifierIds.reduce((sum, one) => sum + (earned.get(one) ?? 0), 0);
  }

  earn(identifierId: IdentifierId, points: number, at: number): void {
    this.lots.push({ identifierId, goneAt: at + VALID_MS, left: points });
    earned.set(identifierId, (earned.get(identifierId) ?? 0) + points);
  }

  /** In the order a spend takes them; the sort is stable. */
  good(now: number): ModelLot[] {
    return this.lots
      .filter(({ goneAt, left }) => goneAt > now && left > 0)
      .sort((one, other) => one.goneAt - other.goneAt);
  }

  balance(now: number): number {
    return this.good(now).reduce((sum, { left }) => sum + left, 0);
  }

  spend(points: number, now: number): boolean {
    if (points > this.balance(now)) return false;
    let missing = points;
    for (const lot of this.good(now)) {
      const taken = Math.min(lot.left, missing);
      lot.left -= taken;
      missing -= taken;
    }
    return true;
  }

  move(identifierIds: readonly IdentifierId[], into: ModelMember, now: number): void {
    const isMoving = ({ identifierId }: ModelLot) => identifierIds.includes(identifierId);
    into.lots.push(...this.good(now).filter(isMoving));
    this.lots = this.lots.filter((lot) => !isMoving(lot));
    this.identifierIds = this.identifierIds.filter((one) => !identifierIds.includes(one));
    into.identifierIds = [...into.identifierIds, ...identifierIds];
  }
}

async function run(one: Step, members: readonly ModelMember[]): Promise<void> {
  const now = clock.now();
  const member = 'who' in one ? members[one.who] : undefined;
  switch (one.do) {
    case 'wait':
      clock.advanceDays(one.days);
      return;
    case 'expire':
      await loyalty.expireDue(now, 3);
      return;
  }
  if (member === undefined) throw new Error('No such member.');
  const { profileId, identifierIds } = member;
  const [primary] = identifierIds;
  // Whoever holds no identifier is no more.
  if (primary === undefined) return;
  switch (one.do) {
    case 'accrue': {
      const occurredAt = new Date(now.getTime() - one.daysAgo * MS_PER_DAY);
      const identifierId = identifierIds[one.by % identifierIds.length] ?? primary;
      const accrual = {
        profileId,
        identifierId,
        points: BigInt(one.points),
        reason: 'X',
        actor: 'x',
        occurredAt,
      };
      await database.transaction((tx) => loyalty.accrue(tx, [accrual], now));
      member.earn(identifierId, one.points, occurredAt.getTime());
      return;
    }
    case 'adjust': {
      const { kind } = await loyalty.adjustPoints({
        profileId,
        points: BigInt(one.points),
        reason: 'X',
        note: null,
        idempotencyKey: uuidSource.next(),
        actor: 'x',
      });
      const isPosted = one.points > 0 || member.spend(-one.points, now.getTime());
      if (one.points > 0) member.earn(primary, one.points, now.getTime());
      expect(kind).toBe(isPosted ? 'POSTED' : 'INSUFFICIENT_POINTS');
      return;
    }
    case 'move': {
      const into = members[one.into];
      if (into === undefined || into === member) return;
      const moving = identifierIds.slice(-one.count);
      const move = {
        from: profileId,
        into: into.profileId,
        identifierIds: moving,
        isWhole: moving.length === identifierIds.length,
        reason: 'UNMERGE' as const,
      };
      await database.transaction((tx) => rehoming.rehome(tx, move, now));
      member.move(moving, into, now.getTime());
      return;
    }
  }
}

async function expectAgreement(members: readonly ModelMember[]): Promise<void> {
  const now = clock.now();
  const profileIds = members.map(({ profileId }) => profileId);
  const accounts = await reads.accountByProfile(profileIds);
  expect(accounts.map(({ balance, lifetimePoints }) => [balance, lifetimePoints])).toEqual(
    members.map((member) => [BigInt(member.balance(now.getTime())), BigInt(member.lifetime)]),
  );
  const pages = await reads.lotPages(
    profileIds.map((profileId) => ({ profileId, page: firstRows(100) })),
  );
  for (const [index, member] of members.entries()) {
    const left = new Map<number | undefined, bigint>();
    for (const lot of pages[index] ?? []) {
      const goneAt = lot.expiresAt?.getTime();
      left.set(goneAt, (left.get(goneAt) ?? 0n) + lot.pointsLeft);
    }
    const expected = new Map<number, bigint>();
    for (const lot of member.good(now.getTime())) {
      expected.set(lot.goneAt, (expected.get(lot.goneAt) ?? 0n) + BigInt(lot.left));
    }
    expect([...left]).toEqual([...expected]);
  }
}

/** Account, lots, takings and ledger each tell the same story. */
async function expectBooksAgree(members: readonly ModelMember[]): Promise<void> {
  const profileIds = members.map(({ profileId }) => profileId);
  const wrong = await database.query(
    `select a.profile_id
     from loyalty_account a
     where a.profile_id = any($1) and (
       a.balance is distinct from (
         select coalesce(sum(e.points), 0) from ledger_entry e
         where e.profile_id = a.profile_id and e.account = 'MEMBER'
       )
       or a.balance is distinct from (
         select coalesce(sum(l.points_left), 0) from point_lot l where l.profile_id = a.profile_id
       )
       or exists (
         select from point_lot l
         where l.profile_id = a.profile_id and l.points_earned - l.points_left is distinct from (
           select coalesce(sum(c.points), 0) from lot_consumption c
           where c.profile_id = l.profile_id and c.lot_id = l.id
         )
       )
       or exists (
         select from ledger_transaction t
         where t.profile_id = a.profile_id and t.from_account = 'MEMBER'
           and t.points is distinct from (
             select sum(c.points) from lot_consumption c
             where c.profile_id = t.profile_id and c.transaction_id = t.id
           )
       )
     )`,
    [profileIds],
  );
  expect(wrong).toEqual([]);
}

test('any sequence of accruals, adjustments, moves and expiries agrees with the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      clock.set(START);
      const members = [new ModelMember(), new ModelMember(), new ModelMember()];
      for (const one of steps) {
        await run(one, members);
        await expectAgreement(members);
      }
      await expectBooksAgree(members);
    }),
    { numRuns: 40 },
  );
});
