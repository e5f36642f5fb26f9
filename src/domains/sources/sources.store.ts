import type { Sql, Tx } from '../../platform/database/database';
import {
  type SourceId,
  type SourceRecord,
  sourceScopes,
  type WriteKey,
  type WriteKeyId,
} from './sources.model';
import type { SourceSettings } from './sources.rules';

/** More sources than this are nobody's to read in one go. */
const LISTED_SOURCES_MAX = 500;

interface SourceRow {
  readonly sourceId: SourceId;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly eventsPerMinuteMax: number | null;
  readonly namespaces: readonly string[] | null;
  readonly eventNames: readonly string[] | null;
  readonly origins: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

const SOURCE_COLUMNS = `s.source_id as "sourceId", s.name, s.scopes,
  s.events_per_minute_max as "eventsPerMinuteMax", s.namespaces, s.event_names as "eventNames",
  s.origins, s.created_by as "createdBy", s.created_at as "createdAt",
  s.disabled_at as "disabledAt"`;

const KEY_COLUMNS = `k.write_key_id as "writeKeyId", k.source_id as "sourceId",
  k.created_by as "createdBy", k.created_at as "createdAt", k.last_used_at as "lastUsedAt",
  k.revoked_at as "revokedAt"`;

export interface NewSource extends SourceSettings {
  readonly sourceId: SourceId;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** @returns null when the name is taken */
export async function insertSource(tx: Tx, source: NewSource): Promise<SourceRecord | null> {
  const rows = await tx.query<SourceRow>(
    `insert into event_source as s (source_id, name, created_by, created_at, scopes,
       events_per_minute_max, namespaces, event_names, origins)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (name) do nothing
     returning ${SOURCE_COLUMNS}`,
    [source.sourceId, source.name, source.createdBy, source.createdAt, ...settingValues(source)],
  );
  return toRecord(rows[0]);
}

/** @returns null where there is no such source */
export async function updateSource(
  tx: Tx,
  sourceId: SourceId,
  settings: SourceSettings,
): Promise<SourceRecord | null> {
  const rows = await tx.query<SourceRow>(
    `update event_source s
     set scopes = $2, events_per_minute_max = $3, namespaces = $4, event_names = $5, origins = $6
     where source_id = $1
     returning ${SOURCE_COLUMNS}`,
    [sourceId, ...settingValues(settings)],
  );
  return toRecord(rows[0]);
}

/**
 * A source that is disabled already keeps the time of the first.
 * @param disabledAt null to enable it
 * @returns null where there is no such source
 */
export async function setDisabled(
  sql: Sql,
  sourceId: SourceId,
  disabledAt: Date | null,
): Promise<SourceRecord | null> {
  const rows = await sql.query<SourceRow>(
    `update event_source s
     set disabled_at = case when $2::timestamptz is not null then coalesce(disabled_at, $2) end
     where source_id = $1
     returning ${SOURCE_COLUMNS}`,
    [sourceId, disabledAt],
  );
  return toRecord(rows[0]);
}

/** Lets nobody else change the source or its keys meanwhile. */
export async function lockSource(tx: Tx, sourceId: SourceId): Promise<SourceRecord | null> {
  const rows = await tx.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from event_source s where source_id = $1 for update`,
    [sourceId],
  );
  return toRecord(rows[0]);
}

/** Those asked for, in any order. */
export async function findSources(
  sql: Sql,
  sourceIds: readonly SourceId[],
): Promise<SourceRecord[]> {
  const rows = await sql.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from event_source s where source_id = any($1::uuid[])`,
    [sourceIds],
  );
  return rows.flatMap((row) => toRecord(row) ?? []);
}

/** @returns null when no source has the name */
export async function findSourceByName(sql: Sql, name: string): Promise<SourceRecord | null> {
  const rows = await sql.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from event_source s where name = $1`,
    [name],
  );
  return toRecord(rows[0]);
}

/** By name; at most 500. */
export async function listSources(sql: Sql): Promise<SourceRecord[]> {
  const rows = await sql.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from event_source s order by name limit $1`,
    [LISTED_SOURCES_MAX],
  );
  return rows.flatMap((row) => toRecord(row) ?? []);
}

export interface NewWriteKey {
  readonly hash: Buffer;
  readonly writeKeyId: WriteKeyId;
  readonly sourceId: SourceId;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export async function insertWriteKey(tx: Tx, key: NewWriteKey): Promise<void> {
  await tx.query(
    `insert into write_key (hash, write_key_id, source_id, created_by, created_at)
     values ($1, $2, $3, $4, $5)`,
    [key.hash, key.writeKeyId, key.sourceId, key.createdBy, key.createdAt],
  );
}

/** Of each source: valid keys first, then the newest first. */
export function findWriteKeys(sql: Sql, sourceIds: readonly SourceId[]): Promise<WriteKey[]> {
  return sql.query<WriteKey>(
    `select ${KEY_COLUMNS} from write_key k
     where source_id = any($1::uuid[])
     order by source_id, revoked_at is not null, created_at desc, write_key_id desc`,
    [sourceIds],
  );
}

/** Whose a valid key is, while its source is not disabled. */
export async function findByHash(
  sql: Sql,
  hash: Buffer,
): Promise<{ writeKeyId: WriteKeyId; lastUsedAt: Date | null; source: SourceRecord } | null> {
  const [row] = await sql.query<SourceRow & { writeKeyId: WriteKeyId; lastUsedAt: Date | null }>(
    `select ${SOURCE_COLUMNS}, k.write_key_id as "writeKeyId", k.last_used_at as "lastUsedAt"
     from write_key k
     join event_source s using (source_id)
     where k.hash = $1 and k.revoked_at is null and s.disabled_at is null`,
    [hash],
  );
  const source = toRecord(row);
  if (row === undefined || source === null) return null;
  return { writeKeyId: row.writeKeyId, lastUsedAt: row.lastUsedAt, source };
}

/** A key that is revoked already keeps the time of the first. @returns null for an unknown id */
export async function revokeWriteKey(
  sql: Sql,
  writeKeyId: WriteKeyId,
  now: Date,
): Promise<WriteKey | null> {
  const [key] = await sql.query<WriteKey>(
    `update write_key k set revoked_at = coalesce(revoked_at, $2) where write_key_id = $1
     returning ${KEY_COLUMNS}`,
    [writeKeyId, now],
  );
  return key ?? null;
}

/** Writes nothing when another process noted a use after `unlessAfter`. */
export async function touchWriteKey(
  sql: Sql,
  writeKeyId: string,
  now: Date,
  unlessAfter: Date,
): Promise<void> {
  await sql.query(
    `update write_key set last_used_at = $2
     where write_key_id = $1 and (last_used_at is null or last_used_at <= $3)`,
    [writeKeyId, now, unlessAfter],
  );
}

function settingValues(settings: SourceSettings): readonly unknown[] {
  return [
    settings.scopes,
    settings.eventsPerMinuteMax,
    settings.namespaces,
    settings.eventNames,
    settings.origins,
  ];
}

function toRecord(row: SourceRow | undefined): SourceRecord | null {
  if (row === undefined) return null;
  const { namespaces, eventNames } = row;
  return {
    sourceId: row.sourceId,
    name: row.name,
    // A scope this version does not know grants nothing.
    scopes: new Set(sourceScopes.filter((scope) => row.scopes.includes(scope))),
    eventsPerMinuteMax: row.eventsPerMinuteMax,
    allowed: {
      namespaces: namespaces && new Set(namespaces),
      eventNames: eventNames && new Set(eventNames),
    },
    origins: row.origins,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    disabledAt: row.disabledAt,
  };
}
