import { Random } from '../../seeds/random';
import { deadlineAfter, pollUntil } from '../../src/platform/database/embedded/poll';
import { RECORD_EVENTS, type Recorded } from './actions';

/** How a customer is named in an event. */
type Naming = 'user' | 'cookie' | 'both';

export interface LoadEvent {
  readonly messageId: string;
  readonly customer: number;
  readonly naming: Naming;
  /** In whole units of the currency; null where it is no order. */
  readonly revenue: number | null;
}

type Status = 'ACCEPTED' | 'DUPLICATE';
type Door = 'batch' | 'track' | 'graphql';

interface Delivery {
  readonly door: Door;
  readonly events: readonly LoadEvent[];
  /** The gate was shut while it was under way. */
  wasInterrupted: boolean;
}

export interface LoadSettings {
  readonly customers: number;
  /** By the doors they send through, each on connections of its own. */
  readonly senders: readonly Door[];
  readonly random: Random;
}

export interface LoadTarget {
  /** Where the server listens now; it may be another address after a restart. */
  readonly origin: () => string;
  readonly writeKey: string;
}

/** The ids of the messages of a load, for whoever looks for them on the wire. */
export const MESSAGE_ID_FORM = /\bload-\d+\b/g;

const PATIENCE_SECONDS = 90;

/**
 * Senders who do as Segment's SDKs do: message ids of their own, one request after the other, and
 * one that got no answer, or 429 or 5xx, is sent again as it was until it is answered with 200.
 */
export class EventLoad {
  /** By message id: everything that was answered with 200. */
  readonly acknowledged = new Map<string, LoadEvent>();
  /** What nobody should ever be told, as it was told. */
  readonly wrongs: string[] = [];
  /** How often a sender was told that what it sent again was there. */
  duplicates = 0;

  private readonly underWay = new Set<Delivery>();
  /** What a retry has to be told, by message id. */
  private readonly foretold = new Map<string, Status>();
  private sent = 0;
  private answers = 0;
  private waiting: { readonly answers: number; resolve(): void } | null = null;
  private giveUp: (error: unknown) => void = () => undefined;
  /** Rejects where a sender gave up. */
  readonly broken = new Promise<never>((_resolve, reject) => {
    this.giveUp = reject;
  });
  private gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null;
  private readonly attempts = new Set<Promise<unknown>>();
  private isEnding = false;
  private isAbandoned = false;
  private senders: readonly Promise<void>[] = [];

  constructor(
    private readonly settings: LoadSettings,
    private readonly target: LoadTarget,
  ) {}

  start(): void {
    // Told to whoever waits for the load, and to nobody else.
    this.broken.catch(() => undefined);
    this.senders = this.settings.senders.map((door) => this.sendOn(door).catch(this.giveUp));
  }

