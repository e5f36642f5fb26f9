import { availableParallelism } from 'node:os';
import { faultOf, Unavailable } from '../../platform/http/faults';
import type { IdentityPolicy } from '../identity';
import type { AllowedEvents, IncomingEvent } from './events.model';
import {
  EVENT_BATCH_MAX,
  type EventOutcome,
  type IngestResult,
  touchedProfiles,
} from './events.service';

/** Takes a batch in, in one transaction: one outcome for each event, in their order. */
export type IngestBatch = (
  source: string,
  events: readonly IncomingEvent[],
  allowed: AllowedEvents,
) => Promise<IngestResult>;

export interface LaneSettings {
  /** How many batches of one source are worked on at once. */
  readonly lanes: number;
  /** Events that wait, of all sources, before senders are told to come back later. */
  readonly queuedMax: number;
  /**
   * Milliseconds that the next transaction waits at most for the senders that the last one answered,
   * where it answered several: they tend to send the next at once, and a transaction takes about as
   * long with them as without.
   */
  readonly gatherMsMax: number;
}

/** A lane for each processor: more only wait for each other, and share fewer transactions. */
export const defaultLaneSettings: LaneSettings = {
  lanes: Math.min(8, Math.max(2, availableParallelism())),
  queuedMax: 50_000,
  gatherMsMax: 10,
};

/** A request of at most so many events costs less in a transaction of others than in its own. */
const FEW = 20;

/** As many events of small requests wait for one transaction at most; what is over is divided. */
const SHARED_MAX = EVENT_BATCH_MAX / 2;

/** The lane of small requests, whosever they are. */
const SHARED_LANE = -1;

/**
 * Divides what a source sends into lanes by customer. Batches of different lanes seldom name the
 * same customers, so they do not wait for each other's locks. Requests that wait for the same lane
 * share a transaction, and small ones share a lane whosever they are: a transaction takes about as
 * many statements for one event as for five hundred.
 *
 * The events of a request may thereby be recorded in several transactions: where one of them
 * fails the request fails, and what the others recorded stays. Sent again with the same message
 * ids it is not recorded twice; so this is for doors whose events have message ids of their own.
 */
export class EventLanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly priorities: ReadonlyMap<string, number>;
  private queued = 0;

  constructor(
    private readonly ingestBatch: IngestBatch,
    policy: IdentityPolicy,
    private readonly settings: LaneSettings = defaultLaneSettings,
  ) {
    this.priorities = new Map(policy.namespaces.map(({ name, priority }) => [name, priority]));
  }

  /**
   * Takes events in, as `EventService.ingest` does. Those of one customer in a request are taken in
   * their order; of requests that do not wait for each other's answers either may come first.
   * @throws Unavailable where too much is waiting already; nothing was recorded
   */
  async ingest(
    source: string,
    events: readonly IncomingEvent[],
    allowed: AllowedEvents,
  ): Promise<IngestResult> {
    if (this.queued + events.length > this.settings.queuedMax) {
      throw new Unavailable(
        'There is more to take in than can be at the moment. Try again shortly.',
      );
    }
    this.queued += events.length;
    try {
      const outcomes = new Array<EventOutcome>(events.length);
      const parts = [...this.divide(source, events)].map(async ([lane, indexes]) => {
        const part = indexes.map((index) => events[index] as IncomingEvent);
        const ofPart = await this.laneOf(source, lane).take(part, allowed);
        indexes.forEach((index, at) => {
          outcomes[index] = ofPart[at] as EventOutcome;
        });
      });
      // All of them, also where one fails: nobody is told before everything is decided.
      for (const part of await Promise.allSettled(parts)) {
        if (part.status === 'rejected') throw part.reason;
      }
      return { outcomes, profileIds: touchedProfiles(outcomes) };
    } finally {
      this.queued -= events.length;
    }
  }

  /** The indexes of the events of each lane, at most a batch of them together. */
  private *divide(
    source: string,
    events: readonly IncomingEvent[],
  ): Generator<readonly [number, number[]]> {
    if (events.length <= FEW && this.laneOf(source, SHARED_LANE).queued < SHARED_MAX) {
      yield [SHARED_LANE, [...events.keys()]];
      return;
    }
    const open = new Map<number, number[]>();
    for (const [index, event] of events.entries()) {
      const lane = hashOf(this.nameOf(event)) % this.settings.lanes;
      const indexes = open.get(lane) ?? [];
      indexes.push(index);
      if (indexes.length < EVENT_BATCH_MAX) {
        open.set(lane, indexes);
        continue;
      }
      yield [lane, indexes];
      open.delete(lane);
    }
    yield* open;
  }

  /** The identifier that says most about whose the event is: as sent, which is enough here. */
  private nameOf({ identifiers }: IncomingEvent): string {
    let name = '';
    let highest = Number.NEGATIVE_INFINITY;
    for (const { namespace, value } of identifiers) {
      const priority = this.priorities.get(namespace) ?? -1;
      if (priority <= highest) continue;
      highest = priority;
      name = value;
    }
    return name;
  }

  private laneOf(source: string, index: number): Lane {
    const name = `${index} ${source}`;
    const known = this.lanes.get(name);
    if (known !== undefined) return known;
    const lane = new Lane(
      (events, allowed) => this.ingestBatch(source, events, allowed),
      this.settings.gatherMsMax,
    );
    this.lanes.set(name, lane);
    return lane;
  }
}

