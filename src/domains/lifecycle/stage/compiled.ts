import type { FactDefinition } from '../facts/fact-kinds';
import { type FactName, factDefinition } from '../facts/facts';
import type { History, Measures } from '../facts/history';
import type { Calibration } from '../models/calibration';
import { quantileOf } from '../models/calibration';
import type {
  ComparisonOperator,
  Condition,
  LifecycleModel,
  StageRule,
  Threshold,
} from '../models/model';
import { Findings } from './findings';

/** Where a threshold comes from. */
export type ThresholdBasis =
  | 'CONSTANT'
  | 'OWN_CADENCE'
  | 'POPULATION_CADENCE'
  | 'POPULATION_QUANTILE';

/** A condition made ready to be asked of many customers. */
export interface CompiledCondition {
  readonly fact: FactName;
  readonly definition: FactDefinition;
  /** Of the fact, among the findings of the model. */
  readonly place: number;
  readonly operator: ComparisonOperator;
  readonly basis: ThresholdBasis;
  /** Null where it is the customer's own. */
  readonly constant: number | null;
  /** In the unit of the fact. Only something the customer does can change it. */
  readonly thresholdOf: (history: History) => number;
}

export interface CompiledRule {
  readonly when: readonly CompiledCondition[];
}

export interface CompiledStageRule extends CompiledRule {
  readonly stage: string;
}

/** A lifecycle model with the population's figures filled in: all that a decision needs. */
export interface CompiledModel {
  readonly model: LifecycleModel;
  readonly measures: Measures;
  readonly rules: readonly CompiledStageRule[];
  readonly otherwise: CompiledStageRule;
  readonly atRisk: readonly CompiledRule[];
  readonly lostStages: ReadonlySet<string>;
  readonly findings: Findings;
}

/** @param calibration null while nothing is calibrated: thresholds are then those the model names */
export function compileModel(
  model: LifecycleModel,
  calibration: Calibration | null,
): CompiledModel {
  const findings = new Findings();
  const conditions = (when: readonly Condition[]) =>
    when.map((condition) => compileCondition(condition, calibration, findings));
  const rule = ({ stage, when }: StageRule) => ({ stage, when: conditions(when) });
  return {
    model,
    measures: {
      typicalCadenceDays: model.typicalCadenceDays,
      occasionDays: model.occasionDays,
      emotionHalfLifeDays: model.emotionHalfLifeDays,
      activityFit: calibration?.activityFit ?? null,
    },
    rules: model.rules.map(rule),
    otherwise: rule({ stage: model.otherwise.stage, when: model.otherwise.explainedBy }),
    atRisk: model.atRisk.map(({ when }) => ({ when: conditions(when) })),
    lostStages: new Set(model.lostStages),
    findings,
  };
}

function compileCondition(
  { fact, op, threshold }: Condition,
  calibration: Calibration | null,
  findings: Findings,
): CompiledCondition {
  const definition = factDefinition(fact);
  const shared = { fact, definition, place: findings.placeOf(fact), operator: op };
  if (typeof threshold === 'object' && 'ownCadences' in threshold) {
    const { ownCadences } = threshold;
    const thresholdOf = (history: History) => within(threshold, ownCadences * history.cadenceDays);
    return { ...shared, basis: 'OWN_CADENCE', constant: null, thresholdOf };
  }
  const constant = constantOf(fact, threshold, calibration);
  return { ...shared, basis: basisOf(threshold), constant, thresholdOf: () => constant };
}

type SharedThreshold = Exclude<Threshold, { readonly ownCadences: number }>;

function constantOf(
  fact: FactName,
  threshold: SharedThreshold,
  calibration: Calibration | null,
): number {
  if (typeof threshold === 'number') return threshold;
  const calibrated = calibration && calibratedValue(fact, threshold, calibration);
  return within(threshold, calibrated ?? threshold.uncalibrated);
}

function calibratedValue(
  fact: FactName,
  threshold: Exclude<SharedThreshold, number>,
  calibration: Calibration,
): number | null {
  if ('quantile' in threshold) return quantileOf(calibration, fact, threshold.quantile);
  const { cadenceDays } = calibration;
  return cadenceDays === null ? null : threshold.populationCadences * cadenceDays;
}

function basisOf(threshold: SharedThreshold): ThresholdBasis {
  if (typeof threshold === 'number') return 'CONSTANT';
  return 'quantile' in threshold ? 'POPULATION_QUANTILE' : 'POPULATION_CADENCE';
}

function within(
  {
    atLeast = Number.NEGATIVE_INFINITY,
    atMost = Number.POSITIVE_INFINITY,
  }: {
    readonly atLeast?: number;
    readonly atMost?: number;
  },
  value: number,
): number {
  return Math.min(Math.max(value, atLeast), atMost);
}
