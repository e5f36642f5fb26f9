import type { Grantor } from '../../platform/auth/grantor';
import { requireHeld } from '../../platform/auth/grantor';
import { KeyCache } from '../../platform/auth/key-cache';
import { hashOfSecret, newSecret } from '../../platform/auth/secrets';
import type { Database, Tx } from '../../platform/database/database';
import type { Logger } from '../../platform/telemetry/logger';
import type { Clock } from '../../shared/clock';
import { NotFound } from '../../shared/errors';
import type { IdSource } from '../../shared/ids';
import type { SourceNameTaken, WriteKeyLimitReached } from './sources.errors';
import {
  type Source,
  type SourceId,
  type SourceRecord,
  sourceScopes,
  WRITE_KEYS_MAX,
  type WriteKey,
  type WriteKeyId,
} from './sources.model';
import { type Allowance, takeEvents } from './sources.rate.rules';
import {
  checkedName,
  checkedSettings,
  defaultSourceSettings,
  type SourceSettings,
} from './sources.rules';
import * as store from './sources.store';

/** Starts every write key; what follows goes into an address as it is. */
const WRITE_KEY_PREFIX = 'pw_';
const WRITE_KEY_FORM = /^pw_[A-Za-z0-9_-]{43}$/;

export interface SourceRequest extends Partial<SourceSettings> {
  readonly name: string;
}

/** A write key just made. */
export interface AddedWriteKey {
  readonly writeKey: WriteKey;
  /** Shown now and never again. */
  readonly secret: string;
}

export type CreateSourceOutcome =
  | ({ readonly kind: 'SOURCE_CREATED'; readonly source: SourceRecord } & AddedWriteKey)
  | SourceNameTaken;

export type AddWriteKeyOutcome =
  | ({ readonly kind: 'WRITE_KEY_ADDED' } & AddedWriteKey)
  | WriteKeyLimitReached;

export type RateTaking =
  | { readonly isWithin: true }
  | { readonly isWithin: false; readonly retryAfterSeconds: number };

export interface SourceServiceParts {
  readonly database: Database;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of identifiers, that a source may be allowed or not. */
  readonly knownNamespaces: ReadonlySet<string>;
}

/** Sources of events: what each may send, and the write keys it is known by. */
export class SourceService {
  private readonly cache: KeyCache<Source>;
  /** Of each source with a rate that sent something: as many as there are sources. */
  private readonly allowances = new Map<SourceId, Allowance>();

  constructor(private readonly parts: SourceServiceParts) {
    const { database, clock, logger } = parts;
    this.cache = new KeyCache(
      {
        find: (hash) => this.findByHash(hash),
        touch: (id, now, unlessAfter) => store.touchWriteKey(database, id, now, unlessAfter),
      },
      clock,
      logger,
    );
  }

  /** @returns null when it is no valid write key's, or its source is disabled */
  async authenticate(writeKey: string): Promise<Source | null> {
    if (!WRITE_KEY_FORM.test(writeKey)) return null;
    return this.cache.holderOf(hashOfSecret(writeKey));
  }

  /**
   * Takes `events` from the source's rate, all of them or none. Each process counts by itself: with
   * several behind one address a source may send as many times its rate.
   */
  takeFromRate({ sourceId, eventsPerMinuteMax }: Source, events: number): RateTaking {
    if (eventsPerMinuteMax === null) return { isWithin: true };
    const allowance = this.allowances.get(sourceId) ?? null;
    const nowMs = this.parts.clock.now().getTime();
    const taking = takeEvents(allowance, events, eventsPerMinuteMax, nowMs);
    if (!taking.isWithin) return taking;
    this.allowances.set(sourceId, taking.left);
    return { isWithin: true };
  }

  /**
   * Makes a source and its first write key.
   * @throws InvalidInput when the name or a setting is not of the form
   * @throws MissingScope when the grantor lacks one of the scopes
   */
  async create(request: SourceRequest, grantor: Grantor): Promise<CreateSourceOutcome> {
    const { name, ...asked } = request;
    const settings = this.checked({ ...defaultSourceSettings, ...asked });
    requireHeld(grantor, settings.scopes);
    const { database, ids, clock } = this.parts;
    const createdAt = clock.now();
    const made = { createdBy: grantor.actor, createdAt };
    const sourceId = ids.next<SourceId>();
    const row = { ...settings, ...made, sourceId, name: checkedName(name) };
    return database.transaction(async (tx): Promise<CreateSourceOutcome> => {
      const source = await store.insertSource(tx, row);
      if (source === null) return { kind: 'SOURCE_NAME_TAKEN', name };
      return { kind: 'SOURCE_CREATED', source, ...(await this.addKey(tx, sourceId, grantor)) };
    });
  }

