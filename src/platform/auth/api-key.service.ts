import type { Clock } from '../../shared/clock';
import { InvalidInput, NotFound } from '../../shared/errors';
import type { IdSource } from '../../shared/ids';
import { inOrderOf } from '../graphql/batch';
import type { BatchLoad } from '../graphql/context';
import type { Logger } from '../telemetry/logger';
import type { ApiKeyRecord, ApiKeyStore } from './api-key.store';
import { ApiKeyNameTaken } from './auth.errors';
import type { KeyCaller } from './caller';
import { type Grantor, requireHeld } from './grantor';
import { KeyCache } from './key-cache';
import type { Scope } from './scopes';
import { hashOfSecret, newSecret } from './secrets';

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
const SECRET_FORM = /^prn_[a-z]+_[A-Za-z0-9_-]{32,128}$/;

/** Control characters would forge lines where the name is printed; half a pair cannot be stored. */
const NAME_FORM = /^[^\p{Cc}\p{Cs}]+$/u;

/** API keys: random, stored as SHA-256 only. */
export class ApiKeyService {
  private readonly cache: KeyCache<KeyCaller>;

  constructor(
    private readonly store: ApiKeyStore,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    const find = (hash: Buffer) => this.findActive(hash);
    const touch = (id: string, now: Date, unlessAfter: Date) =>
      this.store.touch(id, now, unlessAfter);
    this.cache = new KeyCache({ find, touch }, clock, logger);
  }

  /**
   * @throws InvalidInput when the name or the scopes are not of the form
   * @throws MissingScope when the grantor lacks one of the scopes
   * @throws ApiKeyNameTaken when an active key has the name
   */
  async create(request: ApiKeyRequest, grantor: Grantor): Promise<CreatedApiKey> {
    const { name, scopes } = checkedRequest(request);
    requireHeld(grantor, scopes);
    const secret = newSecret(SECRET_PREFIX);
    const apiKey = await this.store.insert({
      hash: hashOfSecret(secret),
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
    const hash = hashOfSecret(secret);
    const createdAt = this.clock.now();
    const key = { hash, id: this.ids.next<string>(), name, scopes, createdBy: actor, createdAt };
    const apiKey =
      (await this.store.insert(key)) ??
      (await this.store.setScopes(hash, scopes)) ??
      (await this.store.findByHash(hash));
    if (apiKey === null) throw new ApiKeyNameTaken(name);
    this.cache.forget();
    return apiKey;
  }

  /** Active keys first, then the newest first; at most 500. */
  async list(): Promise<readonly ApiKeyRecord[]> {
    return this.store.list();
  }

  /** Null for none. */
  readonly byId: BatchLoad<string, ApiKeyRecord | null> = async (ids) =>
    inOrderOf(ids, await this.store.findByIds(ids), ({ id }) => id);

  /**
   * Takes hold in this process at once, in others within three seconds. Revoking twice changes
   * nothing.
   * @throws NotFound when there is no such key
   */
  async revoke(id: string): Promise<ApiKeyRecord> {
    const revoked = await this.store.revoke(id, this.clock.now());
    this.cache.forget();
    if (revoked === null) throw new NotFound('There is no API key of this id.');
    return revoked;
  }

  /** @returns null when the secret is no active key's */
  async authenticate(secret: string): Promise<KeyCaller | null> {
    if (!SECRET_FORM.test(secret)) return null;
    return this.cache.holderOf(hashOfSecret(secret));
  }

  /** Resolves when every note of a key's use is written. Await it before the database closes. */
  settled(): Promise<void> {
    return this.cache.settled();
  }

  private async findActive(hash: Buffer) {
    const record = await this.store.findByHash(hash);
    if (record === null || record.revokedAt !== null) return null;
    const holder: KeyCaller = {
      kind: 'KEY',
      name: record.name,
      scopes: new Set(record.scopes),
    };
    return { keyId: record.id, lastUsedAt: record.lastUsedAt, holder };
  }
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
