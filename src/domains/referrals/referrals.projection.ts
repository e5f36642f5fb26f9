import type { Tx } from '../../platform/database/database';
import { dayOf, type EpochDay } from '../../shared/days';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import { firstDaysWith } from '../activity';
import type {
  AcceptedEvent,
  Contribution,
  EventProjector,
  ExpectedEvent,
  FindHolders,
} from '../events';
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
  /** Where the points belong. */
  readonly identifierId: IdentifierId;
  /** The profile that holds the identifier. */
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
  readonly identifierId: IdentifierId;
  readonly referee: ProfileId;
  readonly code: string;
  readonly claimedAt: Date;
}

interface ChangedReferral {
  readonly before: Referral;
  readonly after: Referral;
  readonly change: ReferralChange['change'];
}

interface SettledReferral extends ChangedReferral {
  /** Whose code it was; the lock of the profile is held. */
  readonly owner: store.CodeRow;
}

/**
 * Claims and orders, as they come in, whatever the door. A claim that does not stand is activity
 * and nothing more: the mutation says why, before there is an event. Within a batch the earliest
 * claim of a referee is judged first, and all orders of the batch are known to all its claims.
 */
export class ReferralProjector implements EventProjector {
  private readonly policy: ReferralPolicy;

  constructor(
    private readonly profiles: Pick<ProfileDirectory, 'lockOwners'>,
    private readonly ledger: RewardLedger,
    policy: ReferralPolicy,
  ) {
    this.policy = requireSoundReferralPolicy(policy);
  }

  /** The owners of the codes that are claimed, and the referrers of those who may convert. */
  async companions(
    tx: Tx,
    events: readonly ExpectedEvent[],
    holdersOf: FindHolders,
    hasFailed: boolean,
  ): Promise<readonly ProfileId[]> {
    const codes = events.flatMap((event) => claimedCode(event) ?? []);
    if (codes.length > 0) await store.lockReferralGraph(tx);
    const owners = codes.length === 0 ? [] : await store.findCodes(tx, [...new Set(codes)]);
    const referees = await findReferees(events, holdersOf, hasFailed);
    const standing = referees.length === 0 ? [] : await store.findStandingReferrals(tx, referees);
    // A referral that converted seldom changes again, and should not make all whom one customer
    // brought wait for each other with every order.
    const undecided = standing.filter((referral) => referral.status === 'CLAIMED');
    return [
      ...owners.map((owner) => owner.profileId),
      ...undecided.map((referral) => referral.referrer),
    ];
  }

  async project(
    tx: Tx,
    events: readonly AcceptedEvent[],
    now: Date,
    mergedProfileIds: readonly ProfileId[],
  ): Promise<readonly Contribution[]> {
    const claims = events.flatMap(toClaim).sort(byTime);
    const arrived = firstOrders(events);
    const claimants = claims.map((claim) => claim.referee);
    const customers = new Set([...claimants, ...arrived.keys(), ...mergedProfileIds]);
    if (customers.size === 0) return [];
    const counting = await store.findReferralsThatCount(tx, [...customers]);
    if (claims.length === 0 && counting.length === 0) return [];

    const standing = counting.filter((referral) => referral.status !== 'VOID');
    // A merge brings orders that are in none of the events, to a referral that converted too.
    const merged = new Set(mergedProfileIds);
    const undecided = standing.filter(
      ({ status, referee }) => status === 'CLAIMED' || merged.has(referee),
    );
    const knownDays = await firstDaysWith(
      tx,
      [...claims, ...undecided].map(({ referee }) => referee),
      'revenueMinor',
    );
    const ordersOf = (profileId: ProfileId): OrderFacts => ({
      knownDay: knownDays.get(profileId) ?? null,
      arrivedAt: arrived.get(profileId) ?? null,
    });
    const made = await this.decideClaims(tx, claims, counting, ordersOf);
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
    counting: readonly Referral[],
    ordersOf: (profileId: ProfileId) => OrderFacts,
  ): Promise<Referral[]> {
    const owners = await this.lockOwners(
      tx,
      claims.map((claim) => claim.code),
    );
    if (owners.size === 0) return [];
    const referrers = new Map(
      await store.findReferrersUpwards(
        tx,
        [...owners.values()].map((owner) => owner.profileId),
      ),
    );
    const referred = new Set(counting.map((referral) => referral.referee));
    const made: Referral[] = [];
    for (const { eventId: id, identifierId, referee, code, claimedAt } of claims) {
      const owner = owners.get(code);
      // Nobody was brought by a code before there was one.
      if (owner === undefined || claimedAt < owner.createdAt) continue;
      const referrer = owner.profileId;
      const refusal = refuseClaim({
        referrer,
        referee,
        isReferred: referred.has(referee),
        referrerAncestors: ancestorsOf(referrer, referrers),
        hasOrdered: isBefore(firstOrderDay(ordersOf(referee)), dayOf(claimedAt)),
      });
      if (refusal !== null) continue;
      const status = 'CLAIMED' as const;
      const relation = { id, identifierId, referrer, referee, code };
      made.push({ ...relation, status, claimedAt, convertedAt: null });
      referred.add(referee);
      referrers.set(referee, referrer);
    }
    return made;
  }

