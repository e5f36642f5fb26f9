import type { Rehoming } from '../identity';
import { moveDays, removeEvaluation } from './activity.store';

/** Days follow the identifiers whose events they add up. */
export const activityRehoming: Rehoming = {
  rehome: async (tx, move) => {
    await moveDays(tx, move);
    if (move.isWhole) await removeEvaluation(tx, move.from);
  },
};
