import { BoundedQueue } from './bounded-queue';
import { SubscriptionInterrupted, SubscriptionOverflowed } from './live.errors';
import type { LiveFeed } from './live-feed';

/** What one subscriber has not taken yet, at most. */
export const WAITING_MAX = 1_000;

/** What is still to be read for all of them, at most. */
const UNREAD_MAX = 20_000;

export interface HappeningParts<Happening> {
  readonly feed: LiveFeed;
  readonly topic: string;
  /** What happened, by noted ids, in their order; what is not there is left out. */
  readonly load: (ids: readonly string[]) => Promise<readonly Happening[]>;
}

interface Subscriber<Happening> {
  readonly wants: (happening: Happening) => boolean;
  readonly queue: BoundedQueue<Happening | null>;
}

/**
 * Everything that happens of one kind, each of it, to those who want it; read once for all
 * subscribers of this process.
 */
export class Happenings<Happening> {
  private readonly subscribers = new Set<Subscriber<Happening>>();
  private unwatch: (() => void) | null = null;
  private unread = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly parts: HappeningParts<Happening>) {}

  /**
   * @param wants once it is known what a subscriber wants; what it rejects with, the subscription
   *   ends with
   * @returns null first, when whatever is committed from then on will be told; then what happens
   */
  subscribe(
    wants: () => Promise<(happening: Happening) => boolean>,
  ): AsyncIterableIterator<Happening | null, undefined, undefined> {
    let unsubscribe = () => {};
    const queue = new BoundedQueue<Happening | null>(WAITING_MAX, () => unsubscribe());
    const begin = async (): Promise<void> => {
      const subscriber = { wants: await wants(), queue };
      await this.parts.feed.attend();
      unsubscribe = () => this.remove(subscriber);
      this.add(subscriber);
      queue.put(null);
    };
    begin().catch((error: unknown) => queue.fail(error));
    return queue;
  }

  private add(subscriber: Subscriber<Happening>): void {
    // Gone before it had begun.
    if (subscriber.queue.isEnded) return;
    this.subscribers.add(subscriber);
    const { feed, topic } = this.parts;
    this.unwatch ??= feed.watch(topic, null, {
      told: (ids) => this.read(ids),
      interrupted: () => this.interrupt(new SubscriptionInterrupted()),
    });
  }

  private remove(subscriber: Subscriber<Happening>): void {
    this.subscribers.delete(subscriber);
    if (this.subscribers.size > 0) return;
    this.unwatch?.();
    this.unwatch = null;
  }

  /** One after the other: what happened first is told first. */
  private read(ids: readonly string[]): void {
    this.unread += ids.length;
    if (this.unread > UNREAD_MAX) this.interrupt(new SubscriptionOverflowed(UNREAD_MAX));
    this.reading = this.reading.then(async () => {
      try {
        if (this.subscribers.size > 0) this.deliver(await this.parts.load(ids));
      } catch {
        this.interrupt(new SubscriptionInterrupted());
      }
      this.unread -= ids.length;
    });
  }

  private deliver(happenings: readonly Happening[]): void {
    for (const { wants, queue } of this.subscribers) {
      for (const happening of happenings) if (wants(happening)) queue.put(happening);
    }
  }

  private interrupt(error: unknown): void {
    this.unwatch?.();
    this.unwatch = null;
    for (const { queue } of [...this.subscribers]) queue.fail(error);
  }
}
