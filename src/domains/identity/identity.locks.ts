import type { Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierKey, LoadedIdentifier } from './identity.model';
import { keyText } from './identity.rules';

/** The lock above all others: shared by those who lock names, taken alone by who has too many. */
const EVERYBODY = `hashtextextended('everybody', 0)`;

/**
 * Takes the locks of profiles, and of identifiers that nobody holds yet, until the transaction
 * ends. This is the one place where profiles are locked: in one statement and in one order, so
 * that two batches that share customers wait for each other and never in a circle.
 *
 * Up to 1,000 names wait for nobody but who holds one of them. 1,001 to 3,000 names (500 new
 * customers of three identifiers are 1,500) wait for one another as well, though they share no
 * customer. More than that waits for all others, and all others for it (the database's function
 * `lock_identities` says why).
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
  await tx.query('select lock_identities($1::text[])', [[...names]]);
}

/**
 * Finds the identifiers, locks what they name as `lockIdentities` does (the profiles of those that
 * are known, the names of the others), and gives every identifier of every profile locked: all of
 * it in one call of the database. The companions are locked with them, and nothing is read of
 * them. Where a merge came between finding and locking, the transaction starts over: locking the
 * survivor on top of the locks held could close a circle of waiting.
 */
export function lockAndLoadIdentifiers(
  tx: Tx,
  keys: readonly IdentifierKey[],
  companions: readonly ProfileId[] = [],
): Promise<LoadedIdentifier[]> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  return tx.query<LoadedIdentifier>(
    `select known_namespace as namespace, known_value as value,
       known_identifier_id as "identifierId", known_profile_id as "profileId",
       known_first_seen_at as "firstSeenAt", known_profile_merges as "profileMerges"
     from lock_and_load_identifiers($1::text[], $2::text[], $3::uuid[])`,
    [distinct.map((key) => key.namespace), distinct.map((key) => key.value), companions],
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
