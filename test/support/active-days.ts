import fc from 'fast-check';
import { type ActivityDay, signalNames } from '../../src/domains/activity';
import { addDays, type EpochDay, startOfDay } from '../../src/shared/days';

/** Where the days of tests begin. */
export const FIRST_DAY = 20_000 as EpochDay;

const nothing = Object.fromEntries(signalNames.map((name) => [name, 0])) as Pick<
  ActivityDay,
  (typeof signalNames)[number]
>;

/** A day on which the customer came; of its signals those that are named. */
export function activeDay(offset: number, signals: Partial<ActivityDay> = {}): ActivityDay {
  const day = addDays(FIRST_DAY, offset);
  const at = startOfDay(day);
  return { ...nothing, day, events: 1, firstAt: at, lastAt: at, ...signals };
}

/** The end of a day. */
export function endOfDay(offset: number): Date {
  return new Date(startOfDay(addDays(FIRST_DAY, offset + 1)).getTime() - 1);
}

const signals = fc.record({
  events: fc.constantFrom(1, 1, 1, 7),
  orders: fc.constantFrom(0, 0, 1, 3),
  revenueMinor: fc.constantFrom(0, 1, 2_500, 10_000_000),
  refundMinor: fc.constantFrom(0, 0, 2_500),
  posts: fc.constantFrom(0, 0, 2),
  shares: fc.constantFrom(0, 0, 1),
  referralsConverted: fc.constantFrom(0, 0, 1),
  complaints: fc.constantFrom(0, 0, 0, 2),
  npsAnswers: fc.constant(1),
  npsPromoters: fc.constantFrom(0, 1),
  csatAnswers: fc.constant(1),
  csatSatisfied: fc.constantFrom(0, 1),
  sentimentCount: fc.constant(2),
  sentimentMilli: fc.integer({ min: -2_000, max: 2_000 }),
});

/** The days of one customer, in any order; the first is at offset 0. */
export const anyDays: fc.Arbitrary<readonly ActivityDay[]> = fc
  .uniqueArray(fc.nat(500), { maxLength: 25 })
  .chain((offsets) => {
    const all = [...new Set([0, ...offsets])];
    return fc
      .array(signals, { minLength: all.length, maxLength: all.length })
      .map((of) => all.map((offset, place) => activeDay(offset, of[place])));
  });
