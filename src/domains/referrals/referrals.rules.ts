import { dayOf, type EpochDay, startOfDay } from '../../shared/days';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';

/**
 * CLAIMED: the code was claimed, no order yet. CONVERTED: the first order came. VOID: as far as is
 * known nobody new was brought, since a merge or a late event; counts for nothing.
 */
export type ReferralStatus = 'CLAIMED' | 'CONVERTED' | 'VOID';

/** One customer brought by another. */
export interface Referral {
  /** The id of the event of the claim. */
  readonly id: EventId;
  /** The identifier that claimed the code: the referral goes where it goes. */
  readonly identifierId: IdentifierId;
  /** The profile that holds the code. */
  readonly referrer: ProfileId;
  readonly referee: ProfileId;
  readonly code: string;
  readonly status: ReferralStatus;
  readonly claimedAt: Date;
  /** Set where the status is CONVERTED, and where it was before the referral became VOID. */
  readonly convertedAt: Date | null;
}

export type ClaimRefusal =
  | 'SELF_REFERRAL'
  | 'ALREADY_REFERRED'
  | 'REFERRAL_CYCLE'
  | 'NOT_A_NEW_CUSTOMER';

export interface ClaimFacts {
  readonly referrer: ProfileId;
  readonly referee: ProfileId;
  /** Whether a referral of the referee stands already, or one was rewarded that no longer does. */
  readonly isReferred: boolean;
  /** Who brought the referrer, who brought that one, and so on. */
  readonly referrerAncestors: ReadonlySet<ProfileId>;
  /** Whether the referee ordered, for money, before the claim. */
  readonly hasOrdered: boolean;
}

/** Why a claim does not stand; null where it does. */
export function refuseClaim(facts: ClaimFacts): ClaimRefusal | null {
  if (facts.referrer === facts.referee) return 'SELF_REFERRAL';
  if (facts.isReferred) return 'ALREADY_REFERRED';
  // Whoever brought the referrer, at whatever remove, is not brought by them: the relation stays
  // a forest.
  if (facts.referrerAncestors.has(facts.referee)) return 'REFERRAL_CYCLE';
  if (facts.hasOrdered) return 'NOT_A_NEW_CUSTOMER';
  return null;
}

/** Who brought the profile, who brought that one, and so on, as far as `referrers` tells. */
export function ancestorsOf(
  profileId: ProfileId,
  referrers: ReadonlyMap<ProfileId, ProfileId>,
): ReadonlySet<ProfileId> {
  const ancestors = new Set<ProfileId>();
  let ancestor = referrers.get(profileId);
  while (ancestor !== undefined && !ancestors.has(ancestor)) {
    ancestors.add(ancestor);
    ancestor = referrers.get(ancestor);
  }
  return ancestors;
}

/** What is known of a customer's orders; one that cost nothing is none. */
export interface OrderFacts {
  /** The earliest day with an order that was known before; null where there is none. */
  readonly knownDay: EpochDay | null;
  /** The earliest order that came in now; null where none did. */
  readonly arrivedAt: Date | null;
}

/** The day of the first order, as far as is known; null where there is none. */
export function firstOrderDay({ knownDay, arrivedAt }: OrderFacts): EpochDay | null {
  if (arrivedAt === null) return knownDay;
  const arrivedDay = dayOf(arrivedAt);
  return knownDay !== null && knownDay < arrivedDay ? knownDay : arrivedDay;
}

/**
 * What orders do to a referral.
 * MOVE: an order came in that is earlier than the one that converted it.
 */
export type ReferralChange =
  | { readonly change: 'NONE' | 'VOID' }
  | { readonly change: 'CONVERT'; readonly at: Date }
  | { readonly change: 'MOVE'; readonly at: Date };

/**
 * A referral converts with the referee's first order on the UTC day of the claim or later, and is
 * void where the first order is of an earlier day: such a customer was not new. By days, since
 * that is how facts are kept, and since a claim made at the checkout may carry a later time than
 * its order. The same orders in any sequence lead to the same result, but for one case: what was
 * converted, and rewarded, stays so when an order from before the claim turns up.
 */
