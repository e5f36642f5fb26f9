import type { Database, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { EventId, IdSource, ProfileId } from '../../shared/ids';
import type { ActivityService, Occurrence } from '../activity';
import {
  type Demotion,
  type IdentityService,
  type KnownGraph,
  type ProfileDirectory,
} from '../identity';
import {
  type Accepted,
  toAcceptedEvent,
  toDemotingEvent,
  toEventRow,
  toExpectedEvent,
  toOccurrence,
} from './events.accepted';
import { countEvents } from './events.counts.store';
import { type Draft, type IntakeParts, isDraft, type Refused, takeIn } from './events.intake';
import {
  type AcceptedEvent,
  type AllowedEvents,
  type Contribution,
  type EventProjector,
  type EventSchemas,
  type ExpectedEvent,
  everythingAllowed,
  type IncomingEvent,
} from './events.model';
import type { EventPartitions } from './events.partitions';
import { setAside, setAsideUnreadable, type UnreadableItem } from './events.quarantine';
import type { Rejection } from './events.rules';
import * as store from './events.store';
import { tallyOutcomes } from './events.tally.rules';
import { findViolating, messageKeyOf } from './events.violations';
import { isConsentEvent } from './maps/consent-preferences';

/** Events handled in one transaction. */
export const EVENT_BATCH_MAX = 500;

/**
 * How often a batch is tried beside others. Merges keep overtaking a large one of much shared
 * customers; after that it goes alone, and nothing can.
 */
const ATTEMPTS_BESIDE_MAX = 5;

/** What became of one event. */
export type EventOutcome =
  | {
      readonly status: 'ACCEPTED';
      readonly eventId: EventId;
      readonly profileId: ProfileId;
      readonly demotions: readonly Demotion[];
    }
  | { readonly status: 'DUPLICATE'; readonly eventId: EventId; readonly profileId: ProfileId }
  | ({ readonly status: 'QUARANTINED' } & Rejection);

export interface IngestResult {
  /** One for each event, in the order given. */
  readonly outcomes: readonly EventOutcome[];
  /** The profiles the events belong to, each once, in the order they first appear. */
  readonly profileIds: readonly ProfileId[];
}

export interface IngestOptions {
  /** What the source may send; everything where left out. */
  readonly allowed?: AllowedEvents;
  /** Of the transaction, 1 for the first. */
  readonly attempt?: number;
}

export interface EventServiceParts extends IntakeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly identity: IdentityService;
  readonly directory: ProfileDirectory;
  readonly activity: ActivityService;
  readonly schemas: EventSchemas;
  readonly partitions: EventPartitions;
  /** In the order they are called. */
  readonly projectors: readonly EventProjector[];
}

/**
 * The one pipeline behind every door: validate → lock → leave out duplicates → resolve identities
 * → store → project → roll up → evaluate. When it returns, the profile shows the event.
 */
export class EventService {
  constructor(private readonly parts: EventServiceParts) {}

  /**
   * Takes events in, up to 500 in a transaction. One bad event never fails the others: it is
   * quarantined, with the reason. A message sent again is told by its source and message id.
   * @param allowed what the source may send
   */
  async ingest(
    source: string,
    events: readonly IncomingEvent[],
    allowed: AllowedEvents = everythingAllowed,
  ): Promise<IngestResult> {
    const outcomes: EventOutcome[] = [];
    for (let start = 0; start < events.length; start += EVENT_BATCH_MAX) {
      const batch = events.slice(start, start + EVENT_BATCH_MAX);
      const result = await this.parts.database.transaction((tx, attempt) =>
        this.ingestIn(tx, source, batch, this.parts.clock.now(), { allowed, attempt }),
      );
      outcomes.push(...result.outcomes);
    }
    return { outcomes, profileIds: touchedProfiles(outcomes) };
  }

  /** Like `ingest`, for one batch and in the caller's transaction. */
  async ingestIn(
    tx: Tx,
    source: string,
    events: readonly IncomingEvent[],
    now: Date,
    { allowed = everythingAllowed, attempt = 1 }: IngestOptions = {},
  ): Promise<IngestResult> {
    const processed = await this.process(tx, source, events, allowed, now, attempt);
    const { outcomes } = processed;
    const setAsideKeys = await setAside(tx, source, events, outcomes, this.parts.ids, now);
    await this.recordViolations(tx, source, events, processed, setAsideKeys, now);
    // Last: it holds counters that other batches of the source share.
    countEvents(tx, source, tallyOutcomes(outcomes), now);
    return { outcomes, profileIds: touchedProfiles(outcomes) };
  }

