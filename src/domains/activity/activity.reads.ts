import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import type { ActivityDay } from './activity.model';
import { findDays, findFirstInstant, findSeen, type SeenRow } from './activity.store';

export class ActivityReads {
  constructor(private readonly sql: Sql) {}

  /** Null for a profile that never did anything itself. */
  readonly seenByProfile: BatchLoad<ProfileId, SeenRow | null> = async (profileIds) => {
    const rows = await findSeen(this.sql, profileIds);
    return inOrderOf(profileIds, rows, (row) => row.profileId);
  };

  /** All days of a profile, ascending. */
  readonly daysByProfile: BatchLoad<ProfileId, readonly ActivityDay[]> = async (profileIds) => {
    const days = await findDays(this.sql, profileIds);
    return profileIds.map((profileId) => days.get(profileId) ?? []);
  };

  /** The earliest instant of any event; null before the first. */
  firstInstant(): Promise<Date | null> {
    return findFirstInstant(this.sql);
  }
}
