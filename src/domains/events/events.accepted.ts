import type { IdentifierId } from '../../shared/ids';
import type { Occurrence } from '../activity';
import type { Assignment, DemotingEvent } from '../identity';
import type { Draft } from './events.intake';
import type { AcceptedEvent, ExpectedEvent } from './events.model';
import type { EventRow } from './events.store';

/** An event that was taken, and whose it is. */
export interface Accepted {
  readonly draft: Draft;
  readonly assignment: Assignment;
  readonly heldIdentifierIds: readonly IdentifierId[];
}

export function toExpectedEvent({ event, identifiers, signals }: Draft): ExpectedEvent {
  return {
    name: event.name,
    properties: event.properties ?? {},
    signals,
    identifiers: identifiers.map(({ key }) => key),
  };
}

export function toEventRow({ draft, assignment }: Accepted, source: string, now: Date): EventRow {
  const { event, eventId, messageKey, occurredAt } = draft;
  return {
    messageKey,
    eventId,
    identifierId: assignment.identifierId,
    source,
    messageId: event.messageId,
    name: event.name,
    channel: event.channel ?? null,
    identifiers: event.identifiers,
    properties: event.properties ?? {},
    occurredAt,
    receivedAt: event.receivedAt ?? now,
  };
}

export function toAcceptedEvent(accepted: Accepted, source: string, now: Date): AcceptedEvent {
  const { draft, assignment, heldIdentifierIds } = accepted;
  return {
    eventId: draft.eventId,
    identifierId: assignment.identifierId,
    profileId: assignment.profileId,
    heldIdentifierIds,
    source,
    messageId: draft.event.messageId,
    name: draft.event.name,
    channel: draft.event.channel ?? null,
    occurredAt: draft.occurredAt,
    receivedAt: draft.event.receivedAt ?? now,
    properties: draft.event.properties ?? {},
    signals: draft.signals,
  };
}

export function toDemotingEvent({ draft, assignment }: Accepted, source: string): DemotingEvent {
  const { eventId, occurredAt, unusable } = draft;
  const { identifierId, demotions } = assignment;
  return { eventId, identifierId, source, occurredAt, demotions: [...unusable, ...demotions] };
}

export function toOccurrence(event: AcceptedEvent): Occurrence {
  return { ...event, isOwnEvent: true };
}
