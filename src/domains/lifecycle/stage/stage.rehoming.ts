import type { Rehoming } from '../../identity';
import { retireProfile } from './stage.store';

/**
 * Stages do not move house: they follow from the days each profile has after a move, which the
 * evaluation afterwards reckons with.
 */
export const lifecycleRehoming: Rehoming = {
  rehome: async (tx, { from, isWhole }, now) => {
    if (isWhole) await retireProfile(tx, from, now);
  },
};
