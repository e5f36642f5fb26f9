export { MembershipTierEvaluator } from './loyalty.evaluation';
export type { Accrual } from './loyalty.model';
export {
  defaultLoyaltyPolicy,
  type LoyaltyPolicy,
  type MembershipTier,
} from './loyalty.policy';
export { LoyaltyProjector } from './loyalty.projection';
export { LoyaltyReads } from './loyalty.reads';
export { LoyaltyRehoming } from './loyalty.rehoming';
export {
  LoyaltyAccountResolver,
  LoyaltyResolver,
  LoyaltyTransactionResolver,
} from './loyalty.resolver';
export {
  type AdjustPoints,
  type AdjustPointsOutcome,
  type ExpirySummary,
  LoyaltyService,
  type ResolveProfile,
} from './loyalty.service';
