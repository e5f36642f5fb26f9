import type { Database } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { ImportCheckpoint, ImportIdentity } from './imports.model';
import { findCheckpoint, importKey, saveCheckpoint } from './imports.store';

/**
 * Keeps how far the imports of files have come. It knows nothing of what is imported: whoever
 * imports saves a checkpoint after what is before it was taken in, never sooner.
 */
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Null for an import that never got anywhere. */
  find(identity: ImportIdentity): Promise<ImportCheckpoint | null> {
    return findCheckpoint(this.database, importKey(identity));
  }

  async save(identity: ImportIdentity, checkpoint: ImportCheckpoint): Promise<void> {
    await saveCheckpoint(this.database, identity, checkpoint, this.clock.now());
  }
}