export function decideChange(referral: Referral, orders: OrderFacts): ReferralChange {
  const claimedDay = dayOf(referral.claimedAt);
  if (referral.status === 'CONVERTED') return decideMove(referral, orders);
  const firstDay = firstOrderDay(orders);
  if (referral.status === 'VOID' || firstDay === null) return { change: 'NONE' };
  if (firstDay < claimedDay) return { change: 'VOID' };
  // Of an order known before the claim only the day is known: its beginning stands for it.
  const { arrivedAt } = orders;
  const isArrived = arrivedAt !== null && dayOf(arrivedAt) === firstDay;
  return {
    change: 'CONVERT',
    at: later(isArrived ? arrivedAt : startOfDay(firstDay), referral.claimedAt),
  };
}

function decideMove(referral: Referral, { knownDay, arrivedAt }: OrderFacts): ReferralChange {
  const { claimedAt, convertedAt } = referral;
  if (convertedAt === null) return { change: 'NONE' };
  // The order that converted it is among those known: only an earlier day says something new.
  const isKnownEarlier = knownDay !== null && knownDay < dayOf(convertedAt);
  const at = [...(isKnownEarlier ? [startOfDay(knownDay)] : []), ...(arrivedAt ? [arrivedAt] : [])]
    .filter((orderedAt) => dayOf(orderedAt) >= dayOf(claimedAt))
    .map((orderedAt) => later(orderedAt, claimedAt))
    .reduce((earliest, one) => (one < earliest ? one : earliest), convertedAt);
  return at < convertedAt ? { change: 'MOVE', at } : { change: 'NONE' };
}

/** What decides which of the referrals of a customer stands. */
export interface StandingFacts {
  readonly referee: ProfileId;
  /** Of orders for money; null where there is none. */
  readonly firstOrderDay: EpochDay | null;
  /** Who brought the referrers, who brought those, and so on: referrer by referee. */
  readonly referrers: ReadonlyMap<ProfileId, ProfileId>;
}

/**
 * The referrals by which a customer was brought, with the status they have once identifiers have
 * moved. One stands at most (see `standingReferral`), and none by which the customer brought
 * themselves, directly or through others. Nor does one that was not rewarded where the customer
 * was rewarded for another, or ordered before it. The rest is void. Nothing else counts, and above
 * all not the status before: so what a merge voided stands again when the merge is undone.
 */
export function judgeReceived(
  received: readonly Referral[],
  { referee, firstOrderDay, referrers }: StandingFacts,
): readonly Referral[] {
  const isRewarded = received.some(({ convertedAt }) => convertedAt !== null);
  const isNew = ({ claimedAt }: Referral) =>
    firstOrderDay === null || firstOrderDay >= dayOf(claimedAt);
  const standing = received
    .filter((one) => (isRewarded ? one.convertedAt !== null : isNew(one)))
    .filter(
      ({ referrer }) => referrer !== referee && !ancestorsOf(referrer, referrers).has(referee),
    )
    .map(unvoided)
    .reduce<Referral | null>(
      (best, one) => (best === null ? one : standingReferral(best, one)),
      null,
    );
  return received.map((one) =>
    one.id === standing?.id ? standing : { ...one, status: 'VOID' as const },
  );
}

function unvoided(referral: Referral): Referral {
  return { ...referral, status: referral.convertedAt === null ? 'CLAIMED' : 'CONVERTED' };
}

/**
 * Which of two referrals of one person stands when their profiles are merged: one that converted
 * before one that did not, since it was rewarded; else the earlier claim.
 */
export function standingReferral(left: Referral, right: Referral): Referral {
  if (left.status !== right.status) return left.status === 'CONVERTED' ? left : right;
  const order = left.claimedAt.getTime() - right.claimedAt.getTime();
  if (order !== 0) return order < 0 ? left : right;
  return left.id < right.id ? left : right;
}

function later(left: Date, right: Date): Date {
  return left > right ? left : right;
}
