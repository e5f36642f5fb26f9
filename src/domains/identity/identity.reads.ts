import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { IdentifierKey } from './identity.model';
import { normaliseIdentifier } from './identity.normalise';
import type { IdentityPolicy } from './identity.policy';
import * as store from './identity.store';
import { Profile } from './identity.types';

const noTraits: JsonObject = {};

export class IdentityReads {
  constructor(
    private readonly sql: Sql,
    private readonly policy: IdentityPolicy,
  ) {}

  /** The profile each id stands for today; null where there is none. */
  readonly profileById: BatchLoad<ProfileId, Profile | null> = async (profileIds) => {
    const rows = await store.findProfiles(this.sql, profileIds);
    const found = inOrderOf(profileIds, rows, (row) => row.askedId);
    return found.map((row) => (row === null ? null : new Profile(row.profileId, row.createdAt)));
  };

  readonly identifiersByProfile: BatchLoad<ProfileId, readonly store.IdentifierRow[]> = async (
    profileIds,
  ) => {
    const rows = await store.findIdentifiersOfProfiles(this.sql, profileIds);
    return groupByProfile(profileIds, rows);
  };

  readonly traitsByProfile: BatchLoad<ProfileId, JsonObject> = async (profileIds) => {
    const rows = await store.findTraits(this.sql, profileIds);
    const found = inOrderOf(profileIds, rows, (row) => row.profileId);
    return found.map((row) => row?.traits ?? noTraits);
  };

  readonly mergesByProfile: BatchLoad<ProfileId, readonly store.MergeRow[]> = async (
    profileIds,
  ) => {
    const rows = await store.findMerges(this.sql, profileIds);
    return groupByProfile(profileIds, rows);
  };

  /** The profile that holds an identifier, whatever form it is written in; null for none. */
  async profileIdByIdentifier(identifier: IdentifierKey): Promise<ProfileId | null> {
    const normalised = normaliseIdentifier(identifier, this.policy);
    if (!normalised.usable) return null;
    const [known] = await store.findIdentifiers(this.sql, [normalised.key]);
    return known?.profileId ?? null;
  }
}

function groupByProfile<Row extends { readonly profileId: ProfileId }>(
  profileIds: readonly ProfileId[],
  rows: readonly Row[],
): Row[][] {
  const groups = new Map(profileIds.map((profileId) => [profileId, [] as Row[]]));
  for (const row of rows) groups.get(row.profileId)?.push(row);
  return profileIds.map((profileId) => groups.get(profileId) ?? []);
}
