import { type FactName, type Facts, type FactUnit, factDefinitions } from './lifecycle.facts';
import type { ComparisonOperator, Condition, LifecycleModel } from './lifecycle.models';

/** A condition that held, with what was found: why a customer is where they are. */
export interface Reason {
  readonly fact: FactName;
  readonly value: number;
  readonly threshold: number;
  readonly operator: ComparisonOperator;
  readonly unit: FactUnit;
}

export interface StageDecision {
  readonly stage: string;
  /** The conditions that put the customer there. */
  readonly reasons: readonly Reason[];
  /** The conditions that say the customer is about to be lost; null where nothing does. */
  readonly warning: readonly Reason[] | null;
}

/** The stage these facts put a customer in, and why: the first rule that applies decides. */
export function evaluateStage(facts: Facts, model: LifecycleModel): StageDecision {
  const rule = model.rules.find(({ when }) => allHold(facts, when));
  const stage = rule?.stage ?? model.otherwise.stage;
  const reasons = reasonsAmong(facts, rule?.when ?? model.otherwise.explainedBy);
  const risk = model.lostStages.includes(stage)
    ? undefined
    : model.atRisk.find(({ when }) => allHold(facts, when));
  return { stage, reasons, warning: risk === undefined ? null : reasonsAmong(facts, risk.when) };
}

/** Where everybody begins, and whoever has not done anything yet is. */
export function initialStage({ stages, otherwise }: LifecycleModel): string {
  return stages[0]?.name ?? otherwise.stage;
}

/** Whether the condition holds; never where the fact says nothing yet. */
export function holds(facts: Facts, { fact, op, threshold }: Condition): boolean {
  const value = facts(fact);
  if (value === null) return false;
  switch (op) {
    case 'GTE':
      return value >= threshold;
    case 'GT':
      return value > threshold;
    case 'LTE':
      return value <= threshold;
    case 'LT':
      return value < threshold;
  }
}

/** Those of the conditions that hold, with what was found. */
export function reasonsAmong(facts: Facts, conditions: readonly Condition[]): readonly Reason[] {
  return conditions.flatMap((condition) => {
    const { fact, op: operator, threshold } = condition;
    const value = facts(fact);
    if (value === null || !holds(facts, condition)) return [];
    return [{ fact, value, threshold, operator, unit: factDefinitions[fact].unit }];
  });
}

/**
 * How long a customer of this cadence may be silent before they count as good as gone. Days.
 */
export function patienceDays(cadenceDays: number, { patience }: LifecycleModel): number {
  return Math.min(Math.max(patience.cadences * cadenceDays, patience.daysMin), patience.daysMax);
}

/**
 * How far a customer's silence has gone towards being lost, 0 … 1: silence / (silence + patience).
 * A score by rule and not a fitted probability: it ranks customers by how long their silence is
 * for them, is 0 on a day they are active and 0.5 when the silence has used their patience up.
 */
export function churnRisk(silenceDays: number, patience: number): number {
  const silence = Math.max(silenceDays, 0);
  return silence / (silence + patience);
}

function allHold(facts: Facts, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => holds(facts, condition));
}
