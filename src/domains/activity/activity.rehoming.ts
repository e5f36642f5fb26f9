import type { Rehoming } from '../identity';
import { moveDays } from './activity.store';

/** Days follow the identifiers whose events they add up. */
export const activityRehoming: Rehoming = {
  name: 'activity',
  rehome: (tx, absorbed, survivor) => moveDays(tx, absorbed, survivor),
};
