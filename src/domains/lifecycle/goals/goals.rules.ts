import type { StageFlow } from './flow.rules';
import { type GoalStage, hasOnward } from './goals.stages.rules';

/** What the customers who were in a stage at the beginning of a period did in it. */
export interface GoalSums {
  /** The place of the period, from 1; 0 for all that was before the first. */
  readonly period: number;
  readonly stage: string;
  /** Were elsewhere at its end. */
  readonly departed: number;
  /** Came, other than by a change of the model, to a later stage in which nobody is lost. */
  readonly converted: number;
  /** Came, other than by a change of the model, to a stage of customers who are gone. */
  readonly churned: number;
  /** Had ordered before, and ordered again. */
  readonly repurchased: number;
  /** By how many the customers in the stage who have ordered became more. */
  readonly buyersChange: number;
  /** Less refunds. */
  readonly revenueMinor: number;
  readonly npsPromoters: number;
  readonly npsDetractors: number;
  readonly npsAnswers: number;
}

/** The median of the stays in a stage that ended in a period. */
export interface MedianStay {
  readonly period: number;
  readonly stage: string;
  readonly days: number;
}

/** The indicators of a stage in a period. Null where there is nobody to divide by. */
export interface StageGoals extends StageFlow {
  readonly remained: number;
  readonly medianStayDays: number | null;
  /** Null as well where no stage is left to convert to. */
  readonly conversionRate: number | null;
  /** Null as well for a stage of customers who are gone already. */
  readonly churnRate: number | null;
  readonly buyersAtBegin: number;
  readonly repurchaseRate: number | null;
  readonly revenueMinor: number;
  readonly arpuMinor: number | null;
  readonly npsAnswers: number;
  /** -100 … 100. */
  readonly nps: number | null;
}

export interface GoalFacts {
  /** For each period that of every stage. */
  readonly flows: readonly (readonly StageFlow[])[];
  readonly sums: readonly GoalSums[];
  readonly medians: readonly MedianStay[];
}

/** The indicators of every stage, for each of some periods that follow each other. */
export function stageGoals(
  stages: readonly GoalStage[],
  { flows, sums, medians }: GoalFacts,
): readonly (readonly StageGoals[])[] {
  const sumsAt = new Map(sums.map((one) => [placeOf(one), one]));
  const mediansAt = new Map(medians.map((one) => [placeOf(one), one.days]));
  const stagesByName = new Map(stages.map((stage) => [stage.name, stage]));
  const buyers = new Map(
    sums.flatMap(({ period, stage, buyersChange }) =>
      period === 0 ? [[stage, buyersChange]] : [],
    ),
  );
  return flows.map((ofPeriod, index) =>
    ofPeriod.flatMap((flow) => {
      const stage = stagesByName.get(flow.stage);
      if (stage === undefined) return [];
      const place = { period: index + 1, stage: flow.stage };
      const did = sumsAt.get(placeOf(place)) ?? nothing(place);
      const buyersAtBegin = buyers.get(flow.stage) ?? 0;
      buyers.set(flow.stage, buyersAtBegin + did.buyersChange);
      const size = flow.sizeAtBegin;
      return [
        {
          ...flow,
          remained: size - did.departed,
          medianStayDays: mediansAt.get(placeOf(place)) ?? null,
          conversionRate: hasOnward(stage, stages) ? part(did.converted, size) : null,
          churnRate: stage.isLost ? null : part(did.churned, size),
          buyersAtBegin,
          repurchaseRate: part(did.repurchased, buyersAtBegin),
          revenueMinor: did.revenueMinor,
          arpuMinor: part(did.revenueMinor, size),
          npsAnswers: did.npsAnswers,
          nps: part((did.npsPromoters - did.npsDetractors) * 100, did.npsAnswers),
        },
      ];
    }),
  );
}

function part(some: number, all: number): number | null {
  return all > 0 ? some / all : null;
}

function placeOf({ period, stage }: { readonly period: number; readonly stage: string }): string {
  return `${period} ${stage}`;
}

function nothing(place: { readonly period: number; readonly stage: string }): GoalSums {
  return {
    ...place,
    departed: 0,
    converted: 0,
    churned: 0,
    repurchased: 0,
    buyersChange: 0,
    revenueMinor: 0,
    npsPromoters: 0,
    npsDetractors: 0,
    npsAnswers: 0,
  };
}
