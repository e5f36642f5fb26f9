import type { Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierKey } from './identity.model';
import { keyText } from './identity.rules';

/**
 * Takes the locks of profiles, and of identifiers that nobody holds yet, until the transaction
 * ends. This is the one place where profiles are locked: in one statement and in one order, so
 * that two batches that share customers wait for each other and never in a circle.
 */
export async function lockIdentities(
  tx: Tx,
  profileIds: readonly ProfileId[],
  unknownKeys: readonly IdentifierKey[] = [],
): Promise<void> {
  const names = [
    ...profileIds.map((profileId) => `profile ${profileId}`),
    ...unknownKeys.map((key) => `identifier ${keyText(key)}`),
  ];
  if (names.length === 0) return;
  await tx.query(
    `select count(pg_advisory_xact_lock(key))
     from (
       select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as n (name)
       order by 1
     ) keys`,
    [names],
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
     where pg_try_advisory_xact_lock(hashtextextended('profile ' || profile_id::text, 0))`,
    [profileIds],
  );
  return rows.map((row) => row.profileId);
}
