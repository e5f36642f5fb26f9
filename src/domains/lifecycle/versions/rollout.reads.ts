import type { Sql } from '../../../platform/database/database';
import { storableText } from '../../../shared/text';
import { findProgress, type RolloutProgress } from './rollout.store';

export class LifecycleRolloutReads {
  constructor(
    private readonly sql: Sql,
    private readonly defaultName: string,
  ) {}

  /** Null where nothing was ever decided of the model. @param name the default one where null */
  progressOf(name: string | null): Promise<RolloutProgress | null> {
    return findProgress(this.sql, storableText(name ?? this.defaultName));
  }
}
