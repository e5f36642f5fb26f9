export { LifecycleEvaluator } from './lifecycle.evaluator';
export {
  LifecycleMissingResolver,
  LifecycleReasonResolver,
  NextStagesResolver,
} from './lifecycle.explain.resolver';
export { LifecycleFlowResolver } from './lifecycle.flow.resolver';
export { LifecycleGoalReads } from './lifecycle.goals.reads';
export { LifecycleGoalResolver } from './lifecycle.goals.resolver';
export { LifecycleGoalScan } from './lifecycle.goals.scan';
export { History } from './lifecycle.history';
export { fiveStageModel } from './lifecycle.presets';
export { LifecycleReads } from './lifecycle.reads';
export { lifecycleRehoming } from './lifecycle.rehoming';
export { LifecycleHistoryResolver, LifecycleResolver } from './lifecycle.resolver';
export { evaluate, reasonsOf } from './lifecycle.rules';
export { alwaysInForce } from './lifecycle.ruling';
export { LifecycleRulings } from './lifecycle.rulings';
export { stageAt } from './lifecycle.timeline';