  /**
   * Takes one batch in that is kept in quarantine, in the caller's transaction. What is rejected
   * again is not set aside once more: it is the caller's to keep.
   * @param attempt of the transaction, 1 for the first
   * @returns one for each event, in the order given
   */
  async replayIn(
    tx: Tx,
    source: string,
    events: readonly IncomingEvent[],
    now: Date,
    attempt: number,
  ): Promise<readonly EventOutcome[]> {
    // By an operator's decision: what the source may send was asked when it sent it.
    const processed = await this.process(tx, source, events, everythingAllowed, now, attempt);
    await this.recordViolations(tx, source, events, processed, [], now);
    return processed.outcomes;
  }

  /**
   * Keeps what a door was sent and could not read as events, e.g. broken lines of a file. Nothing
   * of it counts until an operator makes an event of it.
   */
  async quarantineUnreadable(source: string, items: readonly UnreadableItem[]): Promise<void> {
    const { database, ids, clock } = this.parts;
    for (let start = 0; start < items.length; start += EVENT_BATCH_MAX) {
      const batch = items.slice(start, start + EVENT_BATCH_MAX);
      const outcomes = batch.map(({ reason }) => ({ status: 'QUARANTINED', reason }) as const);
      await database.transaction(async (tx) => {
        const now = clock.now();
        await setAsideUnreadable(tx, source, batch, ids, now);
        countEvents(tx, source, tallyOutcomes(outcomes), now);
      });
    }
  }

  private async process(
    tx: Tx,
    source: string,
    events: readonly IncomingEvent[],
    allowed: AllowedEvents,
    now: Date,
    attempt: number,
  ): Promise<Processed> {
    const { identity, schemas, partitions } = this.parts;
    const judgeBySchema = await schemas.judgeOf(tx, events, now);
    const judged = await takeIn(tx, source, events, allowed, now, this.parts, judgeBySchema);
    const drafts = judged.filter(isDraft);
    partitions.require(drafts);
    const companions = await this.companionsOf(tx, drafts, attempt > 1);
    const isAlone = attempt > ATTEMPTS_BESIDE_MAX;
    const messageKeys = judged.map(messageKeyOf).filter((key) => key !== undefined);
    const [known, receipts] = await Promise.all([
      identity.lockAndLoad(tx, drafts, companions, isAlone),
      // Only under the locks: a concurrent delivery of the same message is finished by then.
      store.findReceipts(tx, messageKeys),
    ]);
    const fresh = leaveOutDuplicates(drafts, receipts);
    const accepted = await this.accept(tx, source, fresh, known, now);
    const outcomes = await this.reportOutcomes(tx, judged, accepted, receipts);
    return { judged, accepted, outcomes };
  }

  /** @param setAsideKeys messages that had not been set aside for this before */
  private async recordViolations(
    tx: Tx,
    source: string,
    events: readonly IncomingEvent[],
    { judged, accepted }: Processed,
    setAsideKeys: readonly string[],
    now: Date,
  ): Promise<void> {
    const isAccepted = (draft: Draft) => accepted.get(draft.messageKey)?.draft === draft;
    const violating = findViolating(events, judged, isAccepted, setAsideKeys, now);
    if (violating.length > 0) await this.parts.schemas.recordViolations(tx, source, violating, now);
  }

  /** Whom the projectors will lock besides the profiles that the drafts name. */
  private async companionsOf(
    tx: Tx,
    drafts: readonly Draft[],
    hasFailed: boolean,
  ): Promise<readonly ProfileId[]> {
    const expected = drafts.map(toExpectedEvent);
    const holdersOf = (events: readonly ExpectedEvent[]) =>
      this.parts.identity.findHolders(
        tx,
        events.map(({ identifiers }) => identifiers),
      );
    const companions: ProfileId[] = [];
    for (const projector of this.parts.projectors) {
      companions.push(
        ...((await projector.companions?.(tx, expected, holdersOf, hasFailed)) ?? []),
      );
    }
    return companions;
  }

