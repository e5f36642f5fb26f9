export { LifecycleEvaluator } from './lifecycle.evaluator';
export { fiveStageModel } from './lifecycle.models';
export { LifecycleReads } from './lifecycle.reads';
export { lifecycleRehoming } from './lifecycle.rehoming';
export { LifecycleHistoryResolver, LifecycleResolver } from './lifecycle.resolver';
export { stageAt } from './lifecycle.timeline';
