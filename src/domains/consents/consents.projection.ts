import type { Tx } from '../../platform/database/database';
import {
  type AcceptedEvent,
  type EventProjector,
  isConsentEvent,
  readConsentPreferences,
} from '../events';
import { type Decision, latestConsents } from './consents.rules';
import { recordLatestConsents } from './consents.store';

/**
 * Keeps what customers decided about the use of their data. It is the person who decides, so a
 * decision speaks for every identifier of the profile; what it says is kept per identifier, so that
 * a merge moves nothing and its undoing gives each side back what it said.
 */
export class ConsentProjector implements EventProjector {
  async project(tx: Tx, events: readonly AcceptedEvent[]): Promise<readonly never[]> {
    await recordLatestConsents(tx, latestConsents(events.flatMap(toDecision)));
    return [];
  }
}

function toDecision(event: AcceptedEvent): Decision[] {
  if (!isConsentEvent(event.name)) return [];
  const preferences = readConsentPreferences(event.properties);
  // The default event map keeps such events in quarantine; under a map of the company's own that
  // lets them in they are activity and no decision.
  if ('fault' in preferences) return [];
  const { eventId, occurredAt } = event;
  return [{ eventId, occurredAt, identifierIds: event.heldIdentifierIds, preferences }];
}
