import type { Clock } from '../../shared/clock';
import type { Logger } from '../telemetry/logger';

/** For this long a revocation in another process may go unnoticed in this one. */
const CACHE_MS_MAX = 3_000;

/** From this age on an entry is read again while it still serves, so that nobody waits for it. */
const REFRESH_AFTER_MS = 2_000;

const CACHED_KEYS_MAX = 1_000;

const TOUCH_INTERVAL_MS = 60_000;

/** A key that is good for something, with what it is good for. */
export interface ValidKey<Holder> {
  readonly keyId: string;
  readonly lastUsedAt: Date | null;
  readonly holder: Holder;
}

/** Where keys are kept. */
export interface KeyRing<Holder> {
  /** @returns null where the hash is no valid key's */
  find(hash: Buffer): Promise<ValidKey<Holder> | null>;
  /** Notes a use, unless one after `unlessAfter` is noted. */
  touch(keyId: string, now: Date, unlessAfter: Date): Promise<void>;
}

interface CachedKey<Holder> {
  readonly key: ValidKey<Holder>;
  readonly cachedAtMs: number;
  /** The number of the question it was the answer to. */
  readonly question: number;
  touchedAtMs: number;
}

interface Look<Holder> {
  readonly askedAtMs: number;
  readonly found: Promise<CachedKey<Holder> | null>;
}

/** Keys used lately, so that not every request asks the database who holds its key. */
export class KeyCache<Holder> {
  /** By hash; the oldest entry first. */
  private readonly cache = new Map<string, CachedKey<Holder>>();
  /** By hash: what is being read, for all who ask meanwhile. */
  private readonly looks = new Map<string, Look<Holder>>();
  /** Rises with every change: what was read before one must not be cached after it. */
  private changes = 0;
  private questions = 0;
  private readonly touches = new Set<Promise<void>>();

  constructor(
    private readonly ring: KeyRing<Holder>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Whose key it is, and notes that it was used. @returns null where it is no valid key's */
  async holderOf(hash: Buffer): Promise<Holder | null> {
    const place = hash.toString('base64');
    const known = this.cached(place, hash) ?? (await this.look(place, hash));
    if (known === null) return null;
    this.touch(known);
    return known.key.holder;
  }

  /** After any change of keys or of who holds them. */
  forget(): void {
    this.changes += 1;
    this.cache.clear();
    this.looks.clear();
  }

  /** Resolves when every note of a key's use is written. Await it before the database closes. */
  async settled(): Promise<void> {
    await Promise.all(this.touches);
  }

  private cached(place: string, hash: Buffer): CachedKey<Holder> | null {
    const known = this.cache.get(place);
    if (known === undefined || !this.isRecent(known.cachedAtMs, CACHE_MS_MAX)) return null;
    // Should it fail, whoever comes after the entry's time is told.
    if (!this.isRecent(known.cachedAtMs, REFRESH_AFTER_MS)) {
      void this.look(place, hash).catch(() => undefined);
    }
    return known;
  }

  /** A clock set back makes ages negative: what is of the future could live on for ever. */
  private isRecent(sinceMs: number, ageMsMax: number): boolean {
    const ageMs = this.clock.now().getTime() - sinceMs;
    return ageMs >= 0 && ageMs < ageMsMax;
  }

  /** One question to the database, however many requests come at once. */
  private look(place: string, hash: Buffer): Promise<CachedKey<Holder> | null> {
    const pending = this.looks.get(place);
    // An answer that is long in coming may tell of what has been revoked since.
    if (pending !== undefined && this.isRecent(pending.askedAtMs, CACHE_MS_MAX)) {
      return pending.found;
    }
    const askedAtMs = this.clock.now().getTime();
    const found = this.read(place, hash, askedAtMs).finally(() => {
      if (this.looks.get(place)?.found === found) this.looks.delete(place);
    });
    this.looks.set(place, { askedAtMs, found });
    return found;
  }

  private async read(
    place: string,
    hash: Buffer,
    cachedAtMs: number,
  ): Promise<CachedKey<Holder> | null> {
    const changesBefore = this.changes;
    this.questions += 1;
    const question = this.questions;
    const key = await this.ring.find(hash);
    // What was asked later may be known already.
    const isLatest =
      this.changes === changesBefore && (this.cache.get(place)?.question ?? 0) < question;
    if (key === null) {
      // Revoked by another process: what is cached of it must not serve until its time is over.
      if (isLatest) this.cache.delete(place);
      return null;
    }
    const known: CachedKey<Holder> = {
      key,
      cachedAtMs,
      question,
      // A note that is on its way is not in the database yet.
      touchedAtMs: Math.max(
        key.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY,
        this.cache.get(place)?.touchedAtMs ?? Number.NEGATIVE_INFINITY,
      ),
    };
    if (isLatest) this.remember(place, known);
    return known;
  }

  private remember(place: string, known: CachedKey<Holder>): void {
    this.cache.delete(place);
    this.cache.set(place, known);
    const [oldest] = this.cache.keys();
    if (this.cache.size > CACHED_KEYS_MAX && oldest !== undefined) this.cache.delete(oldest);
  }

  /** Notes the use, at most once a minute, without making the request wait for it. */
  private touch(known: CachedKey<Holder>): void {
    const now = this.clock.now();
    if (now.getTime() - known.touchedAtMs < TOUCH_INTERVAL_MS) return;
    known.touchedAtMs = now.getTime();
    const unlessAfter = new Date(now.getTime() - TOUCH_INTERVAL_MS);
    const touch = this.ring
      .touch(known.key.keyId, now, unlessAfter)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'use of a key was not noted'))
      .finally(() => this.touches.delete(touch));
    this.touches.add(touch);
  }
}
