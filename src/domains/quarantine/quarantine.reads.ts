import type { Sql } from '../../platform/database/database';
import type { InstantPosition, PageRange } from '../../platform/database/keyset';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import type { QuarantineId } from '../../shared/ids';
import type { QuarantineConditions, QuarantineCount, QuarantinedRow } from './quarantine.model';
import * as store from './quarantine.store';

/** Pairs of source and reason counted. */
const COUNTS_MAX = 1_000;

export class QuarantineReads {
  constructor(private readonly sql: Sql) {}

  /** Newest first. */
  findPage(
    conditions: QuarantineConditions,
    page: PageRange<InstantPosition>,
  ): Promise<readonly QuarantinedRow[]> {
    return store.findPage(this.sql, conditions, page);
  }

  async count(conditions: QuarantineConditions): Promise<Count> {
    return countUpTo(await store.countUnder(this.sql, conditions));
  }

  /** Null for none. */
  findOne(id: QuarantineId): Promise<QuarantinedRow | null> {
    return store.findById(this.sql, id);
  }

  /** How many are pending, for each source and reason: the most first. */
  countPending(): Promise<readonly QuarantineCount[]> {
    return store.countPending(this.sql, COUNTS_MAX);
  }
}
