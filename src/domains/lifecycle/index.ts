export { LifecycleCalibrationService } from './lifecycle.calibration.service';
export { LifecycleCalibrations } from './lifecycle.calibrations';
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
export { LifecyclePreviewResolver } from './lifecycle.preview.resolver';
export { LifecyclePreviews, SAMPLE_MAX as PREVIEW_SAMPLE_MAX } from './lifecycle.preview.service';
export { LifecycleProposalResolver } from './lifecycle.proposal.resolver';
export { LifecycleProposals } from './lifecycle.proposal.service';
export { LifecycleReads } from './lifecycle.reads';
export { lifecycleRehoming } from './lifecycle.rehoming';
export { LifecycleHistoryResolver, LifecycleResolver } from './lifecycle.resolver';
export { LifecycleRolloutReads } from './lifecycle.rollout.reads';
export { LifecycleRolloutResolver } from './lifecycle.rollout.resolver';
export { LifecycleRollout } from './lifecycle.rollout.service';
export { evaluate, reasonsOf } from './lifecycle.rules';
export { alwaysInForce } from './lifecycle.ruling';
export { LifecycleRulings } from './lifecycle.rulings';
export { LifecycleScoreReads } from './lifecycle.scores.reads';
export { LifecycleScoreResolver } from './lifecycle.scores.resolver';
export { stageAt } from './lifecycle.timeline';
export { LifecycleVersionReads } from './lifecycle.versions.reads';
export { LifecycleVersionResolver } from './lifecycle.versions.resolver';
export { LifecycleVersionService } from './lifecycle.versions.service';
export { LifecycleVocabularyResolver } from './lifecycle.vocabulary.resolver';
