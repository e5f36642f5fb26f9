import { BoundedQueue } from './bounded-queue';
import { SubscriptionInterrupted } from './live.errors';
import type { LiveFeed } from './live-feed';

/** What a subscription shows of something, and by which id changes of it are noted. */
export interface Look<State> {
  /** Null where there is nothing to wait for by an id yet. */
  readonly id: string | null;
  readonly state: State;
}

export interface StateParts<State> {
  readonly feed: LiveFeed;
  /** What changes it, by its id. */
  readonly topics: readonly string[];
  /** What may bring it about where there is no id yet: the whole topic counts. */
  readonly beginsWith?: string;
  /** How things stand; the id may be another one each time. */
  readonly look: () => Promise<Look<State>>;
}

/** Between two states told to one subscriber: of what changes faster the last is told. */
const PAUSE_MS = 100;

/** Where somebody waits for a beginning, everybody's wakes them. */
const PAUSE_MS_BEFORE_BEGINNING = 1_000;

/**
 * How something stands: at once, and after each change of it. Whatever changed before a state was
 * asked for, it shows, so that of many changes one may be told; and the last of them always is.
 */
export class LatestState<State> implements AsyncIterableIterator<State, undefined, undefined> {
  private readonly wakes: BoundedQueue<true>;
  private watched: string | null | undefined;
  private unwatch: (() => void)[] = [];
  private pause: NodeJS.Timeout | null = null;
  private isDue = false;
  private hasBegun = false;
  private hasEnded = false;

  constructor(private readonly parts: StateParts<State>) {
    this.wakes = new BoundedQueue(1, () => this.leave());
  }

  async next(): Promise<IteratorResult<State, undefined>> {
    try {
      if (this.hasBegun) {
        this.rest();
        await this.wakes.next();
      } else {
        this.hasBegun = true;
        await this.parts.feed.attend();
      }
      return await this.lookUnderWatch();
    } catch (error) {
      // Nobody goes on with an iterator that failed.
      this.leave();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<State, undefined>> {
    await this.wakes.return();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async lookUnderWatch(): Promise<IteratorResult<State, undefined>> {
    while (!this.hasEnded) {
      const { id, state } = await this.parts.look();
      // A change between a look and the watch would be missed: what is told was seen under watch.
      if (id === this.watched && !this.hasEnded) return { value: state, done: false };
      if (!this.hasEnded) this.watch(id);
    }
    // Where it ended by an interruption this fails as that says.
    await this.wakes.next();
    return { value: undefined, done: true };
  }

  private watch(id: string | null): void {
    this.leaveWatch();
    this.watched = id;
    const { feed, topics, beginsWith } = this.parts;
    const watcher = {
      told: () => this.wake(),
      interrupted: () => this.wakes.fail(new SubscriptionInterrupted()),
    };
    if (id !== null) this.unwatch = topics.map((topic) => feed.watch(topic, id, watcher));
    else if (beginsWith !== undefined) this.unwatch = [feed.watch(beginsWith, null, watcher)];
  }

  private wake(): void {
    if (this.pause !== null) this.isDue = true;
    else if (this.wakes.isEmpty) this.wakes.put(true);
  }

  /** After one state, before the next. */
  private rest(): void {
    if (this.pause !== null) return;
    const ms = this.watched === null ? PAUSE_MS_BEFORE_BEGINNING : PAUSE_MS;
    this.pause = setTimeout(() => {
      this.pause = null;
      if (!this.isDue) return;
      this.isDue = false;
      this.wake();
    }, ms);
    this.pause.unref();
  }

  private leave(): void {
    this.hasEnded = true;
    if (this.pause !== null) clearTimeout(this.pause);
    this.pause = null;
    this.leaveWatch();
  }

  private leaveWatch(): void {
    for (const end of this.unwatch) end();
    this.unwatch = [];
  }
}
