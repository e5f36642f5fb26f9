export { MembershipTierEvaluator } from './loyalty.evaluation';
export { ownBalanceChanges } from './loyalty.live';
export { LoyaltyLiveResolver } from './loyalty.live.resolver';
export {
  baseTier,
  defaultLoyaltyPolicy,
  requireSoundLoyaltyPolicy,
} from './loyalty.policy';
export { LoyaltyProjector } from './loyalty.projection';
export { LoyaltyReads } from './loyalty.reads';
export { LoyaltyRehoming } from './loyalty.rehoming';
export {
  LoyaltyAccountResolver,
  LoyaltyResolver,
  LoyaltyTransactionResolver,
} from './loyalty.resolver';
export { LoyaltyService } from './loyalty.service';
