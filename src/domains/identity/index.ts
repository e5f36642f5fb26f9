export { type PrimaryIdentifier, ProfileDirectory } from './identity.directory';
export { fromLinkId, toLinkId } from './identity.link-id';
export { lockIdentities, tryLockProfiles } from './identity.locks';
export { IdentityLogReads } from './identity.log.reads';
export { IdentityLogResolver } from './identity.log.resolver';
export type { DemotingEvent } from './identity.log.rules';
export { IdentifierName } from './identity.log.types';
export {
  MASK,
  maskIdentifier,
  maskName,
  maskProperties,
  maskText,
  maskTraits,
} from './identity.masking.rules';
export {
  type IdentifierKey,
  type KnownGraph,
  type KnownIdentifier,
  linkBetween,
  type Move,
  type Rehoming,
} from './identity.model';
export { normaliseIdentifier } from './identity.normalise';
export {
  canBeForced,
  type Decision,
  type MergeOutcome,
  OperatorIdentityService,
  type Undoing,
  type UnmergeOutcome,
} from './identity.operators.service';
export type { DatedLink } from './identity.parting.rules';
export {
  type Assignment,
  type Demotion,
  EXPLICIT_PRIORITY,
  type MergeConflict,
  type UsableIdentifier,
} from './identity.plan';
export { defaultIdentityPolicy, type IdentityPolicy } from './identity.policy';
export { isPhoneRegion, readIdentityPolicy } from './identity.policy-document';
export { IdentityReads } from './identity.reads';
export { ProfileNotFound } from './identity.refusals';
export { IdentityResolver } from './identity.resolver';
export { IdentityService } from './identity.service';
export { IdentifierInput, Profile } from './identity.types';
