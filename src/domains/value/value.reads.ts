import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { Currency } from '../../shared/currency';
import type { ProfileId } from '../../shared/ids';
import type { Cutoffs } from './value.rules';
import { findCalibration, findValues, type ValueRow } from './value.store';

/** A profile's value row with the cut-offs to score it by. */
export interface ScorableValue {
  /** Null for a profile that has not done anything yet. */
  readonly row: ValueRow | null;
  readonly cutoffs: Cutoffs;
}

export class ValueReads {
  constructor(
    private readonly sql: Sql,
    private readonly currency: Currency,
  ) {}

  readonly valueByProfile: BatchLoad<ProfileId, ScorableValue> = async (profileIds) => {
    const [rows, { cutoffs }] = await Promise.all([
      findValues(this.sql, profileIds),
      findCalibration(this.sql, this.currency),
    ]);
    const values = new Map(rows.map((row) => [row.profileId, row]));
    return profileIds.map((profileId) => ({ row: values.get(profileId) ?? null, cutoffs }));
  };
}
