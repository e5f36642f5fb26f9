import fc from 'fast-check';
import { addDays, dayOf, type EpochDay, MS_PER_DAY, startOfDay } from '../../shared/days';
import { type ActivityDay, signalNames } from '../activity';
import { type FactName, type Facts, factDefinitions, isFactName } from './lifecycle.facts';
import {
  type Condition,
  comparisonOperators,
  fiveStageModel,
  type LifecycleModel,
  validateModel,
} from './lifecycle.models';
import { evaluateStage } from './lifecycle.rules';
import { type StageTimeline, stageAt, stageTimeline } from './lifecycle.timeline';

const DAY_0 = 20_000 as EpochDay;
const NOON = MS_PER_DAY / 2;

function instant(offset: number, msOfDay = 0): Date {
  return new Date(startOfDay(addDays(DAY_0, offset)).getTime() + msOfDay);
}

function day(offset: number, orders: number, msOfDay = NOON, events = 1): ActivityDay {
  const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
  const at = instant(offset, msOfDay);
  return { ...none, day: addDays(DAY_0, offset), events, orders, firstAt: at, lastAt: at };
}

const buys = (...offsets: readonly number[]) => offsets.map((offset) => day(offset, 1));

/** `[stage, day, cause]` of each segment. */
function told({ segments }: StageTimeline): readonly [string, number, string][] {
  return segments.map(({ stage, since, cause }) => [stage, dayOf(since) - DAY_0, cause]);
}

describe('stageTimeline of the five-stage model', () => {
  test.each<[string, readonly ActivityDay[], number, readonly [string, number, string][]]>([
    ['before the first day', buys(5), 4, []],
    [
      'one purchase and silence',
      buys(0),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 28, 'TIME'],
        ['CHURN', 90, 'TIME'],
      ],
    ],
    [
      'a habit forms, settles and ends',
      buys(0, 40, 80, 120, 160, 200),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 28, 'TIME'],
        ['GROWTH', 80, 'EVENT'],
        ['MATURITY', 200, 'EVENT'],
        ['CHURN', 320, 'TIME'],
      ],
    ],
    [
      'silent for months, and back: where the history says',
      buys(0, 10, 300, 310),
      310,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 10, 'EVENT'],
        ['CHURN', 100, 'TIME'],
        ['GROWTH', 300, 'EVENT'],
        ['MATURITY', 310, 'EVENT'],
      ],
    ],
    [
      'an app user who never buys',
      [...Array(200).keys()].map((offset) => day(offset, 0)),
      400,
      [
        ['ACQUISITION', 0, 'EVENT'],
        ['EXPLORATION', 14, 'TIME'],
        ['GROWTH', 56, 'EVENT'],
        ['MATURITY', 180, 'EVENT'],
        ['CHURN', 289, 'TIME'],
      ],
    ],
  ])('%s', (_, days, now, expected) => {
    expect(told(stageTimeline(days, fiveStageModel, instant(now, MS_PER_DAY - 1)))).toEqual(
      expected,
    );
  });

  test('what the customer does holds from the first event of the day, what time does from midnight', () => {
    const days = [day(0, 1, 1000), day(40, 1, 2000), day(80, 1, 3000)];
    const { segments } = stageTimeline(days, fiveStageModel, instant(400));
    expect(segments.map(({ since }) => since)).toEqual([
      instant(0, 1000),
      instant(28),
      instant(80, 3000),
      instant(200),
    ]);
  });

  test('whoever comes back on the very day they would be lost, is lost from midnight to then', () => {
    expect(told(stageTimeline(buys(0, 90), fiveStageModel, instant(90, NOON)))).toEqual([
      ['ACQUISITION', 0, 'EVENT'],
      ['EXPLORATION', 28, 'TIME'],
      ['CHURN', 90, 'TIME'],
      ['EXPLORATION', 90, 'EVENT'],
    ]);
  });

  test('at midnight sharp, the day is seen before the silence', () => {
    const days = [day(0, 1, 0), day(90, 1, 0)];
    expect(told(stageTimeline(days, fiveStageModel, instant(90)))).toEqual([
      ['ACQUISITION', 0, 'EVENT'],
      ['EXPLORATION', 28, 'TIME'],
    ]);
  });

  test.each<[string, readonly ActivityDay[], Date, Date | null]>([
    ['after one purchase', buys(0), instant(0, NOON), instant(28)],
    ['a millisecond before it is due', buys(0), instant(28, -1), instant(28)],
    ['when it is due', buys(0), instant(28), instant(90)],
    ['once lost', buys(0), instant(90), null],
    ['nobody there', [], instant(0), null],
    ['when a day begins that is not seen yet', buys(0, 10), instant(5), instant(10, NOON)],
    ['before the first day', buys(3), instant(0), instant(3, NOON)],
  ])('is due again: %s', (_, days, now, expected) => {
    expect(stageTimeline(days, fiveStageModel, now).nextEvaluationAt).toEqual(expected);
  });

  test('warns of a fall in frequency, from the day it is one, until the customer is lost', () => {
    const days = buys(...Array.from({ length: 12 }, (_, index) => index * 15));
    const lost = stageTimeline(days, fiveStageModel, instant(400));
    expect(lost.risk).toBeNull();
    expect(stageTimeline(days, fiveStageModel, instant(180)).risk).toBeNull();
    const warned = stageTimeline(days, fiveStageModel, instant(250)).risk;
    // The 90 days to day 195 hold 4 purchases, the 90 before 6.
    expect(warned).toEqual({
      since: instant(195),
      reasons: [
        { fact: 'activeDaysBefore90', value: 6, threshold: 4, operator: 'GTE', unit: 'COUNT' },
        {
          fact: 'frequencyChange90',
          value: -1 / 3,
          threshold: -0.3,
          operator: 'LT',
          unit: 'RATIO',
        },
      ],
    });
    const before = stageTimeline(days, fiveStageModel, instant(180));
    expect(before.nextEvaluationAt).toEqual(instant(195));
  });
});

