import { type FactUnit, NEVER } from '../facts/fact-kinds';
import type { FactName } from '../facts/facts';
import type { History } from '../facts/history';
import type { ComparisonOperator, LifecycleModelDocument } from '../models/model';
import type { CompiledCondition, CompiledModel, CompiledRule, ThresholdBasis } from './compiled';
import type { Findings } from './findings';

/** A condition that held, with what was found: why a customer is where they are. */
export interface Reason {
  readonly fact: FactName;
  readonly value: number;
  readonly threshold: number;
  readonly operator: ComparisonOperator;
  readonly unit: FactUnit;
  readonly basis: ThresholdBasis;
}

/** Where a customer stands at one instant. */
export interface Evaluation {
  readonly stage: string;
  /** The rule that put them there; its conditions are the reasons. */
  readonly rule: CompiledRule;
  /** The rule that says they are about to be lost; null where none does. */
  readonly warning: CompiledRule | null;
  /**
   * The next day on which time alone could change stage or warning, NEVER where it cannot. May be
   * too early, never too late.
   */
  readonly dueDay: number;
}

/**
 * The stage of a customer who has done something: the first rule that applies decides. Depends on
 * the facts, the model and the day alone (`history.today`).
 */
export function evaluate(history: History, model: CompiledModel): Evaluation {
  const { findings } = model;
  findings.begin(history);
  const verdict = judge(history, model.rules, findings);
  const rule = model.rules[verdict.applies] ?? model.otherwise;
  if (model.lostStages.has(rule.stage)) {
    return { stage: rule.stage, rule, warning: null, dueDay: verdict.dueDay };
  }
  const risk = judge(history, model.atRisk, findings);
  return {
    stage: rule.stage,
    rule,
    warning: model.atRisk[risk.applies] ?? null,
    dueDay: Math.min(verdict.dueDay, risk.dueDay),
  };
}

/** Whether the condition holds; never where the fact says nothing yet. */
export function holds(history: History, condition: CompiledCondition): boolean {
  const value = condition.definition.value(history);
  return value !== null && compares(value, condition.operator, thresholdOf(history, condition));
}

export function thresholdOf(history: History, condition: CompiledCondition): number {
  return condition.constant ?? condition.thresholdOf(history);
}

function compares(value: number, operator: ComparisonOperator, threshold: number): boolean {
  switch (operator) {
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

/**
 * Those of the rule's conditions that hold, with what was found.
 * @param findings of the model, which has just judged the customer by it
 */
export function reasonsOf(
  history: History,
  { when }: CompiledRule,
  findings: Findings,
): readonly Reason[] {
  const reasons: Reason[] = [];
  for (const condition of when) {
    const { fact, operator, definition, basis } = condition;
    const value = findings.valueAt(condition.place);
    const threshold = thresholdOf(history, condition);
    if (!compares(value, operator, threshold)) continue;
    reasons.push({ fact, value, threshold, operator, unit: definition.unit, basis });
  }
  return reasons;
}

/**
 * How long a customer of this cadence may be silent before they count as good as gone. Days.
 */
export function patienceDays(cadenceDays: number, { patience }: LifecycleModelDocument): number {
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

interface Verdict {
  /** The position of the first rule all of whose conditions hold; their number if none does. */
  readonly applies: number;
  /**
   * The next day on which time alone could change that: when the rule could cease to apply, or
   * one before it begin to. Those after it do not matter until then.
   */
  readonly dueDay: number;
}

function judge(history: History, rules: readonly CompiledRule[], findings: Findings): Verdict {
  let dueDay = NEVER;
  for (let position = 0; position < rules.length; position++) {
    const { when } = rules[position] as CompiledRule;
    const startDay = earliestStart(history, when, dueDay, findings);
    if (startDay <= history.today) {
      return { applies: position, dueDay: Math.min(dueDay, earliestEnd(history, when)) };
    }
    if (startDay < dueDay) dueDay = startDay;
  }
  return { applies: rules.length, dueDay };
}

/**
 * Today where all conditions hold; else no day before the last of those that do not has come to
 * hold. From `horizon` on it does not matter when, only that it is later than today.
 */
function earliestStart(
  history: History,
  conditions: readonly CompiledCondition[],
  horizon: number,
  findings: Findings,
): number {
  let startDay: number = history.today;
  for (const condition of conditions) {
    if (startDay >= horizon) break;
    const threshold = thresholdOf(history, condition);
    if (compares(findings.valueAt(condition.place), condition.operator, threshold)) continue;
    const crossing = condition.definition.nextCrossing(history, threshold);
    if (crossing > startDay) startDay = crossing;
  }
  return startDay;
}

function earliestEnd(history: History, conditions: readonly CompiledCondition[]): number {
  let endDay = NEVER;
  for (const condition of conditions) {
    const crossing = condition.definition.nextCrossing(history, thresholdOf(history, condition));
    if (crossing < endDay) endDay = crossing;
  }
  return endDay;
}
