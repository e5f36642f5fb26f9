import type { Rehoming } from '../identity';
import { moveFeedback } from './feedback.store';

/** What a customer told stays theirs. */
export const feedbackRehoming: Rehoming = {
  name: 'feedback',
  rehome: (tx, absorbed, survivor) => moveFeedback(tx, absorbed, survivor),
};
