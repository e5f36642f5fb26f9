import type { EventId, IdentifierId } from '../../shared/ids';
import type { ConsentPreference } from '../events';

/** What a customer decided by one event. */
export interface Decision {
  readonly eventId: EventId;
  readonly occurredAt: Date;
  /** For whom it speaks: every identifier the customer's profile held when it was taken in. */
  readonly identifierIds: readonly IdentifierId[];
  readonly preferences: readonly ConsentPreference[];
}

/** What an identifier says of a purpose. */
export interface IdentifierConsent extends ConsentPreference {
  readonly identifierId: IdentifierId;
  readonly occurredAt: Date;
  readonly eventId: EventId;
}

/**
 * What each identifier says last of each purpose, by the time of the event and whatever the order
 * of the decisions; at the same instant the refusal wins.
 */
export function latestConsents(decisions: readonly Decision[]): readonly IdentifierConsent[] {
  // A map within a map: a thousand identifiers times fifty purposes are too many keys to write out.
  const latest = new Map<IdentifierId, Map<string, IdentifierConsent>>();
  for (const { eventId, occurredAt, identifierIds, preferences } of decisions) {
    for (const identifierId of identifierIds) {
      const kept = latest.get(identifierId) ?? new Map<string, IdentifierConsent>();
      latest.set(identifierId, kept);
      for (const { purpose, isGranted } of preferences) {
        const told = { identifierId, purpose, isGranted, occurredAt, eventId };
        const earlier = kept.get(purpose);
        if (earlier === undefined || overrules(told, earlier)) kept.set(purpose, told);
      }
    }
  }
  return [...latest.values()].flatMap((kept) => [...kept.values()]);
}

/** The store decides alike against what it holds. */
function overrules(told: IdentifierConsent, kept: IdentifierConsent): boolean {
  const laterMs = told.occurredAt.getTime() - kept.occurredAt.getTime();
  return laterMs === 0 ? kept.isGranted && !told.isGranted : laterMs > 0;
}
