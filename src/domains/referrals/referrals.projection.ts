import type { Tx } from '../../platform/database/database';
import { dayOf, type EpochDay } from '../../shared/days';
import type { EventId, ProfileId } from '../../shared/ids';
import { firstDaysWith } from '../activity';
import type { AcceptedEvent, Contribution, EventProjector } from '../events';
import type { ProfileDirectory } from '../identity';
import { normaliseCode } from './referrals.codes';
import { type ReferralPolicy, requireSoundReferralPolicy } from './referrals.policy';
import {
  ancestorsOf,
  decideChange,
  firstOrderDay,
  type OrderFacts,
  type Referral,
  type ReferralChange,
  refuseClaim,
} from './referrals.rules';
import * as store from './referrals.store';

/** The event that carries the claim of a code, on the profile of the one who claims it. */
export const REFERRAL_CLAIMED = 'Referral Claimed';

/** Points to be given to a profile; once only for each event and reason. */
interface Reward {
  readonly profileId: ProfileId;
  readonly points: bigint;
  readonly reason: string;
  readonly actor: string;
  readonly occurredAt: Date;
  readonly eventId?: EventId | undefined;
}

/** Where rewards go: the points ledger. */
interface RewardLedger {
  accrue(tx: Tx, rewards: readonly Reward[], now: Date): Promise<unknown>;
}

interface Claim {
  readonly eventId: EventId;
  readonly referee: ProfileId;
  readonly code: string;
  readonly claimedAt: Date;
}

interface ChangedReferral {
  readonly before: Referral;
  readonly after: Referral;
  readonly change: ReferralChange['change'];
}

/**
 * Claims and orders, as they come in, whatever the door. A claim that does not stand is activity
 * and nothing more: the mutation says why, before there is an event. Within a batch the earliest
 * claim of a referee is judged first, and all orders of the batch are known to all its claims.
 */
export class ReferralProjector implements EventProjector {
  readonly name = 'referrals';
  private readonly policy: ReferralPolicy;

  constructor(
    private readonly profiles: Pick<ProfileDirectory, 'lockProfiles'>,
    private readonly ledger: RewardLedger,
    policy: ReferralPolicy,
  ) {
    this.policy = requireSoundReferralPolicy(policy);
  }

  async project(
    tx: Tx,
    events: readonly AcceptedEvent[],
    now: Date,
  ): Promise<readonly Contribution[]> {
    const claims = events.flatMap(toClaim).sort(byTime);
    const arrived = firstOrders(events);
    const customers = [...new Set([...claims.map((claim) => claim.referee), ...arrived.keys()])];
    if (customers.length === 0) return [];
    const standing = await store.findStandingReferrals(tx, customers);
    if (claims.length === 0 && standing.length === 0) return [];

    const undecided = standing.filter((referral) => referral.status === 'CLAIMED');
    const knownDays = await firstDaysWith(
      tx,
      [...claims, ...undecided].map(({ referee }) => referee),
      'orders',
    );
    const ordersOf = (profileId: ProfileId): OrderFacts => ({
      knownDay: knownDays.get(profileId) ?? null,
      arrivedAt: arrived.get(profileId) ?? null,
    });
    const made = await this.decideClaims(tx, claims, standing, ordersOf);
    await store.insertReferrals(tx, made);
    const changed = [...standing, ...made].flatMap((referral) =>
      toChanged(referral, ordersOf(referral.referee)),
    );
    return this.apply(tx, changed, now);
  }

  /** The referrals of those claims that stand. */
  private async decideClaims(
    tx: Tx,
    claims: readonly Claim[],
    standing: readonly Referral[],
    ordersOf: (profileId: ProfileId) => OrderFacts,
  ): Promise<Referral[]> {
    const owners = await this.lockOwners(tx, claims);
    if (owners.size === 0) return [];
    const referrers = new Map(await store.findReferrersUpwards(tx, [...owners.values()]));
    const referred = new Set(standing.map((referral) => referral.referee));
    const made: Referral[] = [];
    for (const { eventId, referee, code, claimedAt } of claims) {
      const referrer = owners.get(code);
      if (referrer === undefined) continue;
      const refusal = refuseClaim({
        referrer,
        referee,
        isReferred: referred.has(referee),
        referrerAncestors: ancestorsOf(referrer, referrers),
        hasOrdered: isBefore(firstOrderDay(ordersOf(referee)), dayOf(claimedAt)),
      });
      if (refusal !== null) continue;
      const status = 'CLAIMED' as const;
      made.push({ id: eventId, referrer, referee, code, status, claimedAt, convertedAt: null });
      referred.add(referee);
      referrers.set(referee, referrer);
    }
    return made;
  }

