import { isStorable, isWithin } from '../../shared/json';
import type { DailySignals } from '../activity';
import { type EventMap } from './events.map';
import type { AllowedEvents, IncomingEvent, JudgeBySchema, SchemaVerdict } from './events.model';
import { firstKeptMonth, startOfMonth } from './events.months.rules';

export interface EventLimits {
  /** Bytes of one event as JSON. */
  readonly eventBytesMax: number;
  /** Levels of lists and objects in the properties and in the traits. */
  readonly nestingMax: number;
  readonly messageIdLengthMax: number;
  readonly nameLengthMax: number;
  readonly identifiersMax: number;
  readonly traitsMax: number;
  /** Characters; the database indexes the names of traits, and its index takes no long ones. */
  readonly traitNameLengthMax: number;
  /** How far ahead of ours a sender's clock may run. */
  readonly clockSkewMsMax: number;
  /** Null where events are kept for ever. Those of a month are kept or dropped together. */
  readonly retentionDays: number | null;
}

/** Limits follow Segment's HTTP API, where it has them. */
export const defaultEventLimits: EventLimits = {
  eventBytesMax: 32 * 1024,
  nestingMax: 32,
  messageIdLengthMax: 100,
  nameLengthMax: 200,
  identifiersMax: 50,
  traitsMax: 100,
  traitNameLengthMax: 200,
  clockSkewMsMax: 60 * 60 * 1000,
  retentionDays: null,
};

export type QuarantineReason =
  | 'UNREADABLE'
  | 'INVALID_TIME'
  | 'MISSING_MESSAGE_ID'
  | 'MESSAGE_ID_TOO_LONG'
  | 'MISSING_NAME'
  | 'NAME_TOO_LONG'
  | 'EVENT_TOO_LARGE'
  | 'NESTED_TOO_DEEPLY'
  | 'TOO_MANY_IDENTIFIERS'
  | 'TOO_MANY_TRAITS'
  | 'TRAIT_NAME_TOO_LONG'
  | 'NO_USABLE_IDENTIFIER'
  | 'UNKNOWN_PROFILE'
  | 'OCCURRED_IN_FUTURE'
  | 'OCCURRED_TOO_EARLY'
  | 'TOO_OLD'
  | 'UNSTORABLE_TEXT'
  | 'INVALID_PROPERTIES'
  | 'EVENT_NAME_NOT_ALLOWED'
  | 'SCHEMA_VIOLATION';

/** Why an event was set aside instead of counted. */
export interface Rejection {
  readonly reason: QuarantineReason;
  readonly detail: string;
}

export type Judgement =
  | {
      readonly valid: true;
      readonly occurredAt: Date;
      readonly signals: Partial<DailySignals>;
      readonly verdict?: SchemaVerdict | undefined;
    }
  | ({ readonly valid: false; readonly verdict?: SchemaVerdict | undefined } & Rejection);

/** Nothing sensible happened to a customer before computers kept time. */
const EARLIEST = new Date('1970-01-01T00:00:00Z');

/**
 * Judges one event by itself, before anything is known of whose it is.
 * @param judgeBySchema null where no event schema is for any event of the batch
 */
export function judgeEvent(
  event: IncomingEvent,
  map: EventMap,
  limits: EventLimits,
  allowed: AllowedEvents,
  now: Date,
  judgeBySchema: JudgeBySchema | null = null,
): Judgement {
  const rejection =
    findFormFault(event, limits) ??
    findNameFault(event, allowed) ??
    findTimeFault(event, limits, now);
  if (rejection !== null) return { valid: false, ...rejection };
  const verdict = judgeBySchema?.(event) ?? undefined;
  if (verdict !== undefined && verdict.refusal !== null) {
    return { valid: false, reason: 'SCHEMA_VIOLATION', detail: verdict.refusal, verdict };
  }
  // What the schema leaves out is not stored, so it must not count either.
  const properties = verdict?.properties ?? event.properties ?? {};
  const reading = map.get(event.name)?.(properties) ?? {};
  if ('fault' in reading)
    return { valid: false, reason: 'INVALID_PROPERTIES', detail: reading.fault };
  return { valid: true, occurredAt: occurredAtOf(event, now), signals: reading, verdict };
}