  private async accept(
    tx: Tx,
    source: string,
    drafts: readonly Draft[],
    known: KnownGraph,
    now: Date,
  ): Promise<ReadonlyMap<string, Accepted>> {
    if (drafts.length === 0) return new Map();
    const { identity, activity } = this.parts;
    const requests = drafts.map((draft) => {
      return { ...draft, asksForHeld: isConsentEvent(draft.event.name) };
    });
    const resolution = await identity.resolve(tx, source, requests, known, now);
    const accepted = drafts.map((draft, index) => ({
      draft,
      assignment: must(resolution.assignments[index]),
      heldIdentifierIds: must(resolution.heldIdentifierIds[index]),
    }));
    await this.store(tx, source, accepted, now);
    const events = accepted.map((one) => toAcceptedEvent(one, source, now));
    const contributions = await this.project(tx, events, now, resolution.mergedProfileIds);
    // A profile that absorbed another and was itself absorbed in this batch is no more.
    const absorbed = new Set(resolution.absorbedProfileIds);
    await activity.record(
      tx,
      [...events.map(toOccurrence), ...contributions],
      resolution.mergedProfileIds.filter((profileId) => !absorbed.has(profileId)),
      now,
    );
    // Last: it holds counters that all batches share.
    identity.recordWarnings(
      tx,
      accepted.map((one) => toDemotingEvent(one, source)),
      now,
    );
    return new Map(accepted.map((one) => [one.draft.messageKey, one]));
  }

  private async store(
    tx: Tx,
    source: string,
    accepted: readonly Accepted[],
    now: Date,
  ): Promise<void> {
    const rows = accepted.map((one) => toEventRow(one, source, now));
    store.insertEvents(tx, rows, this.parts.partitions.retell);
    const traits = accepted.flatMap(({ draft, assignment }) =>
      Object.entries(draft.event.traits ?? {}).map(([name, value]) => ({
        identifierId: assignment.identifierId,
        name,
        value,
        occurredAt: draft.occurredAt,
      })),
    );
    await this.parts.identity.recordTraits(tx, traits);
  }

  private async project(
    tx: Tx,
    events: readonly AcceptedEvent[],
    now: Date,
    mergedProfileIds: readonly ProfileId[],
  ): Promise<readonly Occurrence[]> {
    const contributions: Contribution[] = [];
    for (const projector of this.parts.projectors) {
      contributions.push(...(await projector.project(tx, events, now, mergedProfileIds)));
    }
    if (contributions.length === 0) return [];
    const owners = await this.parts.directory.lockOwners(
      tx,
      contributions.map((contribution) => contribution.identifierId),
    );
    return contributions.flatMap((contribution) => {
      const profileId = owners.get(contribution.identifierId);
      return profileId === undefined ? [] : [{ ...contribution, profileId, isOwnEvent: false }];
    });
  }

  private async reportOutcomes(
    tx: Tx,
    judged: readonly (Draft | Refused)[],
    accepted: ReadonlyMap<string, Accepted>,
    receipts: readonly store.Receipt[],
  ): Promise<EventOutcome[]> {
    const earlier = new Map(receipts.map((receipt) => [receipt.messageKey, receipt]));
    const owners = await this.parts.identity.ownersOf(
      tx,
      receipts.map((receipt) => receipt.identifierId),
    );
    return judged.map((one): EventOutcome => {
      const receipt = earlier.get(messageKeyOf(one) ?? '');
      if (receipt !== undefined) {
        const { eventId, identifierId } = receipt;
        return { status: 'DUPLICATE', eventId, profileId: must(owners.get(identifierId)) };
      }
      if (!isDraft(one)) {
        return { status: 'QUARANTINED', reason: one.reason, detail: one.detail };
      }
      const { draft, assignment } = must(accepted.get(one.messageKey));
      const { eventId } = draft;
      const { profileId, demotions } = assignment;
      // The same message twice in one batch: the first of them was taken.
      if (draft !== one) return { status: 'DUPLICATE', eventId, profileId };
      return { status: 'ACCEPTED', eventId, profileId, demotions: [...one.unusable, ...demotions] };
    });
  }
}

/** What came of a batch, before what it rejects is kept. */
interface Processed {
  readonly judged: readonly (Draft | Refused)[];
  readonly accepted: ReadonlyMap<string, Accepted>;
  readonly outcomes: readonly EventOutcome[];
}

/** Each message once, and only those that no earlier batch took. */
function leaveOutDuplicates(
  drafts: readonly Draft[],
  receipts: readonly store.Receipt[],
): readonly Draft[] {
  const taken = new Set(receipts.map((receipt) => receipt.messageKey));
  return drafts.filter(({ messageKey }) => {
    if (taken.has(messageKey)) return false;
    taken.add(messageKey);
    return true;
  });
}

export function touchedProfiles(outcomes: readonly EventOutcome[]): readonly ProfileId[] {
  const profileIds = outcomes.flatMap((outcome) =>
    outcome.status === 'QUARANTINED' ? [] : [outcome.profileId],
  );
  return [...new Set(profileIds)];
}

/** A value that the steps before guarantee. */
function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The pipeline lost track of an event.');
  return value;
}
