import fc from 'fast-check';
import type { FactUnit } from '../../src/domains/lifecycle/facts/fact-kinds';
import { type FactName, factDefinition } from '../../src/domains/lifecycle/facts/facts';
import { MS_PER_DAY } from '../../src/shared/days';
import { activeDay, instant, NOON } from './lifecycle';

const some = (max: number) => fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max }));

const someSignals = fc.record({
  orders: fc.constantFrom(0, 0, 1, 2),
  revenueMinor: some(5000),
  refunds: some(1),
  refundMinor: some(900),
  posts: some(2),
  likes: some(2),
  shares: some(2),
  referralsConverted: some(1),
  complaints: some(1),
  npsAnswers: some(2),
  npsPromoters: some(1),
  csatAnswers: some(2),
  csatSatisfied: some(1),
  sentimentCount: some(2),
  sentimentMilli: fc.integer({ min: -1000, max: 1000 }),
});

/** Two years of a customer, with everything a day can hold. */
export const someDays = fc
  .uniqueArray(
    fc.record({
      // Busy weeks and long pauses both matter.
      offset: fc.oneof(
        fc.integer({ min: 0, max: 729 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 12 }).map((times) => times * 30),
      ),
      events: fc.constantFrom(0, 1, 1, 1, 5),
      msOfDay: fc.constantFrom(0, 1, NOON, MS_PER_DAY - 1),
      signals: someSignals,
    }),
    { selector: ({ offset }) => offset, maxLength: 40 },
  )
  .map((all) =>
    all.map(({ offset, events, msOfDay, signals }) => {
      // A sentiment that nobody counted is none, and an order is an event.
      const sentimentMilli = signals.sentimentCount === 0 ? 0 : signals.sentimentMilli;
      const npsPromoters = Math.min(signals.npsPromoters, signals.npsAnswers);
      const csatSatisfied = Math.min(signals.csatSatisfied, signals.csatAnswers);
      const answers = { sentimentMilli, npsPromoters, csatSatisfied };
      const own = events === 0 ? { orders: 0 } : {};
      const firstAt = instant(offset, msOfDay);
      return activeDay(offset, { ...signals, ...answers, ...own, events, firstAt });
    }),
  );

const numbers: Readonly<Record<FactUnit, fc.Arbitrary<number>>> = {
  DAYS: fc.oneof(fc.integer({ min: -1, max: 400 }), fc.double({ min: 0, max: 60, noNaN: true })),
  COUNT: fc.oneof(fc.integer({ min: -1, max: 8 }), fc.constantFrom(0.5, 2.5)),
  RATIO: fc.constantFrom(-1, -0.5, -0.3, -1 / 3, 0, 0.2, 0.5, 1),
  CADENCES: fc.oneof(fc.constantFrom(0, 1, 3), fc.double({ min: 0, max: 9, noNaN: true })),
  POINTS: fc.integer({ min: -1, max: 30 }),
  MONEY_MINOR: fc.integer({ min: -1, max: 9000 }),
  SCORE: fc.constantFrom(-100, -50, -20, -0.1, 0, 0.1, 10, 33.3, 50, 99),
  PROBABILITY: fc.constantFrom(0, 0.1, 0.5, 0.9),
};

/** Numbers around those the fact may come to, in its unit. */
export function thresholdsOf(fact: FactName): fc.Arbitrary<number> {
  return numbers[factDefinition(fact).unit];
}
