import { type Draft, isDraft, type Refused } from './events.intake';
import type { IncomingEvent, JudgedEvent } from './events.model';

/** The message an event is, where it may turn out to have been taken before. */
export function messageKeyOf(judged: Draft | Refused): string | undefined {
  return judged.messageKey;
}

/**
 * The events of a batch that are not as their schema says, in the order sent. Each message is among
 * them once, however often it comes.
 * @param isAccepted whether a draft is the one of its message that was taken
 * @param setAsideKeys messages that had not been set aside for this before
 */
export function findViolating(
  events: readonly IncomingEvent[],
  judged: readonly (Draft | Refused)[],
  isAccepted: (draft: Draft) => boolean,
  setAsideKeys: Iterable<string>,
  receivedAt: Date,
): readonly JudgedEvent[] {
  const violating: JudgedEvent[] = [];
  const fresh = new Set(setAsideKeys);
  judged.forEach((one, index) => {
    if (isDraft(one)) {
      const { event, eventId, verdict } = one;
      if (verdict === undefined || !isAccepted(one)) return;
      violating.push({ event, eventId, receivedAt, violations: verdict.violations });
      return;
    }
    const event = events[index];
    const { messageKey, verdict } = one;
    if (event === undefined || messageKey === undefined || verdict === undefined) return;
    if (fresh.delete(messageKey)) {
      violating.push({ event, eventId: null, receivedAt, violations: verdict.violations });
    }
  });
  return violating;
}
