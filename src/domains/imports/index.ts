export type { ImportCheckpoint, ImportIdentity } from './imports.model';
export { ImportService } from './imports.service';
