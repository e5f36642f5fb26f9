import type { Rehoming } from '../identity';
import { retireProfile } from './lifecycle.store';

/**
 * Stages do not move house: the survivor's follow from the days of both, which the evaluation
 * after the merge reckons with.
 */
export const lifecycleRehoming: Rehoming = {
  name: 'lifecycle',
  rehome: (tx, absorbed, _survivor, now) => retireProfile(tx, absorbed, now),
};
