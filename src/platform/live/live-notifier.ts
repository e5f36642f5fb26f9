import type { Change } from '../database/transaction';
import type { Logger } from '../telemetry/logger';
import { encodeChanges, encodeSignal } from './live.wire';
import { ROSTER_MS, readRoster } from './live-roster';
import type { LiveSession } from './live-session';

export const LIVE_CHANNEL = 'perennial_live';

/** Changes of so many milliseconds are told together. */
const FLUSH_MS = 5;

/** What waits to be told at most, e.g. while the database is away. Beyond it, it is told that. */
const WAITING_IDS_MAX = 50_000;

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;

/**
 * One statement, and a transaction of its own: to notify is to take a lock of the whole database
 * until the end of the transaction, so a batch of events that did would have all others wait. What
 * is notified need not outlive the database, whose listeners would not either: so it waits for no
 * disk.
 */
const NOTIFY = `
  select set_config('synchronous_commit', 'off', true), pg_notify($1, payload)
  from unnest($2::text[]) as payload`;

export function notify(
  session: { query(text: string, parameters: unknown[]): Promise<unknown> },
  payloads: readonly string[],
): Promise<unknown> {
  return session.query(NOTIFY, [LIVE_CHANNEL, payloads]);
}

/**
 * Tells all processes that listen what was committed here: after the commit, a few milliseconds'
 * worth at a time, and nothing where nobody listens.
 */
export class LiveNotifier {
  private waiting = new Map<string, Set<string>>();
  private waitingIds = 0;
  /** Too much waited: what, nobody knows any more. */
  private hasGap = false;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private isHeard = false;
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> = Promise.resolve();
  private failures = 0;
  private told = 0;

  constructor(
    private readonly session: LiveSession,
    private readonly processId: string,
    /** Whether this process itself listens. */
    private readonly listensHere: () => boolean,
    private readonly logger: Logger,
  ) {}

  /** Notifications sent, since the start of the process. */
  get notifications(): number {
    return this.told;
  }

  /** Takes changes that were committed just now. */
  tell(changes: readonly Change[]): void {
    if (!this.listensHere() && this.isLookRecent() && !this.isHeard) return;
    for (const { topic, ids } of changes) this.add(topic, ids);
    this.schedule(FLUSH_MS);
  }

  /** Tells what waits, where that is possible at once. */
  async settle(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.flushing;
    if (this.isWaiting()) await this.flush().catch(() => undefined);
  }

  private add(topic: string, ids: Iterable<string>): void {
    let waiting = this.waiting.get(topic);
    if (waiting === undefined) {
      waiting = new Set();
      this.waiting.set(topic, waiting);
    }
    const before = waiting.size;
    for (const id of ids) waiting.add(id);
    this.waitingIds += waiting.size - before;
    if (this.waitingIds <= WAITING_IDS_MAX) return;
    this.forget();
    this.hasGap = true;
  }

  private forget(): void {
    this.waiting = new Map();
    this.waitingIds = 0;
    this.hasGap = false;
  }

  private isWaiting(): boolean {
    return this.waitingIds > 0 || this.hasGap;
  }

  private schedule(ms: number): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.flushing = this.run();
    }, ms);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    let isDone = false;
    try {
      await this.flush();
      isDone = true;
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) this.logger.warn({ err: error }, 'changes are told later');
      // One that does not answer would keep the next attempt waiting behind this one.
      this.session.drop();
    }
    this.timer = null;
    if (!this.isWaiting()) return;
    // What was committed meanwhile has waited long enough.
    this.schedule(isDone ? 0 : Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.failures));
  }

  private async flush(): Promise<void> {
    if (!(await this.look())) {
      this.forget();
      return;
    }
    const { waiting, waitingIds, hasGap } = this;
    this.forget();
    const payloads = encodeChanges(waiting);
    if (hasGap) payloads.push(encodeSignal('GAP', this.processId));
    if (payloads.length === 0) return;
    try {
      await notify(this.session, payloads);
      this.told += payloads.length;
    } catch (error) {
      this.hasGap ||= hasGap;
      if (waitingIds > 0) for (const [topic, ids] of waiting) this.add(topic, ids);
      throw error;
    }
  }

  /** Whether anybody listens. What was read a moment ago will do, as who begins to listen knows. */
  private async look(): Promise<boolean> {
    if (this.listensHere()) return true;
    if (this.isLookRecent()) return this.isHeard;
    // The age of an answer counts from the question.
    const lookedAt = performance.now();
    const roster = await readRoster(this.session);
    this.isHeard = roster.some(({ listens }) => listens);
    this.lookedAt = lookedAt;
    // An answer that was long in coming says nothing of what was committed meanwhile.
    return this.isHeard || !this.isLookRecent();
  }

  private isLookRecent(): boolean {
    return performance.now() - this.lookedAt < ROSTER_MS;
  }
}