  /**
   * Changes what is given and nothing else; never the name. Takes hold in this process at once, in
   * others within three seconds.
   * @throws InvalidInput when a setting is not of the form
   * @throws MissingScope when the grantor lacks a scope that the source is to have from now on
   * @throws NotFound when there is no such source
   */
  async update(
    sourceId: SourceId,
    changes: Partial<SourceSettings>,
    grantor: Grantor,
  ): Promise<SourceRecord> {
    const changed = await this.parts.database.transaction(async (tx) => {
      const before = found(await store.lockSource(tx, sourceId));
      const settings = this.checked({ ...settingsOf(before), ...changes });
      requireHeld(
        grantor,
        settings.scopes.filter((scope) => !before.scopes.has(scope)),
      );
      return store.updateSource(tx, sourceId, settings);
    });
    this.cache.forget();
    return found(changed);
  }

  /**
   * Adds a write key. To rotate: add the second, move the senders to it, revoke the first.
   * @throws MissingScope when the grantor lacks a scope of the source, which the key would give
   * @throws NotFound when there is no such source
   */
  addWriteKey(sourceId: SourceId, grantor: Grantor): Promise<AddWriteKeyOutcome> {
    return this.parts.database.transaction(async (tx): Promise<AddWriteKeyOutcome> => {
      const { scopes } = found(await store.lockSource(tx, sourceId));
      requireHeld(grantor, scopes);
      const keys = await store.findWriteKeys(tx, [sourceId]);
      const valid = keys.filter(({ revokedAt }) => revokedAt === null);
      if (valid.length >= WRITE_KEYS_MAX) {
        return { kind: 'WRITE_KEY_LIMIT_REACHED', writeKeysMax: WRITE_KEYS_MAX };
      }
      return { kind: 'WRITE_KEY_ADDED', ...(await this.addKey(tx, sourceId, grantor)) };
    });
  }

  /**
   * Takes hold in this process at once, in others within three seconds. Revoking twice changes
   * nothing.
   * @throws NotFound when there is no such key
   */
  async revokeWriteKey(writeKeyId: WriteKeyId): Promise<WriteKey> {
    const { database, clock } = this.parts;
    const revoked = await store.revokeWriteKey(database, writeKeyId, clock.now());
    this.cache.forget();
    if (revoked === null) throw new NotFound('There is no write key of this id.');
    return revoked;
  }

  /** Its write keys are refused until it is enabled again. @throws NotFound */
  disable(sourceId: SourceId): Promise<SourceRecord> {
    return this.setDisabled(sourceId, this.parts.clock.now());
  }

  /** Its write keys that were not revoked are good again. @throws NotFound */
  enable(sourceId: SourceId): Promise<SourceRecord> {
    return this.setDisabled(sourceId, null);
  }

  /** Resolves when every note of a key's use is written. Await it before the database closes. */
  settled(): Promise<void> {
    return this.cache.settled();
  }

  private async setDisabled(sourceId: SourceId, at: Date | null): Promise<SourceRecord> {
    const source = await store.setDisabled(this.parts.database, sourceId, at);
    this.cache.forget();
    return found(source);
  }

  private async addKey(tx: Tx, sourceId: SourceId, { actor }: Grantor): Promise<AddedWriteKey> {
    const { ids, clock } = this.parts;
    const secret = newSecret(WRITE_KEY_PREFIX);
    const writeKey = {
      writeKeyId: ids.next<WriteKeyId>(),
      sourceId,
      createdBy: actor,
      createdAt: clock.now(),
      lastUsedAt: null,
      revokedAt: null,
    };
    await store.insertWriteKey(tx, { ...writeKey, hash: hashOfSecret(secret) });
    return { writeKey, secret };
  }

  private async findByHash(hash: Buffer) {
    const known = await store.findByHash(this.parts.database, hash);
    if (known === null) return null;
    const { writeKeyId, lastUsedAt, source } = known;
    return { keyId: writeKeyId, lastUsedAt, holder: source };
  }

  private checked(settings: SourceSettings): SourceSettings {
    return checkedSettings(settings, this.parts.knownNamespaces);
  }
}

function settingsOf({ scopes, eventsPerMinuteMax, allowed, origins }: Source): SourceSettings {
  return {
    scopes: sourceScopes.filter((scope) => scopes.has(scope)),
    eventsPerMinuteMax,
    namespaces: allowed.namespaces && [...allowed.namespaces],
    eventNames: allowed.eventNames && [...allowed.eventNames],
    origins,
  };
}

function found(source: SourceRecord | null): SourceRecord {
  if (source === null) throw new NotFound('There is no source of this id.');
  return source;
}