function findFormFault(event: IncomingEvent, limits: EventLimits): Rejection | null {
  const { messageId, name, identifiers } = event;
  if (messageId.trim() === '') {
    return { reason: 'MISSING_MESSAGE_ID', detail: 'An event needs a message id.' };
  }
  if (messageId.length > limits.messageIdLengthMax) {
    const detail = `A message id has at most ${limits.messageIdLengthMax} characters.`;
    return { reason: 'MESSAGE_ID_TOO_LONG', detail };
  }
  if (name.trim() === '') return { reason: 'MISSING_NAME', detail: 'An event needs a name.' };
  if (name.length > limits.nameLengthMax) {
    const detail = `An event name has at most ${limits.nameLengthMax} characters.`;
    return { reason: 'NAME_TOO_LONG', detail };
  }
  if (identifiers.length > limits.identifiersMax) {
    const detail = `An event has at most ${limits.identifiersMax} identifiers.`;
    return { reason: 'TOO_MANY_IDENTIFIERS', detail };
  }
  const traitNames = Object.keys(event.traits ?? {});
  if (traitNames.length > limits.traitsMax) {
    const detail = `An event has at most ${limits.traitsMax} traits.`;
    return { reason: 'TOO_MANY_TRAITS', detail };
  }
  if (traitNames.some((trait) => trait.length > limits.traitNameLengthMax)) {
    const detail = `The name of a trait has at most ${limits.traitNameLengthMax} characters.`;
    return { reason: 'TRAIT_NAME_TOO_LONG', detail };
  }
  // Before the event is written as JSON, which goes down as deep as the event does.
  if (![event.properties, event.traits].every((value) => isWithin(limits.nestingMax, value))) {
    const detail = `Properties and traits have at most ${limits.nestingMax} levels.`;
    return { reason: 'NESTED_TOO_DEEPLY', detail };
  }
  const bytes = bytesOf(event);
  if (bytes > limits.eventBytesMax) {
    const detail = `The event has ${bytes} bytes; at most ${limits.eventBytesMax} are taken.`;
    return { reason: 'EVENT_TOO_LARGE', detail };
  }
  const texts = [messageId, name, event.channel ?? '', event.properties ?? {}, event.traits ?? {}];
  if (!texts.every(isStorable)) {
    const detail = 'Text with NUL or with half a surrogate pair cannot be stored.';
    return { reason: 'UNSTORABLE_TEXT', detail };
  }
  return null;
}

/** Of what was sent: where in a file it stood is ours. */
function bytesOf(event: IncomingEvent): number {
  const sent = event.fileLine === undefined ? event : { ...event, fileLine: undefined };
  return Buffer.byteLength(JSON.stringify(sent));
}

function findNameFault({ name }: IncomingEvent, { eventNames }: AllowedEvents): Rejection | null {
  if (eventNames === null || eventNames.has(name)) return null;
  const detail = 'The source may not send events of this name.';
  return { reason: 'EVENT_NAME_NOT_ALLOWED', detail };
}

function findTimeFault(event: IncomingEvent, limits: EventLimits, now: Date): Rejection | null {
  const occurredAt = occurredAtOf(event, now);
  if (!(occurredAt >= EARLIEST)) {
    const detail = `An event cannot have happened before ${EARLIEST.toISOString()}.`;
    return { reason: 'OCCURRED_TOO_EARLY', detail };
  }
  if (occurredAt.getTime() > now.getTime() + limits.clockSkewMsMax) {
    const detail = `An event cannot happen more than ${limits.clockSkewMsMax} ms from now.`;
    return { reason: 'OCCURRED_IN_FUTURE', detail };
  }
  return findAgeFault(occurredAt, limits, now);
}

/** What would be dropped at once is not taken in: its month would be made anew time and again. */
function findAgeFault(
  occurredAt: Date,
  { retentionDays }: EventLimits,
  now: Date,
): Rejection | null {
  if (retentionDays === null) return null;
  const keptSince = startOfMonth(firstKeptMonth(now, retentionDays));
  if (occurredAt >= keptSince) return null;
  const detail = `Events are kept since ${keptSince.toISOString()}, and it happened before.`;
  return { reason: 'TOO_OLD', detail };
}

/** An event without a time of its own happened when it arrived. */
function occurredAtOf(event: IncomingEvent, now: Date): Date {
  return event.occurredAt ?? event.receivedAt ?? now;
}
