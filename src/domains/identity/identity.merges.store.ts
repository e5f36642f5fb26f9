import type { Sql, Tx } from '../../platform/database/database';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { Evidence } from './identity.model';

/** A merge about to be made, with the ends of the link that makes it. */
export interface NewMerge extends Evidence {
  readonly mergeId: string;
  readonly survivor: ProfileId;
  readonly absorbed: ProfileId;
  readonly survivorIdentifierId: IdentifierId;
  readonly absorbedIdentifierId: IdentifierId;
  /** Of an operator. */
  readonly reason: string | null;
}

export async function insertMerge(tx: Tx, merge: NewMerge, now: Date): Promise<void> {
  await tx.query(
    `insert into profile_merge (survivor_id, merge_id, absorbed_id, event_id, source, merged_at,
       survivor_identifier_id, absorbed_identifier_id, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      merge.survivor,
      merge.mergeId,
      merge.absorbed,
      merge.eventId,
      merge.source,
      now,
      merge.survivorIdentifierId,
      merge.absorbedIdentifierId,
      merge.reason,
    ],
  );
}

/** What parted two profiles parts them no more. */
export async function liftRevokedLinks(
  tx: Tx,
  one: ProfileId,
  other: ProfileId,
  now: Date,
): Promise<void> {
  await tx.query(
    `update revoked_link r set lifted_at = $3
     from revoked_link o
     where r.profile_id in ($1, $2) and o.profile_id in ($1, $2) and r.profile_id <> o.profile_id
       and r.identifier_id = o.other_identifier_id and r.other_identifier_id = o.identifier_id
       and r.unmerge_id = o.unmerge_id and r.lifted_at is null`,
    [one, other, now],
  );
}

export interface MergeRow extends Evidence {
  readonly mergeId: string;
  readonly survivorId: ProfileId;
  readonly absorbedId: ProfileId;
  readonly mergedAt: Date;
  readonly reason: string | null;
  readonly undoneAt: Date | null;
  /** The ends of the link that made it; null where it was made before they were recorded. */
  readonly survivorIdentifierId: IdentifierId | null;
  readonly absorbedIdentifierId: IdentifierId | null;
}

const mergeColumns = `
  m.merge_id as "mergeId", m.survivor_id as "survivorId", m.absorbed_id as "absorbedId",
  m.event_id as "eventId", m.source, m.merged_at as "mergedAt", m.reason,
  m.undone_at as "undoneAt", m.survivor_identifier_id as "survivorIdentifierId",
  m.absorbed_identifier_id as "absorbedIdentifierId"`;

/**
 * Every merge that led to each of the profiles, including those of profiles absorbed earlier and
 * those that were undone, the first first.
 */
export function findMerges(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<(MergeRow & { profileId: ProfileId })[]> {
  return sql.query(
    `select p.profile_id as "profileId", ${mergeColumns}
     from (
       select profile_id, profile_id as survivor_id
       from unnest($1::uuid[]) as asked (profile_id)
       union all
       select merged_into, profile_id from profile where merged_into = any($1::uuid[])
     ) p
     join profile_merge m using (survivor_id)
     order by m.merged_at, m.merge_id`,
    [profileIds],
  );
}

export async function findMerge(sql: Sql, mergeId: string): Promise<MergeRow | null> {
  const [row = null] = await sql.query<MergeRow>(
    `select ${mergeColumns} from profile_merge m where m.merge_id = $1`,
    [mergeId],
  );
  return row;
}
