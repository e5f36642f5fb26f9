import type { Random } from './random';

/** A stretch of a customer's life with steady habits. Ages are days before now. */
export interface Phase {
  readonly fromAge: number;
  readonly toAge: number;
  /**
   * 1: at random (Poisson). 2: out of habit, with gaps twice as even (Erlang-2, as in Chatfield and
   * Goodhardt 1973).
   */
  readonly regularity: number;
  /** Expected number a month of each. */
  readonly orders: number;
  readonly visits: number;
  readonly community: number;
  readonly feedback: number;
  readonly complaints: number;
  /** −1 (angry) to 1 (delighted). */
  readonly mood: number;
}

export interface Life {
  /** From the oldest to the youngest, without overlap. */
  readonly phases: readonly Phase[];
  /** Ages at which an order is certain. */
  readonly orderAges: readonly number[];
  /** The age at which an exit survey is answered, if any. */
  readonly exitSurveyAge: number | null;
}

export interface Persona {
  /** Customers of this kind in every 50. */
  readonly weight: number;
  readonly description: string;
  /** Median of an order, in cents. */
  readonly orderMedianMinor: number;
  /** Share of the orders that come back. */
  readonly refundShare: number;
  /** Share of those who registered that hold a referral code. */
  readonly referrerShare: number;
  readonly registeredShare: number;
  live(random: Random, horizonDays: number): Life;
}

export type PersonaName =
  | 'bargain_hunter'
  | 'loyal_regular'
  | 'growing_subscriber'
  | 'community_voice'
  | 'at_risk'
  | 'churned'
  | 'resurrected'
  | 'silent_prospect'
  | 'brand_new'
  | 'detractor';

export const personas: Readonly<Record<PersonaName, Persona>> = {
  bargain_hunter: {
    weight: 11,
    description: 'Comes for a discount, buys once with a coupon, hardly looks in again.',
    orderMedianMinor: 2_200,
    refundShare: 0.05,
    referrerShare: 0,
    registeredShare: 0.85,
    live: (random, horizonDays) => {
      const arrival = random.between(20, horizonDays);
      return life(
        [
          phase(arrival, arrival - 10, { visits: 5, feedback: 0.3 }),
          phase(arrival - 10, arrival - 200, { visits: 0.1 }),
        ],
        { orderAges: [arrival - random.between(0.2, 6)] },
      );
    },
  },
  loyal_regular: {
    weight: 5,
    description: 'A year or two of steady monthly orders on every channel; pleased, seldom loud.',
    orderMedianMinor: 6_500,
    refundShare: 0.02,
    referrerShare: 0.3,
    registeredShare: 0.97,
    live: (random, horizonDays) => {
      const arrival = random.between(0.55 * horizonDays, horizonDays);
      return life(regularPhases(arrival, 0, 0.6));
    },
  },
  growing_subscriber: {
    weight: 3,
    description: 'Four to nine months in, on a paid plan, buying more often every month.',
    orderMedianMinor: 4_800,
    refundShare: 0.03,
    referrerShare: 0.2,
    registeredShare: 1,
    live: (random) => {
      const arrival = random.between(110, 260);
      return life([
        phase(arrival, arrival - 14, { orders: 1, visits: 8, mood: 0.2 }),
        phase(arrival - 14, arrival - 60, { orders: 0.8, visits: 3, feedback: 0.1, mood: 0.4 }),
        phase(arrival - 60, 0, {
          regularity: 2,
          orders: 1.3,
          visits: 2,
          community: 0.5,
          feedback: 0.1,
          mood: 0.5,
        }),
      ]);
    },
  },
  community_voice: {
    weight: 2,
    description:
      'An early adopter who posts, answers, shares and brings friends; buys now and then.',
    orderMedianMinor: 4_200,
    refundShare: 0.02,
    referrerShare: 0.8,
    registeredShare: 1,
    live: (random, horizonDays) => {
      const arrival = random.between(150, Math.min(600, horizonDays));
      return life([
        phase(arrival, arrival - 30, { orders: 0.8, visits: 6, community: 1, mood: 0.5 }),
        phase(arrival - 30, 0, {
          regularity: 2,
          orders: 0.45,
          visits: 0.8,
          community: 2.6,
          feedback: 0.15,
          mood: 0.8,
        }),
      ]);
    },
  },
  at_risk: {
    weight: 3,
    description: 'A regular for a year or more whose activity fell by more than half weeks ago.',
    orderMedianMinor: 6_000,
    refundShare: 0.04,
    referrerShare: 0.15,
    registeredShare: 0.97,
    live: (random, horizonDays) => {
      const arrival = random.between(0.5 * horizonDays, horizonDays);
      const turn = random.between(35, 75);
      return life([
        ...regularPhases(arrival, turn, 0.3),
        phase(turn, 0, {
          orders: 0.15,
          visits: 0.5,
          feedback: 0.15,
          complaints: 0.1,
          mood: -0.3,
        }),
      ]);
    },
  },
  churned: {
    weight: 9,
    description:
      'Stayed for a few months (exponential lifetime), complained three times as often towards ' +
      'the end, and has been gone for four months or longer.',
    orderMedianMinor: 3_800,
    refundShare: 0.07,
    referrerShare: 0.05,
    registeredShare: 0.92,
    live: (random, horizonDays) => {
      const arrival = random.between(0.35 * horizonDays, horizonDays);
      const stay = Math.min(Math.max(50, random.exponential(140)), arrival - 125);
      const end = arrival - stay;
      const decline = end + Math.min(60, stay / 2);
      return life(
        [
          phase(arrival, arrival - 14, { orders: 1, visits: 4 }),
          phase(arrival - 14, decline, {
            orders: 0.7,
            visits: 1,
            community: 0.15,
            feedback: 0.08,
            complaints: 0.08,
            mood: 0.2,
          }),
          phase(decline, end, {
            orders: 0.3,
            visits: 0.8,
            feedback: 0.15,
            complaints: 0.24,
            mood: -0.6,
          }),
        ],
        {
          orderAges: [arrival - random.between(0.5, 8)],
          exitSurveyAge: random.chance(0.25) ? end : null,
        },
      );
    },
  },
  resurrected: {
    weight: 2,
    description: 'Bought for some months, slept for half a year or longer, is back this month.',
    orderMedianMinor: 4_500,
    refundShare: 0.03,
    referrerShare: 0.05,
    registeredShare: 0.98,
    live: (random, horizonDays) => {
      const arrival = random.between(0.65 * horizonDays, horizonDays);
      const stay = random.between(40, 80);
      const comeback = random.between(2, 25);
      return life(
        [
          phase(arrival, arrival - 14, { orders: 1, visits: 6 }),
          phase(arrival - 14, arrival - stay, { orders: 0.9, visits: 2, feedback: 0.08 }),
          phase(comeback, 0, { orders: 1.5, visits: 8, community: 0.4, feedback: 0.2, mood: 0.4 }),
        ],
        { orderAges: [arrival - random.between(1, 10), comeback * 0.9] },
      );
    },
  },
  silent_prospect: {
    weight: 10,
    description: 'Looked around, maybe left an address, never bought.',
    orderMedianMinor: 0,
    refundShare: 0,
    referrerShare: 0,
    registeredShare: 0.5,
    live: (random, horizonDays) => {
      const arrival = random.between(10, horizonDays);
      return life([
        phase(arrival, arrival - 20, { visits: 2.5 }),
        phase(arrival - 20, arrival - 200, { visits: 0.15 }),
      ]);
    },
  },
  brand_new: {
    weight: 2,
    description: 'First seen this week, looking around eagerly; about half have bought.',
    orderMedianMinor: 3_500,
    refundShare: 0,
    referrerShare: 0,
    registeredShare: 1,
    live: (random) => {
      const arrival = random.between(1, 6.8);
      return life([phase(arrival, 0, { visits: 25, feedback: 0.5, mood: 0.3 })], {
        orderAges: random.chance(0.5) ? [arrival * 0.3] : [],
      });
    },
  },
  detractor: {
    weight: 3,
    description: 'Still buys, sends a lot back, complains, and says so in surveys and reviews.',
    orderMedianMinor: 5_200,
    refundShare: 0.25,
    referrerShare: 0,
    registeredShare: 0.98,
    live: (random, horizonDays) => {
      const arrival = random.between(0.3 * horizonDays, 0.9 * horizonDays);
      return life(
        [
          phase(arrival, arrival - 21, { orders: 0.8, visits: 5 }),
          phase(arrival - 21, 0, {
            orders: 0.35,
            visits: 0.6,
            feedback: 0.2,
            complaints: 0.16,
            mood: -0.8,
          }),
        ],
        { orderAges: [arrival - random.between(1, 12)] },
      );
    },
  },
};

