import type { Sql, Tx } from '../../platform/database/database';
import { TransactionConflict } from '../../platform/database/transaction';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { lockIdentities } from './identity.locks';
import type { KnownIdentifier } from './identity.model';
import * as store from './identity.store';

/**
 * Between reading whose an identifier is and holding the lock, another transaction merged it away.
 * Locking the survivor as well, on top of the locks held, could close a circle of waiting; so all
 * of them are let go and the transaction starts over.
 */
export class ProfilesChanged extends TransactionConflict {
  constructor() {
    super('Profiles were merged while they were being locked.');
  }
}

export interface PrimaryIdentifier extends KnownIdentifier {
  /** Its name alone does not tell whose it is: it stands, or stood, for others as well. */
  readonly isShared: boolean;
}

/** The profiles behind public ids, for the other domains' services. */
export class ProfileDirectory {
  /**
   * The profile an id stands for today, or null where there is none; holds the profile's lock until
   * the transaction ends.
   */
  async lockProfile(tx: Tx, profileId: ProfileId): Promise<ProfileId | null> {
    const [locked = null] = await this.lockProfiles(tx, [profileId]);
    return locked;
  }

  /** Locks the profiles that the ids stand for, in one order; gives them in the order asked. */
  async lockProfiles(
    tx: Tx,
    profileIds: readonly ProfileId[],
  ): Promise<readonly (ProfileId | null)[]> {
    const before = await this.resolveAll(tx, profileIds);
    await lockIdentities(
      tx,
      before.filter((profileId) => profileId !== null),
    );
    const after = await this.resolveAll(tx, profileIds);
    if (!after.every((profileId, index) => profileId === before[index])) {
      throw new ProfilesChanged();
    }
    return after;
  }

  /** The profiles that hold the identifiers, each with its lock until the transaction ends. */
  async lockOwners(
    tx: Tx,
    identifierIds: readonly IdentifierId[],
  ): Promise<ReadonlyMap<IdentifierId, ProfileId>> {
    const before = await findOwners(tx, identifierIds);
    await lockIdentities(tx, [...new Set(before.values())]);
    const after = await findOwners(tx, identifierIds);
    for (const [identifierId, profileId] of after) {
      if (before.get(identifierId) !== profileId) throw new ProfilesChanged();
    }
    return after;
  }

  /**
   * An identifier of the profile each id stands for today: where what the profile did itself
   * belongs. The oldest one, which only a merge, an unmerge or sharing makes another; a shared one
   * where there is no other.
   * @returns by the id asked for; ids of nobody are left out
   */
  async primaryIdentifiers(
    sql: Sql,
    profileIds: readonly ProfileId[],
  ): Promise<ReadonlyMap<ProfileId, PrimaryIdentifier>> {
    const rows = await store.findOldestIdentifiers(sql, profileIds);
    return new Map(rows.map(({ askedId, ...identifier }) => [askedId, identifier]));
  }

  private async resolveAll(
    sql: Sql,
    profileIds: readonly ProfileId[],
  ): Promise<readonly (ProfileId | null)[]> {
    const rows = await store.findProfiles(sql, profileIds);
    const resolved = new Map(rows.map((row) => [row.askedId, row.profileId]));
    return profileIds.map((profileId) => resolved.get(profileId) ?? null);
  }
}

/** The profile each identifier belongs to now. */
export async function findOwners(
  sql: Sql,
  identifierIds: readonly IdentifierId[],
): Promise<ReadonlyMap<IdentifierId, ProfileId>> {
  if (identifierIds.length === 0) return new Map();
  const rows = await store.findProfilesOfIdentifiers(sql, identifierIds);
  return new Map(rows.map((row) => [row.identifierId, row.profileId]));
}
