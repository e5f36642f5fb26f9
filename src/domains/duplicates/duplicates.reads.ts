import type { Sql } from '../../platform/database/database';
import type { DuplicateCandidateRow } from './duplicates.model';
import * as store from './duplicates.store';

/** The pairs that are proposed as one person, and those that were dismissed. */
export class DuplicateReads {
  constructor(private readonly sql: Sql) {}

  findPage(
    conditions: store.CandidateConditions,
    after: store.CandidatePosition | null,
    limit: number,
  ): Promise<readonly DuplicateCandidateRow[]> {
    return store.findCandidates(this.sql, conditions, after, limit);
  }
}
