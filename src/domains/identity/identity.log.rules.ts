import type { EventId, IdentifierId } from '../../shared/ids';
import { storableText } from '../../shared/text';
import type { Demotion } from './identity.plan';

/** Characters of a warning's value that are kept: those of the longest usable identifier. */
export const WARNING_VALUE_LENGTH_MAX = 255;
/** Characters of a warning's namespace that are kept. Namespaces we know are shorter. */
export const WARNING_NAMESPACE_LENGTH_MAX = 100;

/** An accepted event, with those of its identifiers that were not used. */
export interface DemotingEvent {
  readonly eventId: EventId;
  /** The identifier the event belongs to. */
  readonly identifierId: IdentifierId;
  readonly source: string;
  readonly occurredAt: Date;
  readonly demotions: readonly Demotion[];
}

/** What a batch adds to one warning. */
export interface IdentityWarning {
  readonly identifierId: IdentifierId;
  /** The whole of what makes two warnings of one identifier the same; of any length. */
  readonly sameness: string;
  /** The reason of the demotion. */
  readonly rule: string;
  readonly namespace: string;
  readonly value: string;
  readonly source: string;
  /** The first event that gave rise to it. */
  readonly eventId: EventId;
  readonly occurredAt: Date;
  /** In how many events. */
  readonly times: number;
}

/**
 * The warnings of a batch, each once: the same rule, namespace, value and source at the same
 * identifier are one warning, however many events gave rise to it. Of a namespace that is unknown or
 * not allowed the first value stands for all: it is the namespace that is refused, and a source
 * that sends a session id there would otherwise earn a warning for each session.
 */
export function warningsOf(events: readonly DemotingEvent[]): readonly IdentityWarning[] {
  const warnings = new Map<string, IdentityWarning>();
  for (const event of events) {
    // What one event says twice it says once.
    const told = new Set<string>();
    for (const demotion of event.demotions) {
      const sameness = samenessOf(demotion, event.source);
      if (told.has(sameness)) continue;
      told.add(sameness);
      const key = `${event.identifierId} ${sameness}`;
      const earlier = warnings.get(key);
      warnings.set(
        key,
        earlier === undefined
          ? newWarning(event, demotion, sameness)
          : { ...earlier, times: earlier.times + 1 },
      );
    }
  }
  return [...warnings.values()];
}

function samenessOf({ reason, namespace, value }: Demotion, source: string): string {
  const isOfNamespace = reason === 'UNKNOWN_NAMESPACE' || reason === 'NAMESPACE_NOT_ALLOWED';
  const named = isOfNamespace ? [namespace] : [namespace, value];
  return JSON.stringify([source, reason, ...named]);
}

function newWarning(
  { identifierId, source, eventId, occurredAt }: DemotingEvent,
  { reason, namespace, value }: Demotion,
  sameness: string,
): IdentityWarning {
  return {
    identifierId,
    sameness,
    rule: reason,
    namespace: cut(namespace, WARNING_NAMESPACE_LENGTH_MAX),
    value: cut(value, WARNING_VALUE_LENGTH_MAX),
    source: storableText(source),
    eventId,
    occurredAt,
    times: 1,
  };
}

/** Cut first: that may leave half a surrogate pair. */
function cut(text: string, lengthMax: number): string {
  return storableText(text.slice(0, lengthMax));
}
