export type { ImportCheckpoint, ImportCounts, ImportIdentity } from './imports.model';
export { ImportService } from './imports.service';
