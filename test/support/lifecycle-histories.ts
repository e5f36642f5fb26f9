import fc from 'fast-check';
import type { ActivityDay } from '../../src/domains/activity';
import { type FactName, factDefinition, factNames } from '../../src/domains/lifecycle/facts/facts';
import type { Calibration } from '../../src/domains/lifecycle/models/calibration';
import { keptQuantiles } from '../../src/domains/lifecycle/models/calibration';
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

/** Draws small numbers from one large one, which is soon made and shrinks to nothing happening. */
class Draw {
  constructor(private left: number) {}

  below(count: number): number {
    const drawn = this.left % count;
    this.left = Math.floor(this.left / count);
    return drawn;
  }

  /** 0 mostly. */
  rarely(): number {
    return Math.max(this.below(6) - 3, 0);
  }
}

/** What others do for a customer falls on days that may carry nothing else. */
function dayOf(offset: number, [first, second]: readonly [number, number]): ActivityDay {
  const [draw, another] = [new Draw(first), new Draw(second)];
  const firstAt = instant(offset, [NOON, 0, MS_PER_DAY - 1][draw.below(3)]);
  const isOwn = draw.below(5) < 4;
  const referralsConverted = isOwn ? draw.rarely() : 1;
  if (!isOwn) return activeDay(offset, { firstAt, events: 0, referralsConverted });
  const orders = draw.below(3);
  const refunds = draw.rarely();
  const npsPromoters = draw.rarely();
  const npsDetractors = draw.rarely();
  const csatAnswers = draw.rarely();
  const sentimentCount = another.rarely();
  return activeDay(offset, {
    firstAt,
    referralsConverted,
    orders,
    revenueMinor: orders * (another.below(4) * 777),
    refunds,
    refundMinor: refunds * 100,
    posts: draw.rarely(),
    likes: draw.rarely(),
    shares: draw.rarely(),
    checkIns: another.rarely(),
    complaints: another.rarely(),
    npsPromoters,
    npsDetractors,
    npsAnswers: npsPromoters + npsDetractors + another.rarely(),
    csatAnswers,
    csatSatisfied: Math.min(csatAnswers, another.below(2)),
    sentimentCount,
    sentimentMilli: sentimentCount * (another.below(5) * 500 - 1000),
  });
}

/** The days of any customer over two years, with every signal that a fact is made of. */
export const someHistory: fc.Arbitrary<readonly ActivityDay[]> = someOffsets.chain((offsets) =>
  fc
    .array(fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()), {
      minLength: offsets.length,
      maxLength: offsets.length,
      size: 'max',
    })
    .map((draws) => draws.map((draw, index) => dayOf(offsets[index] ?? 0, draw))),
);

/** What any population may be like, so long as the quantiles of a fact ascend. */
export const someCalibration: fc.Arbitrary<Calibration | null> = fc.option(
  fc
    .record({
      cadenceDays: fc.option(fc.constantFrom(0.5, 1, 7, 14, 33.5, 90, 400)),
      isKnown: fc.maxSafeNat(),
      steps: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: keptQuantiles.length,
        maxLength: keptQuantiles.length,
      }),
    })
    .map(({ cadenceDays, isKnown, steps }) => ({
      calibratedAt: instant(0),
      customers: 100,
      cadenceDays,
      quantiles: Object.fromEntries(
        factNames
          .filter((_, place) => (isKnown >>> (place % 31)) & 1)
          .map((fact) => [fact, quantilesOf(fact, steps)]),
      ),
    })),
);

function quantilesOf(fact: FactName, steps: readonly number[]): readonly number[] {
  const { min, max } = factDefinition(fact);
  const width = Math.min(max, 400) - min;
  return [...steps].sort((left, right) => left - right).map((step) => min + step * width);
}
