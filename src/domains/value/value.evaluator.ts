import type { Tx } from '../../platform/database/database';
import type { Currency } from '../../shared/currency';
import type { ProfileId } from '../../shared/ids';
import type { ProfileActivity, ProfileEvaluator } from '../activity';
import { type Cutoffs, orderFacts, tierStanding } from './value.rules';
import { findCalibration, removeValues, saveValues, type ValueRow } from './value.store';

/** Keeps what profiles are worth in step with their days and with time. */
export class ValueEvaluator implements ProfileEvaluator {
  constructor(private readonly currency: Currency) {}

  async evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    now: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>> {
    const { cutoffs } = await findCalibration(tx, this.currency);
    const rows: ValueRow[] = [];
    const withoutDays: ProfileId[] = [];
    const nextEvaluations = new Map<ProfileId, Date>();
    for (const profile of profiles) {
      const { row, nextEvaluationAt } = appraise(profile, cutoffs, now);
      if (row === null) withoutDays.push(profile.profileId);
      else rows.push(row);
      if (nextEvaluationAt !== null) nextEvaluations.set(profile.profileId, nextEvaluationAt);
    }
    saveValues(tx, rows, now);
    removeValues(tx, withoutDays);
    return nextEvaluations;
  }
}

function appraise(
  { profileId, days }: ProfileActivity,
  cutoffs: Cutoffs,
  now: Date,
): { readonly row: ValueRow | null; readonly nextEvaluationAt: Date | null } {
  const standing = tierStanding(days, cutoffs, now);
  // Nothing has happened yet; what is ahead is due when it comes.
  if (standing === null) return { row: null, nextEvaluationAt: days[0]?.firstAt ?? null };
  const { tier, since, windowRevenueMinor, nextChangeAt } = standing;
  const facts = orderFacts(days, now);
  const row = { profileId, tier, tierSince: since, windowRevenueMinor, ...facts };
  return { row, nextEvaluationAt: nextChangeAt };
}
