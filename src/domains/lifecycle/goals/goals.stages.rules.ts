import type { Ruling } from '../stage/ruling';

/** A stage as goals are told of it. */
export interface GoalStage {
  readonly name: string;
  /** Its place in the order of a life, from 0. */
  readonly rank: number;
  readonly isLost: boolean;
  /** Whether the version in force has it; others are only of the past. */
  readonly isInForce: boolean;
}

/**
 * All stages that customers can have been in under a model: those of the version in force in the
 * order of a life, then those of versions before it, as the last that had them put them.
 * @param rulings of one model, by time
 */
export function goalStages(rulings: readonly Ruling[]): readonly GoalStage[] {
  const stages = new Map<string, GoalStage>();
  for (const [index, { compiled }] of [...rulings].reverse().entries()) {
    const { model } = compiled;
    for (const [rank, { name }] of model.stages.entries()) {
      if (stages.has(name)) continue;
      const isLost = model.lostStages.includes(name);
      stages.set(name, { name, rank, isLost, isInForce: index === 0 });
    }
  }
  return [...stages.values()];
}

/** Whether there is a stage to convert to: a later one in which customers are not lost. */
export function hasOnward(stage: GoalStage, stages: readonly GoalStage[]): boolean {
  return stages.some(({ rank, isLost }) => rank > stage.rank && !isLost);
}
