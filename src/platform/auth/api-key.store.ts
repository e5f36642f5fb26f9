import type { Database } from '../database/database';
import { type Scope, scopeNames } from './scopes';

/** What is kept of a key: everything but its secret. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Who made it, e.g. `key:crm-sync`. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewApiKey {
  readonly hash: Buffer;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** More keys than this are nobody's to read in one go. */
const LISTED_KEYS_MAX = 500;

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const COLUMNS = 'id, name, scopes, created_by, created_at, last_used_at, revoked_at';

/** Every statement on `api_key`. */
export class ApiKeyStore {
  constructor(private readonly database: Database) {}

  /** @returns null when the name belongs to an active key, or the hash is known */
  async insert(key: NewApiKey): Promise<ApiKeyRecord | null> {
    const rows = await this.database.query<ApiKeyRow>(
      `insert into api_key (hash, id, name, scopes, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing
       returning ${COLUMNS}`,
      [key.hash, key.id, key.name, key.scopes, key.createdBy, key.createdAt],
    );
    return toRecord(rows[0]);
  }

  /** Active or not. */
  async findByHash(hash: Buffer): Promise<ApiKeyRecord | null> {
    const rows = await this.database.query<ApiKeyRow>(
      `select ${COLUMNS} from api_key where hash = $1`,
      [hash],
    );
    return toRecord(rows[0]);
  }

  /** Those of the ids that there are, active or not. */
  async findByIds(ids: readonly string[]): Promise<readonly ApiKeyRecord[]> {
    const rows = await this.database.query<ApiKeyRow>(
      `select ${COLUMNS} from api_key where id = any($1::uuid[])`,
      [ids],
    );
    return rows.flatMap((row) => toRecord(row) ?? []);
  }

  /** Active keys first, then the newest first; at most 500. */
  async list(): Promise<readonly ApiKeyRecord[]> {
    const rows = await this.database.query<ApiKeyRow>(
      `select ${COLUMNS} from api_key
       order by revoked_at is not null, created_at desc, id desc
       limit $1`,
      [LISTED_KEYS_MAX],
    );
    return rows.flatMap((row) => toRecord(row) ?? []);
  }

  /** Gives an active key these scopes and no others. */
  async setScopes(hash: Buffer, scopes: readonly Scope[]): Promise<ApiKeyRecord | null> {
    const rows = await this.database.query<ApiKeyRow>(
      `update api_key set scopes = $2 where hash = $1 and revoked_at is null returning ${COLUMNS}`,
      [hash, scopes],
    );
    return toRecord(rows[0]);
  }

  /** A key that is revoked already keeps the time of the first. @returns null for an unknown id */
  async revoke(id: string, now: Date): Promise<ApiKeyRecord | null> {
    const rows = await this.database.query<ApiKeyRow>(
      `update api_key set revoked_at = coalesce(revoked_at, $2) where id = $1 returning ${COLUMNS}`,
      [id, now],
    );
    return toRecord(rows[0]);
  }

  /** Writes nothing when another process noted a use after `unlessAfter`. */
  async touch(id: string, now: Date, unlessAfter: Date): Promise<void> {
    await this.database.query(
      `update api_key set last_used_at = $2
       where id = $1 and (last_used_at is null or last_used_at <= $3)`,
      [id, now, unlessAfter],
    );
  }
}

function toRecord(row: ApiKeyRow | undefined): ApiKeyRecord | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    // A scope this version does not know grants nothing.
    scopes: scopeNames.filter((scope) => row.scopes.includes(scope)),
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
