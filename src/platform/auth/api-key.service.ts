import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock';
import { InvalidInput, NotFound } from '../../shared/errors';
import type { IdSource } from '../../shared/ids';
import type { Logger } from '../telemetry/logger';
import type { ApiKeyRecord, ApiKeyStore } from './api-key.store';
import { ApiKeyNameTaken, MissingScope } from './auth.errors';
import type { KeyCaller } from './caller';
import type { Scope } from './scopes';

/** Who makes a key. Nobody can give away what they do not hold. */
export interface Grantor {
  /** For the record, e.g. `key:crm-sync` or `cli`. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface ApiKeyRequest {
  /** Tells active keys apart, in lists and in records of what they did. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface CreatedApiKey {
  readonly apiKey: ApiKeyRecord;
  /** Shown now and never again. */
  readonly secret: string;
}

export const API_KEY_NAME_LENGTH_MAX = 100;

/** Starts every key, so that people and secret scanners recognise one. */
const SECRET_PREFIX = 'prn_live_';
const SECRET_RANDOM_BYTES = 32;
const SECRET_FORM = /^prn_[a-z]+_[A-Za-z0-9_-]{32,128}$/;

/** Control characters would forge lines where the name is printed; half a pair cannot be stored. */
const NAME_FORM = /^[^\p{Cc}\p{Cs}]+$/u;

/** For this long a revocation in another process may go unnoticed in this one. */
const CACHE_MS_MAX = 3_000;
const CACHED_KEYS_MAX = 1_000;

const TOUCH_INTERVAL_MS = 60_000;

interface CachedKey {
  readonly record: ApiKeyRecord;
  readonly caller: KeyCaller;
  readonly cachedAtMs: number;
  touchedAtMs: number;
}

/**
 * API keys: random, stored as SHA-256 only. A plain hash is enough for 256 random bits, which
 * cannot be guessed at any speed; and finding the hash by the primary key leaks no timing that
 * would help to guess the secret.
 */
export class ApiKeyService {
  /** Keys found active lately, by hash; the oldest entry first. */
  private readonly cache = new Map<string, CachedKey>();
  /** Rises with every revocation: what was read before one must not be cached after it. */
  private revocations = 0;
  private readonly touches = new Set<Promise<void>>();

