import type { IncomingEvent } from '../src/domains/events';
import type { PersonaName } from './personas';

export interface PopulationOptions {
  /** The same seed and `now` give the same population. */
  readonly seed: number;
  /** 50 to 5,000. */
  readonly customers?: number;
  /** The end of the story; nothing happens after it. */
  readonly now: Date;
  /** How far back the story goes, 18 to 60. */
  readonly months?: number;
}

export type PopulationEvent = IncomingEvent & { readonly occurredAt: Date };

export interface DemoCustomer {
  /** Names the customer among all, e.g. `demo-0042`; their `user_id` where they registered. */
  readonly key: string;
  /** Null for a customer who never registered, and is known by a cookie, card or address only. */
  readonly userId: string | null;
  readonly name: string;
  readonly persona: PersonaName;
}

/** A referral code that has to exist before the first claim of it. */
export interface DemoReferralCode {
  readonly userId: string;
  readonly code: string;
  readonly createdAt: Date;
}

/** Who brought whom. Each of these claims is also a `Referral Claimed` among the events. */
export interface DemoReferral {
  readonly referrerUserId: string;
  readonly refereeUserId: string;
  readonly code: string;
  readonly claimedAt: Date;
}

/** What a colleague did to a balance by hand. */
export interface DemoAdjustment {
  /** Deterministic, to be used as the idempotency key. */
  readonly key: string;
  readonly userId: string;
  /** Negative takes points away. */
  readonly points: number;
  readonly reason: 'GOODWILL' | 'CORRECTION' | 'PROMOTION' | 'REDEMPTION';
  readonly note: string;
  readonly at: Date;
}

/** Somebody worth looking at. */
export interface ShowcaseEntry {
  readonly userId: string;
  readonly name: string;
  /** A word or two: `champion`. */
  readonly title: string;
  /** What there is to see. */
  readonly look: string;
}

export interface Population {
  readonly customers: readonly DemoCustomer[];
  /** Ascending by the time they happened. */
  readonly events: readonly PopulationEvent[];
  readonly codes: readonly DemoReferralCode[];
  readonly referrals: readonly DemoReferral[];
  /** Ascending by time. Perform them after the events: a redemption needs what was earned. */
  readonly adjustments: readonly DemoAdjustment[];
  readonly showcase: readonly ShowcaseEntry[];
}
