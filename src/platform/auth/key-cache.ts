import type { Clock } from '../../shared/clock';
import type { Logger } from '../telemetry/logger';

/** For this long a revocation in another process may go unnoticed in this one. */
const CACHE_MS_MAX = 3_000;
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
  touchedAtMs: number;
}

/** Keys used lately, so that not every request asks the database who holds its key. */
export class KeyCache<Holder> {
  /** By hash; the oldest entry first. */
  private readonly cache = new Map<string, CachedKey<Holder>>();
  /** Rises with every change: what was read before one must not be cached after it. */
  private changes = 0;
  private readonly touches = new Set<Promise<void>>();

  constructor(
    private readonly ring: KeyRing<Holder>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Whose key it is, and notes that it was used. @returns null where it is no valid key's */
  async holderOf(hash: Buffer): Promise<Holder | null> {
    const known = this.cached(hash) ?? (await this.look(hash));
    if (known === null) return null;
    this.touch(known);
    return known.key.holder;
  }

  /** After any change of keys or of who holds them. */
  forget(): void {
    this.changes += 1;
    this.cache.clear();
  }

  /** Resolves when every note of a key's use is written. Await it before the database closes. */
  async settled(): Promise<void> {
    await Promise.all(this.touches);
  }

  private cached(hash: Buffer): CachedKey<Holder> | null {
    const known = this.cache.get(hash.toString('base64'));
    if (known === undefined) return null;
    const ageMs = this.clock.now().getTime() - known.cachedAtMs;
    // A clock set back makes ages negative: such an entry could live on for ever.
    return ageMs >= 0 && ageMs < CACHE_MS_MAX ? known : null;
  }

  private async look(hash: Buffer): Promise<CachedKey<Holder> | null> {
    const changesBefore = this.changes;
    const key = await this.ring.find(hash);
    if (key === null) return null;
    const known: CachedKey<Holder> = {
      key,
      cachedAtMs: this.clock.now().getTime(),
      touchedAtMs: key.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY,
    };
    if (this.changes === changesBefore) this.remember(hash, known);
    return known;
  }

  private remember(hash: Buffer, known: CachedKey<Holder>): void {
    const place = hash.toString('base64');
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