  constructor(
    private readonly store: ApiKeyStore,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * @throws InvalidInput when the name or the scopes are not of the form
   * @throws MissingScope when the grantor lacks one of the scopes
   * @throws ApiKeyNameTaken when an active key has the name
   */
  async create(request: ApiKeyRequest, grantor: Grantor): Promise<CreatedApiKey> {
    const { name, scopes } = checkedRequest(request);
    const missing = scopes.find((scope) => !grantor.scopes.has(scope));
    if (missing !== undefined) throw new MissingScope(missing);
    const secret = SECRET_PREFIX + randomBytes(SECRET_RANDOM_BYTES).toString('base64url');
    const apiKey = await this.store.insert({
      hash: hashOf(secret),
      id: this.ids.next(),
      name,
      scopes,
      createdBy: grantor.actor,
      createdAt: this.clock.now(),
    });
    if (apiKey === null) throw new ApiKeyNameTaken(name);
    return { apiKey, secret };
  }

  /**
   * Sees to it that a key of this very secret exists with these scopes. For the demo key, at every
   * start and in every process; a key that was revoked stays revoked.
   * @throws InvalidInput when the secret does not look like a key
   * @throws ApiKeyNameTaken when an active key of another secret has the name
   */
  async ensure(request: ApiKeyRequest, secret: string, actor: string): Promise<ApiKeyRecord> {
    const { name, scopes } = checkedRequest(request);
    if (!SECRET_FORM.test(secret)) {
      throw new InvalidInput(`An API key reads ${SECRET_PREFIX} and 32 to 128 letters or digits.`);
    }
    const hash = hashOf(secret);
    const createdAt = this.clock.now();
    const key = { hash, id: this.ids.next<string>(), name, scopes, createdBy: actor, createdAt };
    const apiKey =
      (await this.store.insert(key)) ??
      (await this.store.setScopes(hash, scopes)) ??
      (await this.store.findByHash(hash));
    if (apiKey === null) throw new ApiKeyNameTaken(name);
    this.forget();
    return apiKey;
  }

  /** Active keys first, then the newest first; at most 500. */
  async list(): Promise<readonly ApiKeyRecord[]> {
    return this.store.list();
  }

  /**
   * Takes hold in this process at once, in others within three seconds. Revoking twice changes
   * nothing.
   * @throws NotFound when there is no such key
   */
  async revoke(id: string): Promise<ApiKeyRecord> {
    const revoked = await this.store.revoke(id, this.clock.now());
    this.forget();
    if (revoked === null) throw new NotFound('There is no API key of this id.');
    return revoked;
  }

  /** @returns null when the secret is no active key's */
  async authenticate(secret: string): Promise<KeyCaller | null> {
    if (!SECRET_FORM.test(secret)) return null;
    const hash = hashOf(secret);
    const known = this.cached(hash) ?? (await this.look(hash));
    if (known === null) return null;
    this.touch(known);
    return known.caller;
  }

  /** Resolves when every note of a key's use is written. Await it before the database closes. */
  async settled(): Promise<void> {
    await Promise.all(this.touches);
  }

  private cached(hash: Buffer): CachedKey | null {
    const known = this.cache.get(hash.toString('base64'));
    if (known === undefined) return null;
    const ageMs = this.clock.now().getTime() - known.cachedAtMs;
    // A clock set back makes ages negative: such an entry could live on for ever.
    return ageMs >= 0 && ageMs < CACHE_MS_MAX ? known : null;
  }

  private async look(hash: Buffer): Promise<CachedKey | null> {
    const revocationsBefore = this.revocations;
    const record = await this.store.findByHash(hash);
    if (record === null || record.revokedAt !== null) return null;
    const known: CachedKey = {
      record,
      caller: {
        kind: 'KEY',
        name: record.name,
        scopes: new Set(record.scopes),
      },
      cachedAtMs: this.clock.now().getTime(),
      touchedAtMs: record.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY,
    };
    if (this.revocations === revocationsBefore) this.remember(hash, known);
    return known;
  }

  private remember(hash: Buffer, known: CachedKey): void {
    const place = hash.toString('base64');
    this.cache.delete(place);
    this.cache.set(place, known);
    const [oldest] = this.cache.keys();
    if (this.cache.size > CACHED_KEYS_MAX && oldest !== undefined) this.cache.delete(oldest);
  }

  private forget(): void {
    this.revocations += 1;
    this.cache.clear();
  }

  /** Notes the use, at most once a minute, without making the request wait for it. */
  private touch(known: CachedKey): void {
    const now = this.clock.now();
    if (now.getTime() - known.touchedAtMs < TOUCH_INTERVAL_MS) return;
    known.touchedAtMs = now.getTime();
    const unlessAfter = new Date(now.getTime() - TOUCH_INTERVAL_MS);
    const touch = this.store
      .touch(known.record.id, now, unlessAfter)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'use of a key was not noted'))
      .finally(() => this.touches.delete(touch));
    this.touches.add(touch);
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checkedRequest(request: ApiKeyRequest): ApiKeyRequest {
  const name = request.name.trim();
  if (name === '' || name.length > API_KEY_NAME_LENGTH_MAX || !NAME_FORM.test(name)) {
    throw new InvalidInput(
      `A key's name has 1 to ${API_KEY_NAME_LENGTH_MAX} characters, none of them control characters.`,
      { field: 'name', lengthMax: API_KEY_NAME_LENGTH_MAX },
    );
  }
  const scopes = [...new Set(request.scopes)];
  if (scopes.length === 0) {
    throw new InvalidInput('A key needs at least one scope.', { field: 'scopes' });
  }
  return { name, scopes };
}
