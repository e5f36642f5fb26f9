import type { Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierKey } from './identity.model';
import { keyText } from './identity.rules';

/**
 * PostgreSQL keeps the locks of all transactions in one table of fixed size (some 14,000 with the
 * settings it comes with), and fails whoever finds it full. So that ten transactions, as many as
 * the pool has by default, fit whatever they hold, those of more names than this go one at a time,
 * beside the others.
 */
const NAMES_MAX = 1000;

/** A transaction of more names than this takes no names but a single lock, and goes alone. */
const MULTITUDE_MAX = 3000;

/** The lock above all others: shared by those who lock names, taken alone by who has too many. */
const EVERYBODY = `hashtextextended('everybody', 0)`;

/** Held by the one transaction that may lock more than `NAMES_MAX` names. */
const MULTITUDE = `hashtextextended('multitude', 0)`;

/**
 * Takes the locks of profiles, and of identifiers that nobody holds yet, until the transaction
 * ends. This is the one place where profiles are locked: in one statement and in one order, so
 * that two batches that share customers wait for each other and never in a circle.
 *
 * Up to 1,000 names wait for nobody but who holds one of them. 1,001 to 3,000 names (500 new
 * customers of three identifiers are 1,500) wait for one another as well, though they share no
 * customer. More than that waits for all others, and all others for it.
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
  if (names.size > MULTITUDE_MAX) {
    await tx.query(`select pg_advisory_xact_lock(${EVERYBODY})`);
    return;
  }
  await tx.query(
    `select count(
       case when level = 0 then pg_advisory_xact_lock_shared(key) else pg_advisory_xact_lock(key) end)
     from (
       select 0 as level, ${EVERYBODY} as key
       union
       select 1, ${MULTITUDE} where $2
       union
       select 2, hashtextextended(name, 0) from unnest($1::text[]) as n (name)
       order by level, key
     ) keys`,
    [[...names], names.size > NAMES_MAX],
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
