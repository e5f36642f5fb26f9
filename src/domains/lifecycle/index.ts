export { LifecycleCalibrationService } from './lifecycle.calibration.service';
export { LifecycleCalibrations } from './lifecycle.calibrations';
export { LifecycleEvaluator } from './lifecycle.evaluator';
export {
  LifecycleMissingResolver,
  LifecycleReasonResolver,
  NextStagesResolver,
} from './lifecycle.explain.resolver';
export { fiveStageModel } from './lifecycle.presets';
export { LifecycleReads } from './lifecycle.reads';
export { lifecycleRehoming } from './lifecycle.rehoming';
export { LifecycleHistoryResolver, LifecycleResolver } from './lifecycle.resolver';
export { alwaysInForce } from './lifecycle.ruling';
export { LifecycleRulings } from './lifecycle.rulings';
export { LifecycleScoreReads } from './lifecycle.scores.reads';
export { LifecycleScoreResolver } from './lifecycle.scores.resolver';
export { stageAt } from './lifecycle.timeline';
