import type { Rehoming } from '../identity';
import { removeValues } from './value.store';

/** What a profile is worth follows from the days it has after a move, which are evaluated then. */
export const valueRehoming: Rehoming = {
  rehome: async (tx, { from, isWhole }) => {
    if (isWhole) removeValues(tx, [from]);
  },
};
