export { defaultCommunityPolicy } from './community.policy';
export { CommunityReads } from './community.reads';
export { CommunityActivityResolver, CommunityResolver } from './community.resolver';
export { CommunityService } from './community.service';
