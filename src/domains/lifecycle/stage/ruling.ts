import type { Calibration } from '../models/calibration';
import type { LifecycleModel } from '../models/model';
import { type CompiledModel, compileModel } from './compiled';

/** What decides a model's stages from one instant on: a version of it, and a calibration. */
export interface Ruling {
  /** Of the first ruling of a model it does not matter: that one holds from the beginning. */
  readonly since: Date;
  readonly compiled: CompiledModel;
  /**
   * Whether the model is not in use from then on: nothing is decided until the next ruling, and
   * `compiled` is what decided before.
   */
  readonly isRetired?: boolean;
}

/**
 * From when on a ruling decides that follows another: now, or right after the other, should the
 * clock have gone back. What was decided stays decided.
 */
export function sinceAfter(last: Date, now: Date): Date {
  return last < now ? now : new Date(last.getTime() + 1);
}

/** The model as if it had always been in force. */
export function alwaysInForce(
  model: LifecycleModel,
  calibration: Calibration | null = null,
): readonly [Ruling] {
  return [{ since: new Date(0), compiled: compileModel(model, calibration) }];
}

/** The last ruling. @param rulings by time, one at least */
export function lastOf(rulings: readonly Ruling[] | undefined): Ruling {
  const last = rulings?.[rulings.length - 1];
  if (last === undefined) throw new Error('Nothing decides the stage.');
  return last;
}

/** What decides now. @param rulings by time, one at least */
export function latestOf(rulings: readonly Ruling[]): CompiledModel {
  return lastOf(rulings).compiled;
}

/** The ruling in force at an instant. @param rulings by time, one at least */
export function rulingAt(rulings: readonly Ruling[], asOf: Date): Ruling {
  const later = rulings.findIndex(({ since }, place) => place > 0 && since > asOf);
  const ruling = rulings[later === -1 ? rulings.length - 1 : later - 1];
  if (ruling === undefined) throw new Error('Nothing decides the stage.');
  return ruling;
}
