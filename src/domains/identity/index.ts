export { lockIdentities, tryLockProfiles } from './identity.locks';
export { IdentityLogReads } from './identity.log.reads';
export { IdentityLogResolver } from './identity.log.resolver';
export type { DemotingEvent } from './identity.log.rules';
export type {
  IdentifierKey,
  KnownIdentifier,
  LoadedIdentifier,
  Move,
  Rehoming,
} from './identity.model';
export { normaliseIdentifier } from './identity.normalise';
export { defaultIdentityPolicy, type IdentityPolicy } from './identity.policy';
export { isPhoneRegion, readIdentityPolicy } from './identity.policy-document';
export { IdentityReads } from './identity.reads';
export { ProfileNotFound } from './identity.refusals';
export { IdentityResolver } from './identity.resolver';
export {
  type Assignment,
  type Demotion,
  EXPLICIT_PRIORITY,
  keyText,
  type UsableIdentifier,
} from './identity.rules';
export { IdentityService, ProfileDirectory } from './identity.service';
export { IdentifierInput, Profile } from './identity.types';
