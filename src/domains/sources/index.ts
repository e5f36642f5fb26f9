export { SourceCallers } from './sources.caller';
export { SourceRateLimited } from './sources.errors';
export { type Source, sourceActor } from './sources.model';
export { SourceReads } from './sources.reads';
export { SourceResolver } from './sources.resolver';
export { SourceService } from './sources.service';