  /** Resolves after so many more requests were answered. */
  answered(more: number): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.waiting = { answers: this.answers + more, resolve };
    });
    return Promise.race([answered, this.broken]);
  }

  /** From now on nothing is sent, for the first time or again, until `goOn`. */
  pause(): void {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.gate ??= { opened, open };
    for (const delivery of this.underWay) delivery.wasInterrupted = true;
  }

  /** Resolves when no request is on its way any more, while paused. */
  async settled(): Promise<void> {
    while (this.attempts.size > 0) await Promise.all(this.attempts);
  }

  /** The ids of what was sent and is not acknowledged, while paused. */
  get unanswered(): readonly string[] {
    return [...this.underWay].flatMap(({ events }) => events.map(({ messageId }) => messageId));
  }

  /** @param stored the messages that are stored: they are duplicates, and nothing else is one */
  goOn(stored: ReadonlySet<string>): void {
    for (const messageId of this.unanswered) {
      this.foretold.set(messageId, stored.has(messageId) ? 'DUPLICATE' : 'ACCEPTED');
    }
    this.gate?.open();
    this.gate = null;
  }

  /** Lets the senders finish what is under way, and ties each customer's names together. */
  async finish(): Promise<void> {
    this.isEnding = true;
    await Promise.race([Promise.all(this.senders), this.broken]);
    for (let customer = 0; customer < this.settings.customers; customer += 1) {
      await this.deliver('track', [this.event(customer, 'both')]);
    }
  }

  /** Sends nothing any more, and leaves unanswered what is. */
  abandon(): void {
    this.isEnding = true;
    this.isAbandoned = true;
    this.gate?.open();
  }

  /** One request, once: the status and headers of the reply. */
  async probe(door: Door): Promise<Response> {
    const customer = 0;
    return this.request(door, [
      { messageId: `probe-${this.answers}`, customer, naming: 'user', revenue: null },
    ]);
  }

  private async sendOn(door: Door): Promise<void> {
    const { random, customers } = this.settings;
    while (!this.isEnding) {
      const size = door === 'track' ? 1 : random.integer(1, 6);
      const events = Array.from({ length: size }, () => {
        const naming = random.weighted<Naming>([
          ['user', 5],
          ['cookie', 3],
          ['both', 1],
        ]);
        return this.event(random.integer(0, customers - 1), naming);
      });
      await this.deliver(door, events);
    }
  }

  private event(customer: number, naming: Naming): LoadEvent {
    const { random } = this.settings;
    this.sent += 1;
    const revenue = random.chance(0.5) ? random.integer(1, 50) : null;
    return { messageId: `load-${this.sent}`, customer, naming, revenue };
  }

  private async deliver(door: Door, events: readonly LoadEvent[]): Promise<void> {
    await this.gate?.opened;
    const delivery: Delivery = { door, events, wasInterrupted: false };
    this.underWay.add(delivery);
    const outcomes = await pollUntil(deadlineAfter(PATIENCE_SECONDS), async () => {
      await this.gate?.opened;
      if (this.isAbandoned) return true;
      const attempt = this.attempt(delivery);
      this.attempts.add(attempt);
      return attempt.finally(() => this.attempts.delete(attempt));
    });
    if (outcomes === undefined) throw new Error('A request was not answered in time.');
  }

  /** @returns undefined where it has to be sent again */
  private async attempt(delivery: Delivery): Promise<true | undefined> {
    const { door, events } = delivery;
    let text: string;
    let status: number;
    try {
      const reply = await this.request(door, events);
      status = reply.status;
      text = await reply.text();
    } catch {
      return undefined;
    }
    if (status === 429 || status >= 500) {
      // 503 and 504 are foreseen.
      if (status < 503) this.wrongs.push(`${door}: ${status} ${text}`);
      return undefined;
    }
    const outcomes = status === 200 ? readOutcomes(door, text) : null;
    if (outcomes === null || outcomes.length !== events.length) {
      throw new Error(`Told nothing of use: ${status} ${text}`);
    }
    this.note(delivery, outcomes);
    return true;
  }

  private note(delivery: Delivery, outcomes: readonly Outcome[]): void {
    const { door, events, wasInterrupted } = delivery;
    for (const [index, event] of events.entries()) {
      const { messageId, status } = outcomes[index] as Outcome;
      const foretold = this.foretold.get(event.messageId);
      const isRight =
        messageId === event.messageId &&
        // What was interrupted and answered all the same was maybe torn, and retried by the server.
        (status === (foretold ?? 'ACCEPTED') || (wasInterrupted && foretold === undefined));
      if (!isRight) {
        this.wrongs.push(`${door}: ${event.messageId} is ${status}, expected ${foretold}`);
      }
      if (status === 'DUPLICATE') this.duplicates += 1;
      if (this.acknowledged.has(event.messageId)) this.wrongs.push(`${event.messageId} twice`);
      this.acknowledged.set(event.messageId, event);
    }
    this.underWay.delete(delivery);
    this.answers += 1;
    if (this.waiting !== null && this.answers >= this.waiting.answers) {
      this.waiting.resolve();
      this.waiting = null;
    }
  }

  private request(door: Door, events: readonly LoadEvent[]): Promise<Response> {
    const { origin, writeKey } = this.target;
    const isGraphql = door === 'graphql';
    const items = events.map(toItem);
    const body = isGraphql
      ? { query: RECORD_EVENTS, variables: { events: events.map(toInput) } }
      : door === 'track'
        ? items[0]
        : { batch: items };
    return fetch(new URL(isGraphql ? '/graphql' : `/v1/${door}`, origin()), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${writeKey}` },
      body: JSON.stringify(body),
    });
  }
}

interface Outcome {
  readonly messageId: string;
  readonly status: string;
}

function readOutcomes(door: Door, text: string): readonly Outcome[] | null {
  const body = JSON.parse(text) as {
    readonly outcomes?: readonly Outcome[];
    readonly data?: { readonly recordEvents: Pick<Recorded, 'outcomes'> | null };
  };
  return (door === 'graphql' ? body.data?.recordEvents?.outcomes : body.outcomes) ?? null;
}

/** The names a load calls its customers by. */
export function namesOf(customer: number) {
  return { user: `user-${customer}`, cookie: `cookie-${customer}` };
}

function toItem({ messageId, customer, naming, revenue }: LoadEvent) {
  const { user, cookie } = namesOf(customer);
  return {
    type: 'track',
    messageId,
    event: revenue === null ? 'Page Viewed' : 'Order Completed',
    properties: revenue === null ? {} : { revenue },
    ...(naming !== 'cookie' && { userId: user }),
    ...(naming !== 'user' && { anonymousId: cookie }),
  };
}

function toInput({ messageId, customer, naming, revenue }: LoadEvent) {
  const { user, cookie } = namesOf(customer);
  return {
    messageId,
    name: revenue === null ? 'Page Viewed' : 'Order Completed',
    properties: revenue === null ? {} : { revenue },
    identifiers: [
      ...(naming === 'cookie' ? [] : [{ namespace: 'user_id', value: user }]),
      ...(naming === 'user' ? [] : [{ namespace: 'anonymous_id', value: cookie }]),
    ],
  };
}
