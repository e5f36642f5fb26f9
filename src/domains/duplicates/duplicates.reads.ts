import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import type { DuplicateCandidateRow } from './duplicates.model';
import * as store from './duplicates.store';

/** The pairs that are proposed as one person, and those that were dismissed. */
export class DuplicateReads {
  constructor(private readonly sql: Sql) {}

  findPage(
    conditions: store.CandidateConditions,
    page: PageRange<store.CandidatePosition>,
  ): Promise<readonly DuplicateCandidateRow[]> {
    return store.findCandidates(this.sql, conditions, page);
  }

  async count(conditions: store.CandidateConditions): Promise<Count> {
    return countUpTo(await store.countCandidates(this.sql, conditions));
  }
}
