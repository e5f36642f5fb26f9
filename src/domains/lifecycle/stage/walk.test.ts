import fc from 'fast-check';
import { factsByDefinition } from '../../../../test/support/facts-by-definition';
import { instant, NOON } from '../../../../test/support/lifecycle';
import { someDays, thresholdsOf } from '../../../../test/support/lifecycle-arbitraries';
import { MS_PER_DAY } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import { type FactName, factNames } from '../facts/facts';
import {
  type Condition,
  comparisonOperators,
  type LifecycleModel,
  type Threshold,
} from '../models/model';
import { fiveStageModel } from '../models/presets';
import { compileModel } from './compiled';
import { alwaysInForce, type Ruling, rulingAt } from './ruling';
import { type StageTimeline, stageAt, stageTimeline } from './timeline';

const fiveStage = alwaysInForce(fiveStageModel);

/** Facts that come out of divisions and powers may differ by rounding, as sums in another order. */
const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(12)));

/** The stage by looking at every condition, from facts that were reckoned from their description. */
function decideByDefinition(days: readonly ActivityDay[], rulings: readonly Ruling[], at: Date) {
  const { compiled, isRetired } = rulingAt(rulings, at);
  if (isRetired) return null;
  const { model, measures } = compiled;
  const facts = factsByDefinition(days, measures, at);
  if (facts === null) return null;
  const ownCadence = facts.cadenceDays ?? measures.typicalCadenceDays;
  const found = (when: readonly Condition[]) =>
    when.flatMap(({ fact, op, threshold }) => {
      const value = facts[fact];
      const limit = limitOf(threshold, ownCadence);
      if (value === null) return [];
      const holds =
        op === 'GTE'
          ? value >= limit
          : op === 'GT'
            ? value > limit
            : op === 'LTE'
              ? value <= limit
              : value < limit;
      return holds ? [{ fact, value: rounded(value), threshold: rounded(limit) }] : [];
    });
  const allHold = ({ when }: { when: readonly Condition[] }) => found(when).length === when.length;
  const rule = model.rules.find(allHold);
  const stage = rule?.stage ?? model.otherwise.stage;
  const risk = model.lostStages.includes(stage) ? undefined : model.atRisk.find(allHold);
  return {
    stage,
    reasons: found(rule?.when ?? model.otherwise.explainedBy),
    warning: risk === undefined ? null : found(risk.when),
    modelVersion: model.version,
  };
}

function limitOf(threshold: Threshold, ownCadence: number): number {
  if (typeof threshold === 'number') return threshold;
  if (!('ownCadences' in threshold)) return threshold.uncalibrated;
  const { atLeast = -Infinity, atMost = Infinity } = threshold;
  return Math.min(Math.max(threshold.ownCadences * ownCadence, atLeast), atMost);
}

/** Looks at every midnight, every first event and every change of the model, one by one. */
function timelineByBruteForce(days: readonly ActivityDay[], rulings: readonly Ruling[], now: Date) {
  const firstEvents = new Set(days.map((one) => one.firstAt.getTime()));
  const changes = new Set(rulings.slice(1).map(({ since }) => since.getTime()));
  const midnights = Array.from({ length: 2000 }, (_, offset) => instant(offset).getTime());
  const times = [...new Set([...firstEvents, ...changes, ...midnights])].sort(
    (left, right) => left - right,
  );
  const segments: object[] = [];
  let stage: string | null = null;
  let risk: { readonly since: Date; readonly reasons: object } | null = null;
  for (const time of times.filter((one) => one <= now.getTime())) {
    const decision = decideByDefinition(days, rulings, new Date(time));
    if (decision === null) {
      // Before the first day, or while the model is not in use: nobody is at risk then.
      risk = null;
      continue;
    }
    const { reasons, warning, modelVersion } = decision;
    const since = new Date(time);
    const cause = changes.has(time) ? 'MODEL' : firstEvents.has(time) ? 'EVENT' : 'TIME';
    if (decision.stage !== stage)
      segments.push({ stage: decision.stage, since, reasons, cause, modelVersion });
    stage = decision.stage;
    risk = warning && (risk ?? { since, reasons: warning });
  }
  const next = times
    .filter((one) => one > now.getTime())
    .find((time) => {
      if (firstEvents.has(time) || changes.has(time)) return true;
      const decision = decideByDefinition(days, rulings, new Date(time));
      if (decision === null) return false;
      return decision.stage !== stage || (decision.warning !== null) !== (risk !== null);
    });
  return { segments, risk, nextEvaluationAt: next === undefined ? null : new Date(next) };
}

