import { COUNT_MAX, COUNTED_MAX } from '../../platform/database/bounded-count';
import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import { noConditions } from './directory.lists.rules';
import * as store from './directory.store';

/** A list of profiles: in which order, and which of them. */
export type AskedList = Omit<store.ProfileList, 'baseTier'>;

/** Finds profiles by what other domains know of them. Reads only, and only rows kept for it. */
export class DirectoryReads {
  /** @param baseTier the membership tier of whoever has no loyalty account */
  constructor(
    private readonly sql: Sql,
    /** The name of the lifecycle model that stages are those of. */
    readonly model: string,
    private readonly baseTier: string,
  ) {}

  /** Every profile, the newest first. */
  get everybody(): AskedList {
    return { by: 'CREATED', isDescending: true, conditions: noConditions(this.model) };
  }

  findPage(
    list: AskedList,
    page: PageRange<store.ListPosition>,
  ): Promise<readonly store.ListedProfile[]> {
    return store.findProfiles(this.sql, { ...list, baseTier: this.baseTier }, page);
  }

  /** Exact up to a bound; beyond it of everybody an estimate, of others that bound. */
  async count(list: AskedList): Promise<Count> {
    const asked = { ...list, baseTier: this.baseTier };
    const counted = await store.countProfiles(this.sql, asked, COUNTED_MAX);
    if (counted <= COUNT_MAX || !isOfEverybody(list)) return countUpTo(counted);
    const value = Math.max(COUNT_MAX, Math.round(await store.estimateProfiles(this.sql)));
    return { value, kind: 'ESTIMATE' };
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

function isOfEverybody({ by, conditions: { model, ...others } }: AskedList): boolean {
  return by === 'CREATED' && Object.values(others).every((condition) => condition === null);
}

function toCounts(rows: readonly store.CountRow[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => [row.name, row.customers]));
}
