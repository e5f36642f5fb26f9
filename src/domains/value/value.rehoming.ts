import type { Rehoming } from '../identity';
import { removeValues } from './value.store';

/** What the survivor is worth follows from the days of both, which are evaluated after the merge. */
export const valueRehoming: Rehoming = {
  name: 'value',
  rehome: (tx, absorbed) => removeValues(tx, [absorbed]),
};