  /** Whose each code is, their locks held: two who claim each other's code must not both pass. */
  private async lockOwners(
    tx: Tx,
    claims: readonly Claim[],
  ): Promise<ReadonlyMap<string, ProfileId>> {
    if (claims.length === 0) return new Map();
    const codes = await store.findCodes(tx, [...new Set(claims.map((claim) => claim.code))]);
    const locked = await this.profiles.lockProfiles(
      tx,
      codes.map((code) => code.profileId),
    );
    return new Map(
      codes.flatMap(({ code }, index) => {
        const owner = locked[index] ?? null;
        return owner === null ? [] : [[code, owner] as const];
      }),
    );
  }

  private async apply(
    tx: Tx,
    changed: readonly ChangedReferral[],
    now: Date,
  ): Promise<readonly Contribution[]> {
    if (changed.length === 0) return [];
    // The referrers' locks come before the rows: a merge takes them in that order too.
    const locked = await this.profiles.lockProfiles(
      tx,
      changed.map(({ before }) => before.referrer),
    );
    const settled = changed.flatMap((one, index) => {
      const referrer = locked[index] ?? null;
      return referrer === null ? [] : [{ ...one, after: { ...one.after, referrer } }];
    });
    await store.updateReferrals(
      tx,
      settled.map(({ after }) => after),
    );
    const rewards = settled.flatMap((one) => this.rewardsOf(one));
    if (rewards.length > 0) await this.ledger.accrue(tx, rewards, now);
    return settled.flatMap(toContributions);
  }

  private rewardsOf({ after, change }: ChangedReferral): Reward[] {
    if (change !== 'CONVERT' || after.convertedAt === null) return [];
    const common = {
      actor: 'system:referrals',
      occurredAt: after.convertedAt,
      // The claim and not the order: a referral is rewarded once, whatever order is its first.
      eventId: after.id,
    };
    const { referrerPoints, refereePoints } = this.policy;
    return [
      { ...common, profileId: after.referrer, points: referrerPoints, reason: 'REFERRER_REWARD' },
      { ...common, profileId: after.referee, points: refereePoints, reason: 'REFEREE_REWARD' },
    ].flatMap((reward) =>
      reward.points > 0 ? [{ ...reward, points: BigInt(reward.points) }] : [],
    );
  }
}

function toClaim(event: AcceptedEvent): Claim[] {
  if (event.name !== REFERRAL_CLAIMED) return [];
  const text = event.properties['code'];
  const code = typeof text === 'string' ? normaliseCode(text) : null;
  if (code === null) return [];
  const { eventId, profileId: referee, occurredAt: claimedAt } = event;
  return [{ eventId, referee, code, claimedAt }];
}

function byTime(left: Claim, right: Claim): number {
  const order = left.claimedAt.getTime() - right.claimedAt.getTime();
  if (order !== 0) return order;
  return left.eventId < right.eventId ? -1 : 1;
}

/** The earliest order of each profile in the batch; the event map says what is one. */
function firstOrders(events: readonly AcceptedEvent[]): ReadonlyMap<ProfileId, Date> {
  const first = new Map<ProfileId, Date>();
  for (const { profileId, occurredAt, signals } of events) {
    if ((signals.orders ?? 0) === 0) continue;
    const known = first.get(profileId);
    if (known === undefined || occurredAt < known) first.set(profileId, occurredAt);
  }
  return first;
}

function toChanged(before: Referral, orders: OrderFacts): ChangedReferral[] {
  const decision = decideChange(before, orders);
  const { change } = decision;
  switch (change) {
    case 'NONE':
      return [];
    case 'VOID':
      return [{ before, after: { ...before, status: 'VOID' }, change }];
    case 'CONVERT':
    case 'MOVE':
      return [
        { before, after: { ...before, status: 'CONVERTED', convertedAt: decision.at }, change },
      ];
  }
}

/** The referrer's day gains the conversion; where it moved, the day before gives it back. */
function toContributions({ before, after }: ChangedReferral): Contribution[] {
  const { referrer: profileId } = after;
  return [
    ...(before.convertedAt === null
      ? []
      : [{ profileId, occurredAt: before.convertedAt, signals: { referralsConverted: -1 } }]),
    ...(after.convertedAt === null
      ? []
      : [{ profileId, occurredAt: after.convertedAt, signals: { referralsConverted: 1 } }]),
  ];
}

function isBefore(day: EpochDay | null, other: EpochDay): boolean {
  return day !== null && day < other;
}
