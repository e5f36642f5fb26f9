export { SourceCallers } from './sources.caller';
export { SourceRateLimited } from './sources.errors';
export { type Source, sourceActor } from './sources.model';
export { SourceService } from './sources.service';
