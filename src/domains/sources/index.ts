export { SourceCallers } from './sources.caller';
export { SourceRateLimited } from './sources.errors';
export {
  type Source,
  type SourceRecord,
  sourceActor,
  sourceScopes,
  type WriteKeyId,
} from './sources.model';
export { SourceReads } from './sources.reads';
export { SourceResolver } from './sources.resolver';
export type { SourceSettings } from './sources.rules';
export { SourceService } from './sources.service';
export { SourceType } from './sources.types';
