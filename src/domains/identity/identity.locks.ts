import { instantArray, textArray, uuidArray } from '../../platform/database/arrays';
import type { Tx } from '../../platform/database/database';
import { prepared } from '../../platform/database/prepared';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import {
  type IdentifierKey,
  type KnownGraph,
  keyText,
  type LoadedIdentifier,
  type LoadedProfile,
  type Place,
  type Tenancy,
} from './identity.model';

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

/** Keeps everybody else from identities until the transaction ends. Before any lock of names. */
export function lockEverybody(tx: Tx): void {
  tx.send(`select pg_advisory_xact_lock(${EVERYBODY})`);
}

/** An identifier, and the time in which some events name it. */
export interface NamedIdentifier extends IdentifierKey {
  readonly from: Date;
  readonly until: Date;
}

/**
 * Finds the identifiers, locks what they name as `lockIdentities` does (the profiles of those that
 * are known, the names of the others), and gives what there is to know of them: all of it in one
 * call of the database. The companions are locked with them, and nothing is read of them. Where a
 * merge came between finding and locking, the transaction starts over: locking the survivor on
 * top of the locks held could close a circle of waiting.
 * @param named each identifier once
 * @param windowed namespaces of which all nodes of the profiles are wanted
 */
export async function lockAndLoadIdentifiers(
  tx: Tx,
  named: readonly NamedIdentifier[],
  companions: readonly ProfileId[] = [],
  windowed: readonly string[] = [],
): Promise<KnownGraph> {
  const rows = await tx.query<KnownRow>(
    prepared(`select known_index as index, known_namespace as namespace, known_value as value,
       known_tenant as tenant, known_place as place, known_identifier_id as "identifierId", known_profile_id as "profileId",
       known_first_seen_at as "firstSeenAt", known_signed_in_at as "signedInAt",
       known_tenancies as tenancies, profile_counts as counts, profile_merges as merges,
       profile_revoked as revoked
     from lock_and_load_identifiers($1::text[], $2::text[], $3::bigint[], $4::bigint[],
       $5::uuid[], $6::text[])`),
    [
      textArray(named.map((one) => one.namespace)),
      textArray(named.map((one) => one.value)),
      instantArray(named.map((one) => one.from)),
      instantArray(named.map((one) => one.until)),
      uuidArray(companions),
      textArray(windowed),
    ],
  );
  return toKnownGraph(rows, named);
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

/** A node, or (without an identifier) a profile. */
type KnownRow = KnownNode | KnownProfile;

interface KnownNode extends Omit<LoadedIdentifier, 'namespace' | 'value'> {
  /** Of its identifier among those asked for; null where it was not, and is named. */
  readonly index: number | null;
  readonly namespace: string | null;
  readonly value: string | null;
  readonly place: Place;
  readonly tenancies: string | null;
}

interface KnownProfile {
  readonly identifierId: null;
  readonly profileId: ProfileId;
  readonly place: Place;
  readonly counts: string;
  readonly merges: number;
  readonly revoked: string | null;
}

function toKnownGraph(rows: readonly KnownRow[], named: readonly NamedIdentifier[]): KnownGraph {
  const identifiers: LoadedIdentifier[] = [];
  const profiles: LoadedProfile[] = [];
  const tenancies: Tenancy[] = [];
  const places = new Map<IdentifierId | ProfileId, Place>();
  for (const row of rows) {
    places.set(row.identifierId ?? row.profileId, row.place);
    if (row.identifierId === null) {
      profiles.push(toLoadedProfile(row));
      continue;
    }
    const { namespace, value } = keyOf(row, named);
    const { identifierId, profileId, tenant, firstSeenAt, signedInAt } = row;
    identifiers.push({
      namespace,
      value,
      identifierId,
      profileId,
      tenant,
      firstSeenAt,
      signedInAt,
    });
    if (row.tenancies === null) continue;
    for (const [sinceMs, holder] of JSON.parse(row.tenancies) as readonly [number, number][]) {
      tenancies.push({ namespace, value, since: new Date(sinceMs), tenant: holder });
    }
  }
  return { identifiers, profiles, tenancies, places };
}

function keyOf(
  { index, namespace, value }: KnownNode,
  named: readonly NamedIdentifier[],
): IdentifierKey {
  if (namespace !== null && value !== null) return { namespace, value };
  const key = index === null ? undefined : named[index];
  if (key === undefined) throw new Error('The database gave an identifier that was not asked for.');
  return key;
}

function toLoadedProfile({ profileId, counts, merges, revoked }: KnownProfile): LoadedProfile {
  const held = JSON.parse(counts) as Readonly<Record<string, number>>;
  const pairs = JSON.parse(revoked ?? '[]') as readonly [IdentifierId, IdentifierId, number][];
  return {
    profileId,
    counts: new Map(Object.entries(held)),
    merges,
    revokedLinks: pairs.map(([identifierId, otherIdentifierId, revokedMs]) => ({
      identifierId,
      otherIdentifierId,
      revokedAt: new Date(revokedMs),
    })),
  };
}