  /**
   * Whose each code is, their locks held. They were companions of the batch, but for a code that
   * is newer or has moved since: those are locked here.
   */
  private async lockOwners(
    tx: Tx,
    codes: readonly string[],
  ): Promise<ReadonlyMap<string, store.CodeRow>> {
    if (codes.length === 0) return new Map();
    const rows = await store.findCodes(tx, [...new Set(codes)]);
    const owners = await this.profiles.lockOwners(
      tx,
      rows.map((row) => row.identifierId),
    );
    return new Map(
      rows.flatMap((row) => {
        const profileId = owners.get(row.identifierId);
        return profileId === undefined ? [] : [[row.code, { ...row, profileId }] as const];
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
    const owners = await this.lockOwners(
      tx,
      changed.map(({ before }) => before.code),
    );
    const settled = changed.flatMap((one) => {
      const owner = owners.get(one.before.code);
      return owner === undefined ? [] : [{ ...one, owner }];
    });
    await store.updateReferrals(
      tx,
      settled.map(({ after }) => after),
    );
    const rewards = settled.flatMap((one) => this.rewardsOf(one));
    if (rewards.length > 0) await this.ledger.accrue(tx, rewards, now);
    return settled.flatMap(toContributions);
  }

  private rewardsOf({ after, change, owner }: SettledReferral): Reward[] {
    if (change !== 'CONVERT' || after.convertedAt === null) return [];
    const common = {
      actor: 'system:referrals',
      occurredAt: after.convertedAt,
      // The claim and not the order: a referral is rewarded once, whatever order is its first.
      eventId: after.id,
    };
    const { referrerPoints, refereePoints } = this.policy;
    const referrer = { identifierId: owner.identifierId, profileId: owner.profileId };
    const referee = { identifierId: after.identifierId, profileId: after.referee };
    return [
      { ...common, ...referrer, points: referrerPoints, reason: 'REFERRER_REWARD' },
      { ...common, ...referee, points: refereePoints, reason: 'REFEREE_REWARD' },
    ].flatMap((reward) =>
      reward.points > 0 ? [{ ...reward, points: BigInt(reward.points) }] : [],
    );
  }
}

/** The code that an event claims, as codes are stored; null where it claims none. */
function claimedCode({ name, properties }: Pick<ExpectedEvent, 'name' | 'properties'>) {
  const text = properties['code'];
  return name === REFERRAL_CLAIMED && typeof text === 'string' ? normaliseCode(text) : null;
}

/**
 * Who may have a referral that these events convert or move: whose order it is, and whom a merge
 * makes one. Only an event that names several identifiers may merge, as nearly all do; few of them
 * merge anybody, so these are only looked up where the batch failed for want of it.
 */
async function findReferees(
  events: readonly ExpectedEvent[],
  holdersOf: FindHolders,
  hasFailed: boolean,
): Promise<readonly ProfileId[]> {
  const mayMerge = (event: ExpectedEvent) => hasFailed && event.identifiers.length > 1;
  const deciding = events.filter((event) => isOrder(event) || mayMerge(event));
  if (deciding.length === 0) return [];
  const holders = await holdersOf(deciding);
  const referees = holders.filter((held, index) => {
    const event = deciding[index];
    return held.length > 1 || (event !== undefined && isOrder(event));
  });
  return [...new Set(referees.flat())];
}

/** Whether it can convert a referral. An order for nothing cannot: anybody may have many. */
function isOrder({ signals }: Pick<ExpectedEvent, 'signals'>): boolean {
  return (signals.orders ?? 0) > 0 && (signals.revenueMinor ?? 0) > 0;
}

function toClaim(event: AcceptedEvent): Claim[] {
  const code = claimedCode(event);
  if (code === null) return [];
  const { eventId, identifierId, profileId: referee, occurredAt: claimedAt } = event;
  return [{ eventId, identifierId, referee, code, claimedAt }];
}

function byTime(left: Claim, right: Claim): number {
  const order = left.claimedAt.getTime() - right.claimedAt.getTime();
  if (order !== 0) return order;
  return left.eventId < right.eventId ? -1 : 1;
}

/** The earliest order of each profile in the batch. */
function firstOrders(events: readonly AcceptedEvent[]): ReadonlyMap<ProfileId, Date> {
  const first = new Map<ProfileId, Date>();
  for (const { profileId, occurredAt } of events.filter(isOrder)) {
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
function toContributions({ before, after, owner }: SettledReferral): Contribution[] {
  const { identifierId } = owner;
  return [
    ...(before.convertedAt === null
      ? []
      : [{ identifierId, occurredAt: before.convertedAt, signals: { referralsConverted: -1 } }]),
    ...(after.convertedAt === null
      ? []
      : [{ identifierId, occurredAt: after.convertedAt, signals: { referralsConverted: 1 } }]),
  ];
}

function isBefore(day: EpochDay | null, other: EpochDay): boolean {
  return day !== null && day < other;
}