/** What the timeline says, as far as the brute force does. */
function toldOf({ segments, risk, nextEvaluationAt }: StageTimeline) {
  const found = (reasons: StageTimeline['segments'][number]['reasons']) =>
    reasons.map(({ fact, value, threshold }) => ({
      fact,
      value: rounded(value),
      threshold: rounded(threshold),
    }));
  return {
    segments: segments.map((segment) => ({ ...segment, reasons: found(segment.reasons) })),
    risk: risk && { since: risk.since, reasons: found(risk.reasons) },
    nextEvaluationAt,
  };
}

const someNow = fc
  .record({
    offset: fc.integer({ min: 0, max: 760 }),
    msOfDay: fc.constantFrom(0, 1, NOON, MS_PER_DAY - 1),
  })
  .map(({ offset, msOfDay }) => instant(offset, msOfDay));

const someThreshold = (fact: FactName): fc.Arbitrary<Threshold> => {
  const number = thresholdsOf(fact);
  const own = fc.record(
    {
      ownCadences: fc.constantFrom(0.5, 1, 3, 3.3),
      atLeast: fc.constantFrom(1, 20),
      atMost: fc.constantFrom(20, 90),
    },
    { requiredKeys: ['ownCadences'] },
  );
  return fc.oneof({ weight: 3, arbitrary: number }, own);
};

const someCondition: fc.Arbitrary<Condition> = fc.constantFrom(...factNames).chain((fact) =>
  fc.record({
    fact: fc.constant(fact),
    op: fc.constantFrom(...comparisonOperators),
    threshold: someThreshold(fact),
  }),
);

const someConditions = fc.array(someCondition, { minLength: 1, maxLength: 3 });

/** Of whatever sense: what is decided has to be decided right. */
const someModel: fc.Arbitrary<LifecycleModel> = fc
  .record({
    rules: fc.array(someConditions, { minLength: 1, maxLength: 5 }),
    atRisk: fc.array(someConditions, { maxLength: 2 }),
    explainedBy: fc.array(someCondition, { maxLength: 2 }),
    isLost: fc.boolean(),
    typicalCadenceDays: fc.constantFrom(0.1, 7, 30, 33.3),
    occasionDays: fc.constantFrom(0, 1, 5),
    emotionHalfLifeDays: fc.constantFrom(1, 45, 90.5),
    version: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ rules, atRisk, explainedBy, isLost, ...figures }) => ({
    ...figures,
    name: 'random',
    stages: ['REST', ...rules.map((_, index) => `S${index}`)].map((name) => ({
      name,
      description: '',
    })),
    rules: rules.map((when, index) => ({ stage: `S${index}`, when })),
    otherwise: { stage: 'REST', explainedBy },
    atRisk: atRisk.map((when) => ({ when })),
    lostStages: isLost ? ['S0'] : [],
    patience: { cadences: 3, daysMin: 60, daysMax: 180 },
  }));

const someRulings = fc
  .record({
    models: fc.array(someModel, { minLength: 1, maxLength: 3 }),
    retired: fc.constantFrom(0, 0, 1, 2),
    times: fc.uniqueArray(someNow, { minLength: 2, maxLength: 2, selector: Number }),
  })
  .map(({ models, times, retired }): readonly Ruling[] => {
    const sinces = [...times].sort((left, right) => left.getTime() - right.getTime());
    const compiled = models.map((model) => compileModel(model, null));
    return compiled.map((one, index) => ({
      // Not at the instant of an event: which of the two comes first is a matter of choice.
      since: new Date((sinces[index - 1]?.getTime() ?? 0) + 2),
      compiled: one,
      // Never from the beginning.
      isRetired: index > 0 && index === retired,
    }));
  });

describe('for any customer', () => {
  test('the five stages are those of looking at every midnight over two years', () => {
    fc.assert(
      fc.property(someDays, someNow, (days, now) => {
        expect(toldOf(stageTimeline(days, fiveStage, now))).toEqual(
          timelineByBruteForce(days, fiveStage, now),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('so are those of any models, one after the other', () => {
    fc.assert(
      fc.property(someDays, someRulings, someNow, (days, rulings, now) => {
        expect(toldOf(stageTimeline(days, rulings, now))).toEqual(
          timelineByBruteForce(days, rulings, now),
        );
      }),
      { numRuns: 50 },
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
        expect(stageTimeline(others, fiveStage, now)).toEqual(stageTimeline(days, fiveStage, now));
      }),
    );
  });

  test('the stage as of an instant is the segment that holds it, where the model is in use', () => {
    fc.assert(
      fc.property(someDays, someRulings, someNow, someNow, (days, rulings, left, right) => {
        const [asOf, now] = left < right ? [left, right] : [right, left];
        const { segments } = stageTimeline(days, rulings, now);
        const isRetired = rulingAt(rulings, asOf).isRetired ?? false;
        const holding = isRetired ? null : segments.filter(({ since }) => since <= asOf).at(-1);
        expect(stageAt(days, rulings, asOf)).toBe(holding?.stage ?? null);
      }),
    );
  });
});
