import type { Sql } from '../../platform/database/database';
import type { InstantPosition, PageRange } from '../../platform/database/keyset';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
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

  readonly byId: BatchLoad<QuarantineId, QuarantinedRow | null> = async (ids) =>
    inOrderOf(ids, await store.findByIds(this.sql, ids), (row) => row.quarantineId);

  /** Null for none. */
  async findOne(id: QuarantineId): Promise<QuarantinedRow | null> {
    const [row = null] = await this.byId([id]);
    return row;
  }

  /** How many are pending, for each source and reason: the most first. */
  countPending(): Promise<readonly QuarantineCount[]> {
    return store.countPending(this.sql, COUNTS_MAX);
  }
}
