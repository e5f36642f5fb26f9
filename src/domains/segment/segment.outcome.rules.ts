import { toPublicId } from '../../shared/ids';
import type { EventOutcome, UnreadableItem } from '../events';
import type { ItemWarning } from './segment.model';

/** What became of one item, in the reply. Members that say nothing are left out. */
export interface ItemOutcome {
  readonly messageId: string;
  readonly status: EventOutcome['status'];
  readonly eventId?: string;
  readonly profileId?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly demoted?: readonly DemotedIdentifier[];
  readonly warning?: ItemWarning;
}

interface DemotedIdentifier {
  readonly namespace: string;
  readonly value: string;
  readonly reason: string;
}

export interface RequestOutcome {
  readonly success: true;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** One for each item, in the order sent. */
  readonly outcomes: readonly ItemOutcome[];
}

/** Demotions that follow from the value alone, and tell nothing of who else is known. */
const OF_THE_VALUE: ReadonlySet<string> = new Set([
  'UNKNOWN_NAMESPACE',
  'JUNK_VALUE',
  'VALUE_TOO_LONG',
  'INVALID_VALUE',
  'NAMESPACE_NOT_ALLOWED',
]);

/**
 * @param mayReadProfiles whether the sender may be told what follows from the profiles there are.
 *   The key of a web page is known to all its visitors: whose an address is, and whether it is
 *   known at all, must not be had by sending an event.
 */
export function itemOutcome(
  messageId: string,
  outcome: EventOutcome,
  warning: ItemWarning | null,
  mayReadProfiles: boolean,
): ItemOutcome {
  const { status } = outcome;
  const warned = warning === null ? {} : { warning };
  if (status === 'QUARANTINED') {
    return { messageId, status, reason: outcome.reason, detail: outcome.detail, ...warned };
  }
  const eventId = toPublicId('evt', outcome.eventId);
  const owner = mayReadProfiles ? { profileId: toPublicId('prf', outcome.profileId) } : {};
  const demotions = status === 'ACCEPTED' ? outcome.demotions : [];
  const shown = demotions
    .filter(({ reason }) => mayReadProfiles || OF_THE_VALUE.has(reason))
    .map(({ namespace, value, reason }) => ({ namespace, value, reason }));
  const demoted = shown.length === 0 ? {} : { demoted: shown };
  return { messageId, status, eventId, ...owner, ...demoted, ...warned };
}

export function unreadableOutcome({ messageId, reason, detail }: UnreadableItem): ItemOutcome {
  return { messageId, status: 'QUARANTINED', reason, detail };
}

export function requestOutcome(outcomes: readonly ItemOutcome[]): RequestOutcome {
  const count = (status: EventOutcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  return {
    success: true,
    accepted: count('ACCEPTED'),
    duplicates: count('DUPLICATE'),
    quarantined: count('QUARANTINED'),
    outcomes,
  };
}
