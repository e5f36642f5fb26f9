import type { LifecycleModel } from './model';
import {
  fiveStageDurableModel,
  fiveStageModel,
  fiveStageRetailModel,
  fiveStageSubscriptionModel,
} from './presets.five-stage';
import { growthAccountingModel } from './presets.growth-accounting';
import { sixStageModel } from './presets.six-stage';
import { twelveStageModel } from './presets.twelve-stage';

export { fiveStageModel };

/** Every preset is version 1 of the model of its name. */
export const presets: readonly LifecycleModel[] = [
  fiveStageModel,
  fiveStageRetailModel,
  fiveStageDurableModel,
  fiveStageSubscriptionModel,
  sixStageModel,
  twelveStageModel,
  growthAccountingModel,
];

export function presetOf(name: string): LifecycleModel | null {
  return presets.find((preset) => preset.name === name) ?? null;
}
