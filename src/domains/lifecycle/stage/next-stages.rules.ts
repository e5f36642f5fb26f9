import type { History } from '../facts/history';
import type { ComparisonOperator } from '../models/model';
import type { CompiledCondition, CompiledModel } from './compiled';
import { evaluate, holds, thresholdOf } from './stage.rules';
import type { Comparison } from './wording.rules';

/** A stage a customer could come to, and what keeps them from it today. */
export interface NextStage {
  readonly stage: string;
  /** Conditions that do not hold yet. */
  readonly missing: readonly Comparison[];
}

const opposites: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  GTE: 'LT',
  GT: 'LTE',
  LTE: 'GT',
  LT: 'GTE',
};

/**
 * The stages further on in a customer's life and what is missing for each, the nearest first; of
 * somebody who is lost all stages of those who are not. Of the rules that lead to a stage the one
 * that misses least is told; rules before it that would put the customer elsewhere must cease to
 * apply, which is missing as well.
 */
export function nextStages(history: History, model: CompiledModel): readonly NextStage[] {
  const { stage: current } = evaluate(history, model);
  const names = model.model.stages.map(({ name }) => name);
  const onward = model.lostStages.has(current) ? names : names.slice(names.indexOf(current) + 1);
  return onward
    .filter((name) => !model.lostStages.has(name))
    .flatMap((stage) => {
      const missing = leastMissing(history, model, stage);
      return missing === null ? [] : [{ stage, missing }];
    })
    .sort((left, right) => left.missing.length - right.missing.length);
}

/** Null where no rule leads to the stage: somebody is in it for want of another only. */
function leastMissing(
  history: History,
  model: CompiledModel,
  stage: string,
): readonly Comparison[] | null {
  let least: readonly Comparison[] | null = null;
  const blocking: Comparison[] = [];
  for (const rule of model.rules) {
    const absent = rule.when.filter((condition) => !holds(history, condition));
    if (rule.stage === stage) {
      const missing = [...blocking, ...absent.map((one) => missingOf(history, one))];
      if (least === null || missing.length < least.length) least = missing;
    } else if (absent.length === 0) {
      const [first] = rule.when;
      if (first !== undefined) blocking.push(missingOf(history, first, opposites[first.operator]));
    }
  }
  return least;
}

function missingOf(
  history: History,
  condition: CompiledCondition,
  operator: ComparisonOperator = condition.operator,
): Comparison {
  const { fact, definition, basis } = condition;
  return {
    fact,
    value: definition.value(history),
    operator,
    threshold: thresholdOf(history, condition),
    unit: definition.unit,
    basis,
  };
}
