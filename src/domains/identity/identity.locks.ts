import type { Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierKey } from './identity.model';
import { keyText } from './identity.rules';

/**
 * Names that one transaction locks one by one. PostgreSQL keeps the locks of all transactions in
 * one table of fixed size (some 13,000 with the settings it comes with), and fails whoever finds
 * it full.
 */
const NAMES_MAX = 1000;

/** The lock above all others: shared by those who lock names, taken alone by who has too many. */
const EVERYBODY = `hashtextextended('everybody', 0)`;

/**
 * Takes the locks of profiles, and of identifiers that nobody holds yet, until the transaction
 * ends. This is the one place where profiles are locked: in one statement and in one order, so
 * that two batches that share customers wait for each other and never in a circle. A batch of more
 * than 1,000 names waits for all others, and all others for it.
 */
export async function lockIdentities(
  tx: Tx,
  profileIds: readonly ProfileId[],
  unknownKeys: readonly IdentifierKey[] = [],
): Promise<void> {
  const names = new Set([
    ...profileIds.map((profileId) => `profile ${profileId}`),
    ...unknownKeys.map((key) => `identifier ${keyText(key)}`),
  ]);
  if (names.size === 0) return;
  if (names.size > NAMES_MAX) {
    await tx.query(`select pg_advisory_xact_lock(${EVERYBODY})`);
    return;
  }
  await tx.query(
    `select count(
       case when is_shared then pg_advisory_xact_lock_shared(key) else pg_advisory_xact_lock(key) end)
     from (
       select true as is_shared, ${EVERYBODY} as key
       union
       select false, hashtextextended(name, 0) from unnest($1::text[]) as n (name)
       order by 1 desc, 2
     ) keys`,
    [[...names]],
  );
}

/** Those of the profiles whose lock is free; it is taken. The others are being worked on. */
export async function tryLockProfiles(
  tx: Tx,
  profileIds: readonly ProfileId[],
): Promise<ProfileId[]> {
  const rows = await tx.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId"
     from unnest($1::uuid[]) as n (profile_id)
     where case when pg_try_advisory_xact_lock_shared(${EVERYBODY})
       then pg_try_advisory_xact_lock(hashtextextended('profile ' || profile_id::text, 0))
       else false end`,
    [profileIds],
  );
  return rows.map((row) => row.profileId);
}
