import type { Tx } from '../../platform/database/database';
import { type EventId, fromPublicId, type IdSource, type ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { DailySignals } from '../activity';
import {
  type Demotion,
  EXPLICIT_PRIORITY,
  type IdentifierKey,
  type IdentityPolicy,
  normaliseIdentifier,
  type PrimaryIdentifier,
  type ProfileDirectory,
  type UsableIdentifier,
} from '../identity';
import type { EventMap } from './events.map';
import type { AllowedEvents, IncomingEvent, JudgeBySchema, SchemaVerdict } from './events.model';
import { type EventLimits, judgeEvent, type Rejection } from './events.rules';
import { messageKey } from './events.store';

/** The reserved namespace by which an event names a profile itself, by its public id. */
export const PROFILE_ID_NAMESPACE = 'profile_id';

/** An event that passed every check of its own; whose it is comes next. */
export interface Draft {
  /** As it is to be stored: without what its schema leaves out. */
  readonly event: IncomingEvent;
  readonly eventId: EventId;
  readonly messageKey: string;
  readonly occurredAt: Date;
  readonly signals: Partial<DailySignals>;
  /** At least one, each once. */
  readonly identifiers: readonly UsableIdentifier[];
  /** Identifiers that name nobody. */
  readonly unusable: readonly Demotion[];
  readonly verdict: SchemaVerdict | undefined;
}

/** An event that is set aside. */
export interface Refused extends Rejection {
  /**
   * Of an event that its schema refuses, or that is too old. It may be a message that was taken
   * before that was so, and then it is a duplicate like any other.
   */
  readonly messageKey?: string;
  /** Of an event that its schema refuses. */
  readonly verdict?: SchemaVerdict;
}

export interface IntakeParts {
  readonly ids: IdSource;
  readonly directory: ProfileDirectory;
  readonly identityPolicy: IdentityPolicy;
  readonly map: EventMap;
  readonly limits: EventLimits;
}

export function isDraft(judged: Draft | Refused): judged is Draft {
  return 'eventId' in judged;
}

/** Judges a batch: for each event, in order, the draft to go on with or why it is set aside. */
export async function takeIn(
  tx: Tx,
  source: string,
  events: readonly IncomingEvent[],
  allowed: AllowedEvents,
  now: Date,
  parts: IntakeParts,
  judgeBySchema: JudgeBySchema | null,
): Promise<readonly (Draft | Refused)[]> {
  const addressed = await findAddressed(tx, events, parts);
  return events.map((event) => {
    const judgement = judgeEvent(event, parts.map, parts.limits, allowed, now, judgeBySchema);
    const { verdict } = judgement;
    if (!judgement.valid) {
      const { reason, detail } = judgement;
      if (verdict === undefined && reason !== 'TOO_OLD') return { reason, detail };
      return { reason, detail, messageKey: messageKey(source, event.messageId), verdict };
    }
    const { identifiers, unusable, unknownProfile } = readIdentifiers(
      event,
      addressed,
      allowed,
      parts,
    );
    if (unknownProfile) {
      return {
        reason: 'UNKNOWN_PROFILE',
        detail: 'No profile has the id the event names, or it has none but shared identifiers.',
      };
    }
    if (identifiers.length === 0) {
      const reasons = unusable.map((one) => `${one.namespace}: ${one.reason}`).join(', ');
      return {
        reason: 'NO_USABLE_IDENTIFIER',
        detail: reasons === '' ? 'The event names nobody.' : `None can be used (${reasons}).`,
      };
    }
    return {
      event: withProperties(event, verdict?.properties),
      eventId: parts.ids.next<EventId>(),
      messageKey: messageKey(source, event.messageId),
      occurredAt: judgement.occurredAt,
      signals: judgement.signals,
      identifiers,
      unusable,
      verdict,
    };
  });
}

/** The event with the properties that are left of it. Usually that is all, and the event itself. */
function withProperties(event: IncomingEvent, properties: JsonObject | undefined): IncomingEvent {
  if (properties === undefined || properties === event.properties) return event;
  // Copied whole, whatever else an event may have: few events have something left out.
  return { ...event, properties };
}

/** For each id that an event names a profile by, the identifier that stands for the profile. */
type Addressed = ReadonlyMap<ProfileId, PrimaryIdentifier>;

async function findAddressed(
  tx: Tx,
  events: readonly IncomingEvent[],
  { directory, limits }: IntakeParts,
): Promise<Addressed> {
  const profileIds = new Set<ProfileId>();
  for (const { identifiers } of events) {
    // Such an event is set aside for it, so nothing it names is looked up.
    if (identifiers.length > limits.identifiersMax) continue;
    for (const { namespace, value } of identifiers) {
      if (namespace !== PROFILE_ID_NAMESPACE) continue;
      const profileId = tryReadProfileId(value);
      if (profileId !== null) profileIds.add(profileId);
    }
  }
  if (profileIds.size === 0) return new Map();
  return directory.primaryIdentifiers(tx, [...profileIds]);
}

interface ReadIdentifiers {
  readonly identifiers: readonly UsableIdentifier[];
  readonly unusable: readonly Demotion[];
  readonly unknownProfile: boolean;
}

function readIdentifiers(
  event: IncomingEvent,
  addressed: Addressed,
  { namespaces }: AllowedEvents,
  { identityPolicy }: IntakeParts,
): ReadIdentifiers {
  const identifiers = new Map<string, UsableIdentifier>();
  const unusable: Demotion[] = [];
  const use = ({ namespace, value }: IdentifierKey, priority: number) => {
    const text = `${namespace} ${value}`;
    const isExplicit = identifiers.get(text)?.priority === EXPLICIT_PRIORITY;
    if (!isExplicit) identifiers.set(text, { key: { namespace, value }, priority });
  };
  for (const sent of event.identifiers) {
    if (namespaces !== null && !namespaces.has(sent.namespace)) {
      unusable.push({ ...sent, reason: 'NAMESPACE_NOT_ALLOWED' });
      continue;
    }
    if (sent.namespace === PROFILE_ID_NAMESPACE) {
      const known = findByAddress(sent.value, addressed);
      // By a name that others share the event could be taken for theirs.
      if (known === undefined || known.isShared)
        return { identifiers: [], unusable: [], unknownProfile: true };
      // It is stored, so it is not read by a policy that may have changed since; and whoever
      // names a profile means that one, whatever else the event says.
      use(known, EXPLICIT_PRIORITY);
      continue;
    }
    const normalised = normaliseIdentifier(sent, identityPolicy);
    if (normalised.usable) {
      use(normalised.key, normalised.priority);
    } else {
      unusable.push({ ...sent, reason: normalised.reason });
    }
  }
  return { identifiers: [...identifiers.values()], unusable, unknownProfile: false };
}

function findByAddress(value: string, addressed: Addressed): PrimaryIdentifier | undefined {
  const profileId = tryReadProfileId(value);
  return profileId === null ? undefined : addressed.get(profileId);
}

function tryReadProfileId(text: string): ProfileId | null {
  try {
    return fromPublicId<ProfileId>('prf', text);
  } catch {
    return null;
  }
}
