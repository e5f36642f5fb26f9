export { LifecycleCalibrationService } from './calibration/calibration.service';
export { History } from './facts/history';
export { LifecycleFlowResolver } from './goals/flow.resolver';
export type { LifecycleFlow } from './goals/flow.types';
export { type PeriodLength, periodsFrom } from './goals/goals.periods.rules';
export { LifecycleGoalReads } from './goals/goals.reads';
export { LifecycleGoalResolver } from './goals/goals.resolver';
export { LifecycleGoalScan } from './goals/goals.scan';
export type { LifecycleGoalPeriod, LifecycleStageGoals } from './goals/goals.types';
export { fiveStageModel } from './models/presets';
export { LifecycleScoreReads } from './scores/scores.reads';
export { LifecycleScoreResolver } from './scores/scores.resolver';
export { LifecycleEvaluator } from './stage/evaluator';
export {
  LifecycleMissingResolver,
  LifecycleReasonResolver,
  NextStagesResolver,
} from './stage/explain.resolver';
export { LifecycleCalibrations } from './stage/latest-calibration';
export { alwaysInForce } from './stage/ruling';
export { LifecycleRulings } from './stage/rulings';
export { stageChanges } from './stage/stage.live';
export { LifecycleLiveResolver } from './stage/stage.live.resolver';
export { LifecycleReads } from './stage/stage.reads';
export { lifecycleRehoming } from './stage/stage.rehoming';
export { LifecycleHistoryResolver, LifecycleResolver } from './stage/stage.resolver';
export { evaluate, reasonsOf } from './stage/stage.rules';
export { stageAt } from './stage/timeline';
export { TriggerReads } from './triggers/trigger.reads';
export { LifecycleTriggerResolver } from './triggers/trigger.resolver';
export { LifecyclePreviewResolver } from './versions/preview.resolver';
export { LifecyclePreviews, SAMPLE_MAX as PREVIEW_SAMPLE_MAX } from './versions/preview.service';
export { LifecycleProposalReads } from './versions/proposal.reads';
export {
  LifecycleProposalResolver,
  LifecycleVersionProposalResolver,
} from './versions/proposal.resolver';
export { LifecycleProposals } from './versions/proposal.service';
export { LifecycleReviews } from './versions/review.service';
export { LifecycleRolloutReads } from './versions/rollout.reads';
export { LifecycleRolloutResolver } from './versions/rollout.resolver';
export { LifecycleRollout } from './versions/rollout.service';
export { LifecycleVersionReads } from './versions/versions.reads';
export { LifecycleVersionResolver } from './versions/versions.resolver';
export { LifecycleVersionService } from './versions/versions.service';
export { LifecycleVocabularyResolver } from './versions/vocabulary.resolver';
