import type { CompiledCondition, CompiledModel } from '../stage/compiled';

/** A threshold, or a probability, that has moved by less is left as it is. */
const SHIFT_MAX = 0.05;

/**
 * Whether a calibration would change what a model says of customers by more than a little. That
 * everybody is evaluated anew is worth it only then.
 * @param current the model as it is in force @param next the same by another calibration
 * @param shift how far the probability of activity moves by it, on average
 */
export function isChangedBy(current: CompiledModel, next: CompiledModel, shift: number): boolean {
  const conditions = conditionsOf(current);
  return conditionsOf(next).some((condition, place) => {
    const before = conditions[place];
    if (before === undefined) return true;
    if (condition.fact === 'probabilityActive' && shift > SHIFT_MAX) return true;
    return hasMoved(before.constant, condition.constant);
  });
}

function hasMoved(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return before !== after;
  return Math.abs(after - before) > SHIFT_MAX * Math.abs(before);
}

function conditionsOf(model: CompiledModel): readonly CompiledCondition[] {
  return [...model.rules, ...model.atRisk].flatMap(({ when }) => when);
}
