import type { Rehoming } from '../identity';
import { moveFeedback } from './feedback.store';

/** What a customer told goes with the identifier that told it. */
export const feedbackRehoming: Rehoming = {
  rehome: (tx, move) => moveFeedback(tx, move),
};