const factNames = Object.keys(factDefinitions).filter(isFactName);

/** The facts from their description: no index, no memory. */
function factsByDefinition(
  days: readonly ActivityDay[],
  typicalCadenceDays: number,
  asOf: Date,
): Facts | null {
  const today = dayOf(asOf);
  const seen = days.filter((one) => one.events > 0 && one.firstAt <= asOf);
  if (seen.length === 0) return null;
  const active = seen.map((one) => Number(one.day)).sort((left, right) => left - right);
  const orders = active.filter((at) => seen.some((one) => one.day === at && one.orders > 0));
  const first = Math.min(...active);
  const last = Math.max(...active);
  const within = (all: readonly number[], from: number, to: number) =>
    all.filter((at) => at > today - to && at <= today - from).length;
  const gaps = orders.slice(1).map((at, index) => at - (orders[index] ?? 0));
  const change = (length: number) => {
    const before = within(active, length, 2 * length);
    return before === 0 ? null : (within(active, 0, length) - before) / before;
  };
  const values: Record<FactName, number | null> = {
    tenureDays: today - first,
    silenceDays: today - last,
    silenceInCadences: (today - last) / (gaps.length < 2 ? typicalCadenceDays : median(gaps)),
    activeSpanDays: last - first,
    activeDays: active.length,
    activeDays365: within(active, 0, 365),
    orderDays: orders.length,
    orderDays365: within(orders, 0, 365),
    activeDaysBefore30: within(active, 30, 60),
    frequencyChange30: change(30),
    activeDaysBefore90: within(active, 90, 180),
    frequencyChange90: change(90),
  };
  return (fact) => values[fact];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

/** Looks at every midnight and every first event, one by one. */
function timelineByBruteForce(days: readonly ActivityDay[], model: LifecycleModel, now: Date) {
  const firstEvents = new Set(
    days.filter((one) => one.events > 0).map((one) => one.firstAt.getTime()),
  );
  const look = (time: number) => {
    const facts = factsByDefinition(days, model.typicalCadenceDays, new Date(time));
    return facts && evaluateStage(facts, model);
  };
  const midnights = Array.from({ length: 2000 }, (_, offset) => instant(offset).getTime());
  const times = [...new Set([...firstEvents, ...midnights])].sort((left, right) => left - right);
  const segments: StageTimeline['segments'][number][] = [];
  let risk: StageTimeline['risk'] = null;
  for (const time of times.filter((one) => one <= now.getTime())) {
    const decision = look(time);
    if (decision === null) continue;
    const { stage, reasons, warning } = decision;
    const cause = firstEvents.has(time) ? 'EVENT' : 'TIME';
    if (segments.at(-1)?.stage !== stage) {
      segments.push({ stage, since: new Date(time), reasons, cause });
    }
    risk = warning && (risk ?? { since: new Date(time), reasons: warning });
  }
  const next = times
    .filter((one) => one > now.getTime())
    .find((time) => {
      if (firstEvents.has(time)) return true;
      const decision = look(time);
      if (decision === null) return false;
      const isWarned = decision.warning !== null;
      return decision.stage !== segments.at(-1)?.stage || isWarned !== (risk !== null);
    });
  return { segments, risk, nextEvaluationAt: next === undefined ? null : new Date(next) };
}

const someDays = fc
  .uniqueArray(
    fc.record({
      // Busy weeks and long pauses both matter.
      offset: fc.oneof(
        fc.integer({ min: 0, max: 729 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 12 }).map((times) => times * 30),
      ),
      orders: fc.constantFrom(0, 1, 1, 2),
      events: fc.constantFrom(0, 1, 1, 1, 5),
      msOfDay: fc.constantFrom(0, 1, NOON, MS_PER_DAY - 1),
    }),
    { selector: ({ offset }) => offset, maxLength: 40 },
  )
  .map((all) =>
    all.map(({ offset, orders, events, msOfDay }) => day(offset, orders, msOfDay, events)),
  );

const someNow = fc
  .record({
    offset: fc.integer({ min: 0, max: 760 }),
    msOfDay: fc.constantFrom(0, 1, NOON, MS_PER_DAY - 1),
  })
  .map(({ offset, msOfDay }) => instant(offset, msOfDay));

const someThreshold: Readonly<Record<string, fc.Arbitrary<number>>> = {
  DAYS: fc.oneof(fc.integer({ min: -1, max: 400 }), fc.double({ min: 0, max: 60, noNaN: true })),
  COUNT: fc.oneof(fc.integer({ min: -1, max: 8 }), fc.constantFrom(0.5, 2.5)),
  RATIO: fc.constantFrom(-1, -0.5, -0.3, -1 / 3, 0, 0.5, 1),
  CADENCES: fc.oneof(fc.constantFrom(0, 1, 3), fc.double({ min: 0, max: 9, noNaN: true })),
};

const someCondition: fc.Arbitrary<Condition> = fc.constantFrom(...factNames).chain((fact) =>
  fc.record({
    fact: fc.constant(fact),
    op: fc.constantFrom(...comparisonOperators),
    threshold: someThreshold[factDefinitions[fact].unit] ?? fc.constant(0),
  }),
);

const someConditions = fc.array(someCondition, { minLength: 1, maxLength: 3 });

const someModel: fc.Arbitrary<LifecycleModel> = fc
  .record({
    rules: fc.array(someConditions, { minLength: 1, maxLength: 5 }),
    atRisk: fc.array(someConditions, { maxLength: 2 }),
    explainedBy: fc.array(someCondition, { maxLength: 2 }),
    isLost: fc.boolean(),
    typicalCadenceDays: fc.constantFrom(0.1, 7, 30, 33.3),
  })
  .map(({ rules, atRisk, explainedBy, isLost, typicalCadenceDays }) =>
    validateModel({
      name: 'random',
      version: 1,
      stages: ['REST', ...rules.map((_, index) => `S${index}`)].map((name) => ({
        name,
        description: '',
      })),
      rules: rules.map((when, index) => ({ stage: `S${index}`, when })),
      otherwise: { stage: 'REST', explainedBy },
      atRisk: atRisk.map((when) => ({ when })),
      lostStages: isLost ? ['S0'] : [],
      typicalCadenceDays,
      patience: { cadences: 3, daysMin: 60, daysMax: 180 },
    }),
  );

describe('for any customer', () => {
  test('the five stages are those of looking at every midnight over two years', () => {
    fc.assert(
      fc.property(someDays, someNow, (days, now) => {
        expect(stageTimeline(days, fiveStageModel, now)).toMatchObject(
          timelineByBruteForce(days, fiveStageModel, now),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('so are those of any model', () => {
    fc.assert(
      fc.property(someDays, someModel, someNow, (days, model, now) => {
        expect(stageTimeline(days, model, now)).toMatchObject(
          timelineByBruteForce(days, model, now),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('the order of the days changes nothing', () => {
    const shuffled = someDays.chain((days) =>
      fc.tuple(
        fc.constant(days),
        fc.shuffledSubarray(days, { minLength: days.length, maxLength: days.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, someNow, ([days, others], now) => {
        expect(stageTimeline(others, fiveStageModel, now)).toEqual(
          stageTimeline(days, fiveStageModel, now),
        );
      }),
    );
  });

  test('the stage as of an instant is the segment that holds it', () => {
    fc.assert(
      fc.property(someDays, someNow, someNow, (days, left, right) => {
        const [asOf, now] = left < right ? [left, right] : [right, left];
        const { segments } = stageTimeline(days, fiveStageModel, now);
        const holding = segments.filter(({ since }) => since <= asOf).at(-1);
        expect(stageAt(days, fiveStageModel, asOf)).toBe(holding?.stage ?? null);
      }),
    );
  });
});
