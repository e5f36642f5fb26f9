import { setTimeout as wait } from 'node:timers/promises';
import { Unavailable } from '../http/faults';
import type { Logger } from '../telemetry/logger';
import { decodeMessage, encodeSignal } from './live.wire';
import { LIVE_CHANNEL, notify } from './live-notifier';
import { type LiveProcess, ROSTER_MS, readRoster, rosterName } from './live-roster';
import type { LiveSession } from './live-session';

/** Somebody who waits for changes. */
export interface Watcher {
  /** @param ids as they were noted */
  told(ids: readonly string[]): void;
  /** Changes may have been missed. It is not told of anything any more. */
  interrupted(): void;
}

/** Beside the time others go by an old roster: for timers that end early. */
const MARGIN_MS = 20;

/** How often it is seen to that notifications still arrive, and that nobody went without a word. */
const BEAT_MS = 5_000;

/** For so many beats a process listens on when nobody subscribes any more. */
const IDLE_BEATS_MAX = 12;

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/** What this process hears of changes, and who here waits for which. */
export class LiveFeed {
  private readonly watchers = new Map<string, Set<Watcher>>();
  private attending: Promise<void> | null = null;
  private isListening = false;
  /** Whether whatever is committed is heard of: some time after it began to listen. */
  private hasBegun = false;
  /** Of sessions: what was begun in one that has ended has no say any more. */
  private generation = 0;
  private isStopped = false;
  private retries = 0;
  private timer: NodeJS.Timeout | null = null;
  private hasEchoed = true;
  private idleBeats = 0;
  /** Processes that may have something to tell. */
  private others = new Set<string>();
  private heardCount = 0;
  private interruptionCount = 0;

  constructor(
    private readonly session: LiveSession,
    private readonly processId: string,
    private readonly logger: Logger,
  ) {}

  /** Notifications heard and interruptions, since the start of the process. */
  get counts(): { readonly heard: number; readonly interruptions: number } {
    return { heard: this.heardCount, interruptions: this.interruptionCount };
  }

  /** Whether what is committed has to be told to this process. */
  get listens(): boolean {
    return this.isListening;
  }

  /**
   * Resolves when whatever is committed from now on, by whichever process, will be heard of here.
   * @throws Unavailable while the database is away
   */
  async attend(): Promise<void> {
    if (this.isStopped || this.retries > 0) throw new Unavailable();
    this.idleBeats = 0;
    this.attending ??= this.begin();
    try {
      await this.attending;
    } catch (error) {
      this.logger.warn({ err: error }, 'changes cannot be heard of');
      throw new Unavailable();
    }
  }

