import fc from 'fast-check';
import type { ActivityDay, DailySignals } from '../../src/domains/activity';
import type { Calibration } from '../../src/domains/lifecycle/lifecycle.calibration';
import { keptQuantiles } from '../../src/domains/lifecycle/lifecycle.calibration';
import {
  type FactName,
  factDefinition,
  factNames,
} from '../../src/domains/lifecycle/lifecycle.facts';
import { MS_PER_DAY } from '../../src/shared/days';
import { activeDay, instant, NOON } from './lifecycle';

/** Busy weeks, habits of some cadence and long pauses. */
const someOffsets: fc.Arbitrary<readonly number[]> = fc
  .array(
    fc.record({
      from: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 60 })),
      every: fc.constantFrom(1, 2, 7, 14, 30, 31, 45, 90, 200),
      times: fc.integer({ min: 1, max: 14 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((habits) => {
    const offsets = habits.flatMap(({ from, every, times }) =>
      Array.from({ length: times }, (_, index) => from + index * every),
    );
    return [...new Set(offsets)].filter((offset) => offset < 760);
  });

const rarely = fc.constantFrom(0, 0, 0, 0, 0, 1, 2);

const someSignals: fc.Arbitrary<Partial<DailySignals>> = fc
  .record({
    orders: fc.constantFrom(0, 0, 1, 1, 2),
    price: fc.constantFrom(0, 1, 999, 50_000),
    refunds: rarely,
    posts: rarely,
    likes: rarely,
    shares: rarely,
    checkIns: rarely,
    complaints: rarely,
    npsPromoters: rarely,
    npsDetractors: rarely,
    npsPassives: rarely,
    csatAnswers: rarely,
    sentimentCount: rarely,
    sentiment: fc.constantFrom(-1000, -200, 0, 700, 1000),
  })
  .map(({ price, npsPassives, sentiment, ...signals }) => ({
    ...signals,
    revenueMinor: signals.orders * price,
    refundMinor: signals.refunds * 100,
    npsAnswers: signals.npsPromoters + signals.npsDetractors + npsPassives,
    csatSatisfied: Math.min(signals.csatAnswers, 1),
    sentimentMilli: signals.sentimentCount * sentiment,
  }));

/** What others do for a customer falls on days that may carry nothing else. */
const someDay = (offset: number): fc.Arbitrary<ActivityDay> =>
  fc
    .record({
      signals: someSignals,
      referralsConverted: rarely,
      isOwn: fc.constantFrom(true, true, true, true, false),
      msOfDay: fc.constantFrom(0, NOON, MS_PER_DAY - 1),
    })
    .map(({ signals, referralsConverted, isOwn, msOfDay }) => {
      const firstAt = instant(offset, msOfDay);
      const own = isOwn ? signals : { referralsConverted: 1 };
      return activeDay(offset, { referralsConverted, ...own, firstAt, events: isOwn ? 1 : 0 });
    });

/** The days of any customer over two years, with every signal that a fact is made of. */
export const someHistory: fc.Arbitrary<readonly ActivityDay[]> = someOffsets.chain((offsets) =>
  fc.tuple(...offsets.map(someDay)),
);

/** What the population may be like: any, so long as the quantiles of a fact ascend. */
export const someCalibration: fc.Arbitrary<Calibration | null> = fc.option(
  fc
    .record({
      cadenceDays: fc.option(fc.constantFrom(0.5, 1, 7, 14, 33.5, 90, 400)),
      known: fc.uniqueArray(fc.constantFrom(...factNames), { maxLength: factNames.length }),
      steps: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: keptQuantiles.length,
        maxLength: keptQuantiles.length,
      }),
    })
    .map(({ cadenceDays, known, steps }) => ({
      calibratedAt: instant(0),
      customers: 100,
      cadenceDays,
      quantiles: Object.fromEntries(known.map((fact) => [fact, quantilesOf(fact, steps)])),
    })),
);

function quantilesOf(fact: FactName, steps: readonly number[]): readonly number[] {
  const { min, max } = factDefinition(fact);
  const width = Math.min(max, 400) - min;
  return [...steps].sort((left, right) => left - right).map((step) => min + step * width);
}
