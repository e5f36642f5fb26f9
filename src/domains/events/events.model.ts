import type { Caller } from '../../platform/auth/caller';
import type { Tx } from '../../platform/database/database';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { DailySignals } from '../activity';
import type { IdentifierKey } from '../identity';

/** Where it stood, of what was read from a file. */
export interface FileLine {
  /** Without its folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** An event as a door hands it in: well-formed, not yet judged. */
export interface IncomingEvent {
  /** The sender's own id of this event; the same one twice is the same event. */
  readonly messageId: string;
  readonly name: string;
  /** When it happened, as far as the sender knows; the time of arrival where left out. */
  readonly occurredAt?: Date | undefined;
  /** When it arrived, where that was before: of one that comes from the quarantine. */
  readonly receivedAt?: Date | undefined;
  /** Who it was about, as sent: not yet normalised. */
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly properties?: JsonObject | undefined;
  /** What the event tells of the customer, to be kept on the profile. */
  readonly traits?: JsonObject | undefined;
  /** Where it happened: `web`, `app`, `store`, `mini_program` … */
  readonly channel?: string | undefined;
  /** The version of the event schema that the sender wrote it by; the active one where left out. */
  readonly schemaVersion?: number | undefined;
  /** Kept with it where it is set aside, and with nothing else. */
  readonly fileLine?: FileLine | undefined;
}

/** One thing about an event that is not as its schema says, without any of its values. */
export interface SchemaViolation {
  /** Of the schema that it was judged by; 0 where there was none to judge by. */
  readonly version: number;
  /** Where, in the words of the schema. There are only so many of them. */
  readonly path: string;
  /** What was not met, e.g. `required`. */
  readonly rule: string;
  /** Where exactly. */
  readonly place: string;
}

/** What is said of an event that is not as its schema says. */
export interface SchemaVerdict {
  /** Why it is set aside; null where it is taken in all the same. */
  readonly refusal: string | null;
  /** What is to be stored: the properties as sent, or what is left of them. */
  readonly properties: JsonObject;
  /** At least one. */
  readonly violations: readonly SchemaViolation[];
}

/** An event that violates its schema and is not a duplicate. */
export interface JudgedEvent {
  readonly event: IncomingEvent;
  /** Null where it was set aside. */
  readonly eventId: EventId | null;
  readonly receivedAt: Date;
  readonly violations: readonly SchemaViolation[];
}

/** @returns null where there is nothing to say of an event */
export type JudgeBySchema = (event: IncomingEvent) => SchemaVerdict | null;

/** What the company agreed with its senders on the properties of events. */
export interface EventSchemas {
  /**
   * Called first of all in a batch; takes no statement where what is known is not too old.
   * @returns null where nothing is agreed on any of the events
   */
  judgeOf(tx: Tx, events: readonly IncomingEvent[], now: Date): Promise<JudgeBySchema | null>;
  /** Counts what was found. Called last of all in a batch: no other lock is waited for after it. */
  recordViolations(
    tx: Tx,
    source: string,
    judged: readonly JudgedEvent[],
    now: Date,
  ): Promise<void>;
}

/** What a sender may send; null where everything. */
export interface AllowedEvents {
  /** Of identifiers. Those of other namespaces are not used. */
  readonly namespaces: ReadonlySet<string> | null;
  readonly eventNames: ReadonlySet<string> | null;
}

/** Of senders that nobody restricted. */
export const everythingAllowed: AllowedEvents = { namespaces: null, eventNames: null };

/** Whoever says what senders may send through the API. */
export interface EventAdmission {
  /**
   * Lets a caller send so many events now.
   * @returns what they may send
   * @throws Fault where it is too many for now
   */
  admit(caller: Caller, events: number): AllowedEvents;
}

/** An event that was stored: what the other domains may take their facts from. */
export interface AcceptedEvent {
  readonly eventId: EventId;
  /** The identifier node the event belongs to, for ever. */
  readonly identifierId: IdentifierId;
  /** The profile that node belongs to in this transaction. */
  readonly profileId: ProfileId;
  /**
   * Of a decision on consent, which speaks for them all: every identifier the profile held when it
   * was taken in, with those it brought, and not what later events of the batch brought. None of
   * other events, since a profile is too large to read for each.
   */
  readonly heldIdentifierIds: readonly IdentifierId[];
  readonly source: string;
  readonly messageId: string;
  readonly name: string;
  /** Where it happened, as sent. */
  readonly channel: string | null;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly properties: JsonObject;
  /** What the event map made of it; signals it does not carry are left out. */
  readonly signals: Partial<DailySignals>;
}

/** Signals that an event of one profile earns another one, e.g. a referrer. */
export interface Contribution {
  /** Whose day it counts on: that of the profile that holds the identifier now. */
  readonly identifierId: IdentifierId;
  readonly occurredAt: Date;
  readonly signals: Partial<DailySignals>;
}

/** An event that is about to be taken in, before anything is locked: it may yet be a duplicate. */
export interface ExpectedEvent {
  readonly name: string;
  readonly properties: JsonObject;
  readonly signals: Partial<DailySignals>;
  /** Those that can be used. */
  readonly identifiers: readonly IdentifierKey[];
}

/** Whose each event's identifiers are as yet: nobody's, one profile's, or several to be merged. */
export type FindHolders = (
  events: readonly ExpectedEvent[],
) => Promise<readonly (readonly ProfileId[])[]>;

/**
 * What another domain does with accepted events (points for an order, a row for a feedback), in
 * the transaction that stores them and set-based over the whole batch. Duplicates never get here.
 */
export interface EventProjector {
  /**
   * Called before the batch locks anybody. It may take locks that come before those of profiles.
   * Nothing it reads is certain until the locks are held: a profile left out is locked later, at
   * the risk of a deadlock.
   * @param holdersOf one statement of the database: to be called only where it matters
   * @param hasFailed whether the batch was tried before, and may have met another over what it
   *   locked later: what seldom is needed is worth looking up then
   * @returns profiles that `project` will lock as well, none of them absorbed; they are locked
   *   together with those of the batch
   */
  companions?(
    tx: Tx,
    events: readonly ExpectedEvent[],
    holdersOf: FindHolders,
    hasFailed: boolean,
  ): Promise<readonly ProfileId[]>;
  /**
   * @param mergedProfileIds profiles that absorbed another one in this batch, and thereby came by
   *   facts that are in none of the events
   * @returns what the events add to the days of other profiles, usually nothing
   */
  project(
    tx: Tx,
    events: readonly AcceptedEvent[],
    now: Date,
    mergedProfileIds: readonly ProfileId[],
  ): Promise<readonly Contribution[]>;
}
