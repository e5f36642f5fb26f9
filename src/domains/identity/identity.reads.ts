import type { Sql } from '../../platform/database/database';
import { inOrderOf } from '../../platform/graphql/batch';
import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { findMerges, type MergeRow } from './identity.merges.store';
import type { IdentifierKey } from './identity.model';
import { normaliseIdentifier } from './identity.normalise';
import { foldingStrategies, type IdentityPolicy } from './identity.policy';
import * as store from './identity.store';
import { foldTrait, type ToldTrait } from './identity.traits.rules';
import { findTraits } from './identity.traits.store';
import { Profile } from './identity.types';

export class IdentityReads {
  constructor(
    private readonly sql: Sql,
    /** Whose identifiers are known by, and their traits merged by. */
    readonly policy: IdentityPolicy,
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
    const strategies = foldingStrategies(this.policy);
    const rows = await findTraits(this.sql, profileIds, [...strategies.keys()]);
    return groupByProfile(profileIds, rows).map((kept) => {
      const traits = new Map<string, ToldTrait>();
      for (const trait of kept) {
        const strategy = strategies.get(trait.name);
        const earlier = traits.get(trait.name);
        const told = earlier === undefined ? [trait] : [earlier, trait];
        // Of those without a strategy there is one value, the latest.
        traits.set(trait.name, strategy === undefined ? trait : foldTrait(told, strategy));
      }
      return Object.fromEntries([...traits].map(([name, { value }]) => [name, value]));
    });
  };

  /** The merges that stand. */
  readonly mergesByProfile: BatchLoad<ProfileId, readonly MergeRow[]> = async (profileIds) => {
    const rows = await findMerges(this.sql, profileIds);
    return groupByProfile(
      profileIds,
      rows.filter(({ undoneAt }) => undoneAt === null),
    );
  };

  /** Whether anybody holds each identifier, whatever form it is written in. */
  readonly areHeld: BatchLoad<IdentifierKey, boolean> = async (identifiers) => {
    const keys = this.normalise(identifiers);
    const known = await store.findIdentifiers(
      this.sql,
      keys.filter((key) => key !== null),
    );
    const held = new Set(known.map(nameOf));
    return keys.map((key) => key !== null && held.has(nameOf(key)));
  };

  /** The profile that holds each identifier, whatever form it is written in; null for none. */
  readonly profileByIdentifier: BatchLoad<IdentifierKey, Profile | null> = async (identifiers) => {
    const keys = this.normalise(identifiers);
    const usable = keys.filter((key) => key !== null);
    const rows = usable.length === 0 ? [] : await store.findHolders(this.sql, usable);
    const found = new Map(rows.map((row) => [nameOf(row), row]));
    return keys.map((key) => {
      const row = key === null ? undefined : found.get(nameOf(key));
      return row === undefined ? null : new Profile(row.profileId, row.createdAt);
    });
  };

  async profileIdByIdentifier(identifier: IdentifierKey): Promise<ProfileId | null> {
    const [profile] = await this.profileByIdentifier([identifier]);
    return profile?.profileId ?? null;
  }

  /** Null for what is no identifier. */
  private normalise(identifiers: readonly IdentifierKey[]): readonly (IdentifierKey | null)[] {
    return identifiers.map((one) => {
      const normalised = normaliseIdentifier(one, this.policy);
      return normalised.usable ? normalised.key : null;
    });
  }
}

function nameOf({ namespace, value }: IdentifierKey): string {
  return `${namespace} ${value}`;
}

function groupByProfile<Row extends { readonly profileId: ProfileId }>(
  profileIds: readonly ProfileId[],
  rows: readonly Row[],
): Row[][] {
  const groups = new Map(profileIds.map((profileId) => [profileId, [] as Row[]]));
  for (const row of rows) groups.get(row.profileId)?.push(row);
  return profileIds.map((profileId) => groups.get(profileId) ?? []);
}
