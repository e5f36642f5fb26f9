import type { Tx } from '../../platform/database/database';
import type { EpochDay } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';

/**
 * What one UTC day of a profile adds up to. Every signal is a sum, so days can be added in any
 * order and profiles can be merged by adding their days. Counts unless the name says otherwise.
 */
export interface DailySignals {
  readonly orders: number;
  /** Revenue of the orders, in minor units of the company's currency (cents). */
  readonly revenueMinor: number;
  readonly refunds: number;
  readonly refundMinor: number;
  readonly signIns: number;
  readonly posts: number;
  readonly comments: number;
  readonly answers: number;
  readonly likes: number;
  readonly shares: number;
  readonly attendances: number;
  readonly checkIns: number;
  /** Referrals by this profile that led to a first order. */
  readonly referralsConverted: number;
  readonly complaints: number;
  /** NPS answers of 9 or 10. */
  readonly npsPromoters: number;
  /** NPS answers of 0 to 6. */
  readonly npsDetractors: number;
  readonly npsAnswers: number;
  readonly csatAnswers: number;
  /** CSAT answers of 4 or 5. */
  readonly csatSatisfied: number;
  /** Sum of the sentiments told that day, each −1,000 … 1,000 (thousandths). */
  readonly sentimentMilli: number;
  readonly sentimentCount: number;
}

export type SignalName = keyof DailySignals;

export const signalNames = [
  'orders',
  'revenueMinor',
  'refunds',
  'refundMinor',
  'signIns',
  'posts',
  'comments',
  'answers',
  'likes',
  'shares',
  'attendances',
  'checkIns',
  'referralsConverted',
  'complaints',
  'npsPromoters',
  'npsDetractors',
  'npsAnswers',
  'csatAnswers',
  'csatSatisfied',
  'sentimentMilli',
  'sentimentCount',
] as const satisfies readonly SignalName[];

/** One active UTC day of one profile. */
export interface ActivityDay extends DailySignals {
  readonly day: EpochDay;
  /**
   * Events of that day, of whatever name. 0 where the day only carries what others did for this
   * profile (a referral of theirs that converted): such a day is no activity of their own.
   */
  readonly events: number;
  /** The first and last instant of the day's events; where it has none, of what others did. */
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** A profile with all its active days, ascending. The facts every evaluation starts from. */
export interface ProfileActivity {
  readonly profileId: ProfileId;
  readonly days: readonly ActivityDay[];
}

/**
 * Something that is reckoned anew from a profile's days whenever they change or time passes:
 * stage, value tier, membership tier. Called in the transaction of the change, set-based.
 *
 * It may ask of a day whether the customer did something, when it began, and its signals; not how
 * many events it has or when the last one was. Most events are one more of a day that has begun,
 * and for these nobody is called.
 */
export interface ProfileEvaluator {
  /**
   * Writes what `profiles` come to at `now`.
   * @returns for each profile the earliest instant at which time alone could change the answer;
   *   profiles without one are left out
   */
  evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    now: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>>;
}