interface Waiting {
  readonly events: readonly IncomingEvent[];
  readonly allowed: AllowedEvents;
  resolve(outcomes: readonly EventOutcome[]): void;
  reject(error: unknown): void;
}

const NOT_GATHERING = { untilWaiting: Number.POSITIVE_INFINITY, end: (): void => undefined };

/** One batch after the other; what arrives meanwhile goes into the next together. */
class Lane {
  /** Events that wait. */
  queued = 0;
  private readonly waiting: Waiting[] = [];
  private isRunning = false;
  private gathering = NOT_GATHERING;

  constructor(
    private readonly ingest: (
      events: readonly IncomingEvent[],
      allowed: AllowedEvents,
    ) => Promise<IngestResult>,
    private readonly gatherMsMax: number,
  ) {}

  /** @param events at most a batch */
  take(events: readonly IncomingEvent[], allowed: AllowedEvents): Promise<readonly EventOutcome[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ events, allowed, resolve, reject });
      this.queued += events.length;
      if (!this.isRunning) void this.run();
      else if (this.waiting.length >= this.gathering.untilWaiting) this.gathering.end();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (let [first] = this.waiting; first !== undefined; [first] = this.waiting) {
      const batch = this.nextBatch(first);
      await this.takeTogether(batch, first.allowed);
      const taken = batch.reduce((sum, { events }) => sum + events.length, 0);
      const isWorthIt = batch.length > 1 && taken + this.queued < SHARED_MAX;
      if (isWorthIt) await this.gather(batch.length);
    }
    this.isRunning = false;
  }

  /** Waits until as many requests have come as were answered just now, but not for long. */
  private async gather(answered: number): Promise<void> {
    if (this.gatherMsMax === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.gatherMsMax);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      this.gathering = { untilWaiting: this.waiting.length + answered, end };
    });
    this.gathering = NOT_GATHERING;
  }

  /**
   * As many of those that wait as fit, the longest waiting first; and all under one rule of what is
   * allowed, which may have changed between them.
   */
  private nextBatch(first: Waiting): readonly Waiting[] {
    let size = 0;
    const over = this.waiting.findIndex(({ events, allowed }) => {
      size += events.length;
      return size > EVENT_BATCH_MAX || allowed !== first.allowed;
    });
    const batch = this.waiting.splice(0, over === -1 ? this.waiting.length : over);
    for (const { events } of batch) this.queued -= events.length;
    return batch;
  }

  private async takeTogether(batch: readonly Waiting[], allowed: AllowedEvents): Promise<void> {
    try {
      const { outcomes } = await this.ingest(
        batch.flatMap(({ events }) => events),
        allowed,
      );
      let start = 0;
      for (const { events, resolve } of batch) {
        resolve(outcomes.slice(start, start + events.length));
        start += events.length;
      }
    } catch (error) {
      if (batch.length === 1 || faultOf(error) !== null) {
        // The database is away or slow, for each of them: nobody waits for it more than once.
        for (const { reject } of batch) reject(error);
        return;
      }
      // What broke may be the doing of one of them: the others shall not fail with it.
      const middle = batch.length >> 1;
      for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
        await this.takeTogether(half, allowed);
      }
    }
  }
}

/** FNV-1a, 32 bits: spreads names evenly, and is no secret. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
