export { fromCandidateId, toCandidateId } from './duplicates.ids';
export { defaultDuplicatePolicy, requireSoundDuplicatePolicy } from './duplicates.policy';
export { DuplicateReads } from './duplicates.reads';
export { DuplicateResolver } from './duplicates.resolver';
export { DuplicateScan } from './duplicates.scan';
export { DuplicateService } from './duplicates.service';
export { DuplicateCandidate } from './duplicates.types';
