import type { Sql } from '../../platform/database/database';
import { digestOf } from '../../shared/digest';
import { storableText } from '../../shared/text';
import type { ImportCheckpoint, ImportIdentity } from './imports.model';

/** Names an import in 16 bytes. */
export function importKey(identity: ImportIdentity): string {
  const { source, fileName, fileBytes, headDigest, reading, linesBefore } = identity;
  return digestOf(JSON.stringify([source, fileName, fileBytes, headDigest, reading, linesBefore]));
}

export async function findCheckpoint(sql: Sql, key: string): Promise<ImportCheckpoint | null> {
  const [row] = await sql.query<CheckpointRow>(
    `select lines, bytes, accepted, duplicates, quarantined, finished_at as "finishedAt"
     from import_checkpoint where import_key = $1`,
    [key],
  );
  if (row === undefined) return null;
  return {
    lines: Number(row.lines),
    bytes: Number(row.bytes),
    accepted: Number(row.accepted),
    duplicates: Number(row.duplicates),
    quarantined: Number(row.quarantined),
    finishedAt: row.finishedAt,
  };
}

interface CheckpointRow {
  readonly lines: bigint;
  readonly bytes: bigint;
  readonly accepted: bigint;
  readonly duplicates: bigint;
  readonly quarantined: bigint;
  readonly finishedAt: Date | null;
}

export async function saveCheckpoint(
  sql: Sql,
  identity: ImportIdentity,
  checkpoint: ImportCheckpoint,
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into import_checkpoint
       (import_key, source, file_name, lines, bytes, accepted, duplicates, quarantined,
        updated_at, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (import_key) do update set
       lines = excluded.lines, bytes = excluded.bytes, accepted = excluded.accepted,
       duplicates = excluded.duplicates, quarantined = excluded.quarantined,
       updated_at = excluded.updated_at, finished_at = excluded.finished_at`,
    [
      importKey(identity),
      storableText(identity.source),
      storableText(identity.fileName),
      checkpoint.lines,
      checkpoint.bytes,
      checkpoint.accepted,
      checkpoint.duplicates,
      checkpoint.quarantined,
      now,
      checkpoint.finishedAt,
    ],
  );
}
