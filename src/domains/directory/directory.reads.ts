import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';
import * as store from './directory.store';

/** Finds profiles by what other domains know of them. Reads only, and only rows kept for it. */
export class DirectoryReads {
  constructor(
    private readonly sql: Sql,
    /** The name of the lifecycle model that stages are those of. */
    private readonly model: string,
  ) {}

  findPage(
    conditions: store.ListConditions,
    page: PageRange<ProfileId>,
  ): Promise<store.ListedProfile[]> {
    return store.findProfiles(this.sql, this.model, conditions, page);
  }

  /** Customers by stage, every customer once. */
  async countByStage(): Promise<ReadonlyMap<string, number>> {
    return toCounts(await store.countByStage(this.sql, this.model));
  }

  /** Customers by value tier, every customer once. */
  async countByTier(): Promise<ReadonlyMap<string, number>> {
    return toCounts(await store.countByTier(this.sql));
  }
}

function toCounts(rows: readonly store.CountRow[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => [row.name, row.customers]));
}