  /**
   * Has a watcher told of changes of a topic.
   * @param id by which noted ids begin; null for all of the topic
   * @returns what ends it
   * @throws Unavailable where nothing is heard of
   */
  watch(topic: string, id: string | null, watcher: Watcher): () => void {
    if (!this.hasBegun) throw new Unavailable();
    const key = keyOf(topic, id);
    const among = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, among.add(watcher));
    return () => {
      among.delete(watcher);
      if (among.size === 0 && this.watchers.get(key) === among) this.watchers.delete(key);
    };
  }

  heard(payload: string): void {
    const message = decodeMessage(payload);
    this.heardCount += 1;
    switch (message?.kind) {
      case 'CHANGES':
        for (const { topic, ids } of message.changes) this.dispatch(topic, ids);
        return;
      case 'ECHO':
        if (message.processId === this.processId) this.hasEchoed = true;
        return;
      case 'HELLO':
        if (message.processId !== this.processId) this.others.add(message.processId);
        return;
      case 'FAREWELL':
        this.others.delete(message.processId);
        return;
      case 'GAP':
      case undefined:
        // Also what another version says: it may be about anything.
        this.interrupt('another process could not tell what changed');
    }
  }

  /** The session has ended. */
  lost(): void {
    if (this.attending === null) return;
    this.endGeneration();
    this.clearTimer();
    this.interrupt('the connection that is notified was lost');
    this.retryLater();
  }

  stop(): void {
    this.isStopped = true;
    this.endGeneration();
    this.clearTimer();
    for (const watcher of this.everybody()) watcher.interrupted();
  }

  private endGeneration(): void {
    this.generation += 1;
    this.attending = null;
    this.isListening = false;
    this.hasBegun = false;
  }

  private async begin(): Promise<void> {
    const { session, generation } = this;
    const requireSame = (): void => {
      if (generation !== this.generation) throw new Error('The session was lost at once.');
    };
    try {
      await session.query(`listen ${LIVE_CHANNEL}`);
      await this.showName({ processId: this.processId, listens: true });
      requireSame();
      this.isListening = true;
      const others = await this.readOthers();
      requireSame();
      this.others = others;
      await wait(ROSTER_MS + MARGIN_MS, undefined, { ref: false });
      requireSame();
    } catch (error) {
      if (generation === this.generation) this.endGeneration();
      throw error;
    }
    this.hasBegun = true;
    this.hasEchoed = true;
    this.idleBeats = 0;
    this.schedule(BEAT_MS, () => this.beat());
  }

  private retryLater(): void {
    if (this.isStopped) return;
    const ms = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.retries);
    this.retries += 1;
    this.schedule(ms, async () => {
      this.attending = this.begin();
      try {
        await this.attending;
        this.retries = 0;
        this.logger.info('changes are heard of again');
      } catch {
        this.retryLater();
      }
    });
  }

  /** Sees to it that a connection that is lost without a word, or a process, does not go unnoticed. */
  private async beat(): Promise<void> {
    this.idleBeats = this.watchers.size === 0 ? this.idleBeats + 1 : 0;
    if (this.idleBeats > IDLE_BEATS_MAX) return this.leave();
    if (!this.hasEchoed) return this.session.drop();
    this.hasEchoed = false;
    try {
      await notify(this.session, [encodeSignal('ECHO', this.processId)]);
      const present = await this.readOthers();
      // Who said farewell meanwhile is among neither.
      const gone = [...this.others].filter((one) => !present.has(one));
      this.others = present;
      if (gone.length > 0) this.interrupt('a process ended without a word');
    } catch {
      return this.session.drop();
    }
    if (this.isListening) this.schedule(BEAT_MS, () => this.beat());
  }

  private async leave(): Promise<void> {
    this.endGeneration();
    // In this order also where somebody attends meanwhile: it is one connection.
    const left = [
      this.session.query(`unlisten ${LIVE_CHANNEL}`),
      this.showName({ processId: this.processId, listens: false }),
    ];
    await Promise.all(left).catch(() => this.session.drop());
  }

  private showName(shown: LiveProcess): Promise<unknown> {
    const name = rosterName(shown);
    return this.session.query(`select set_config('application_name', $1, false)`, [name]);
  }

  private async readOthers(): Promise<Set<string>> {
    const roster = await readRoster(this.session);
    const ids = roster.map(({ processId }) => processId);
    return new Set(ids.filter((processId) => processId !== this.processId));
  }

  private dispatch(topic: string, ids: readonly string[]): void {
    this.watchers.get(keyOf(topic, null))?.forEach((watcher) => {
      watcher.told(ids);
    });
    for (const id of ids) {
      const [head = ''] = id.split(':', 1);
      this.watchers.get(keyOf(topic, head))?.forEach((watcher) => {
        watcher.told([id]);
      });
    }
  }

  private interrupt(why: string): void {
    const watchers = this.everybody();
    this.interruptionCount += 1;
    this.logger.warn({ watchers: watchers.size, why }, 'subscriptions are interrupted');
    for (const watcher of watchers) watcher.interrupted();
  }

  private everybody(): ReadonlySet<Watcher> {
    const everybody = new Set([...this.watchers.values()].flatMap((among) => [...among]));
    this.watchers.clear();
    return everybody;
  }

  private schedule(ms: number, work: () => Promise<void> | void): void {
    this.clearTimer();
    this.timer = setTimeout(() => void work(), ms);
    this.timer.unref();
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

function keyOf(topic: string, id: string | null): string {
  return id === null ? topic : `${topic} ${id}`;
}
