import type { Tx } from '../../platform/database/database';
import { type AcceptedEvent, type EventProjector, readFeedback } from '../events';
import { insertFeedback, type NewFeedback } from './feedback.store';

/** The event that carries a feedback, whichever door it comes in by. */
export const FEEDBACK_SUBMITTED = 'Feedback Submitted';

/** Writes a row for every `Feedback Submitted` event. */
export class FeedbackProjector implements EventProjector {
  async project(tx: Tx, events: readonly AcceptedEvent[]): Promise<readonly never[]> {
    await insertFeedback(tx, events.flatMap(toFeedback));
    return [];
  }
}

function toFeedback(event: AcceptedEvent): NewFeedback[] {
  if (event.name !== FEEDBACK_SUBMITTED) return [];
  const facts = readFeedback(event.properties);
  // The default event map keeps such events in quarantine; under a map of the company's own that
  // lets them in they are activity and no feedback.
  if ('fault' in facts) return [];
  const { eventId: id, identifierId, profileId, channel, occurredAt, receivedAt } = event;
  return [{ ...facts, id, identifierId, profileId, channel, occurredAt, receivedAt }];
}
