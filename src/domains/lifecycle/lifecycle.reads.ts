import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import {
  findHistoryPages,
  findStates,
  type HistoryPage,
  type LifecycleState,
} from './lifecycle.store';
import type { StoredTransition } from './lifecycle.transitions';

export class LifecycleReads {
  constructor(
    private readonly sql: Sql,
    /** The name of the model that is shown. */
    private readonly model: string,
  ) {}

  /** Null for a profile that has not done anything yet. */
  readonly stateByProfile: BatchLoad<ProfileId, LifecycleState | null> = async (profileIds) => {
    const rows = await findStates(this.sql, this.model, profileIds);
    return inOrderOf(profileIds, rows, (row) => row.profileId);
  };

  readonly historyByPage: BatchLoad<HistoryPage, readonly StoredTransition[]> = (pages) =>
    findHistoryPages(this.sql, this.model, pages);
}
