export { defaultReferralPolicy } from './referrals.policy';
export { ReferralProjector } from './referrals.projection';
export { ReferralReads } from './referrals.reads';
export { referralsRehoming } from './referrals.rehoming';
export { ReferralResolver, ReferralSummaryResolver } from './referrals.resolver';
export { ReferralService } from './referrals.service';