export const personaNames = Object.keys(personas) as readonly PersonaName[];

/** The days of all phases together: silence between them does not count. */
export function livedDays({ phases }: Life): number {
  return phases.reduce((sum, { fromAge, toAge }) => sum + fromAge - toAge, 0);
}

/** The age after so many lived days, so that nothing new happens in a silence. */
export function ageAfter({ phases }: Life, days: number): number {
  let left = days;
  for (const { fromAge, toAge } of phases) {
    if (left < fromAge - toAge) return fromAge - left;
    left -= fromAge - toAge;
  }
  return phases.at(-1)?.toAge ?? 0;
}

/** The first weeks, the settling and the habit of a customer who stays. */
function regularPhases(arrival: number, toAge: number, mood: number): readonly Phase[] {
  return [
    phase(arrival, arrival - 21, { orders: 1.2, visits: 5, mood: 0.2 }),
    phase(arrival - 21, arrival - 70, { orders: 0.9, visits: 1.6, feedback: 0.08, mood: 0.3 }),
    phase(arrival - 70, toAge, {
      regularity: 2,
      orders: 0.9,
      visits: 0.65,
      community: 0.3,
      feedback: 0.08,
      mood,
    }),
  ];
}

function phase(
  fromAge: number,
  toAge: number,
  habits: Partial<Omit<Phase, 'fromAge' | 'toAge'>>,
): Phase {
  const none = {
    regularity: 1,
    orders: 0,
    visits: 0,
    community: 0,
    feedback: 0,
    complaints: 0,
    mood: 0,
  };
  return { ...none, ...habits, fromAge, toAge: Math.max(0, toAge) };
}

function life(
  phases: readonly Phase[],
  { orderAges = [], exitSurveyAge = null }: Partial<Omit<Life, 'phases'>> = {},
): Life {
  return {
    phases: phases.filter(({ fromAge, toAge }) => fromAge > toAge),
    orderAges: orderAges.filter((age) => age > 0),
    exitSurveyAge,
  };
}
