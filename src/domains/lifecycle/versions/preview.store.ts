import type { Sql, Tx } from '../../../platform/database/database';
import type { ProfileId } from '../../../shared/ids';

/** Everything read in the transaction is as of now; nothing can be written in it. */
export async function readAsOfNow(tx: Tx): Promise<void> {
  await tx.query('set transaction isolation level repeatable read, read only');
}

/**
 * Lets one preview run at a time in the whole database: each holds a snapshot for as long as it
 * takes, and one request can ask for many.
 * @returns whether this one may, until its transaction ends
 */
export async function tryHoldPreviews(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ isHeld: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('lifecycle preview', 0)) as "isHeld"`,
  );
  return row?.isHeld === true;
}

/** Those of the lowest hashes: the same ones every time, as long as nobody joins. */
export async function findSample(sql: Sql, size: number): Promise<ProfileId[]> {
  const rows = await sql.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId" from evaluation
     order by uuid_hash_extended(profile_id, 0), profile_id
     limit $1`,
    [size],
  );
  return rows.map(({ profileId }) => profileId);
}
