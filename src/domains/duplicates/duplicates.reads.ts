import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import { fromCandidateId, toCandidateId } from './duplicates.ids';
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

  /** By the pair's public id. */
  readonly byId: BatchLoad<string, DuplicateCandidateRow | null> = async (ids) =>
    inOrderOf(
      ids,
      await store.findCandidatesOfPairs(this.sql, ids.map(fromCandidateId)),
      toCandidateId,
    );

  async count(conditions: store.CandidateConditions): Promise<Count> {
    return countUpTo(await store.countCandidates(this.sql, conditions));
  }
}
