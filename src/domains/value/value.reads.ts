import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
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
    const found = inOrderOf(profileIds, rows, (row) => row.profileId);
    return found.map((row) => ({ row, cutoffs }));
  };
}
