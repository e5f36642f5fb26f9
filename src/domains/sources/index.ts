export { SourceCallers } from './sources.caller';
export { type Source, sourceActor } from './sources.model';
export { SourceService } from './sources.service';
