import type {
  KnownGraph,
  LoadedIdentifier,
  LoadedProfile,
} from '../../src/domains/identity/identity.model';
import type { ProfileId } from '../../src/shared/ids';

/**
 * What is known of some profiles, of which all identifiers are given.
 * @param mergesOf the profiles that one has absorbed; none where it is left out
 */
export function toKnownGraph(
  identifiers: readonly LoadedIdentifier[],
  mergesOf: ReadonlyMap<ProfileId, number> = new Map(),
): KnownGraph {
  const profiles = new Map<ProfileId, LoadedProfile & { readonly counts: Map<string, number> }>();
  for (const { profileId, namespace } of identifiers) {
    const profile = profiles.get(profileId) ?? {
      profileId,
      counts: new Map<string, number>(),
      merges: mergesOf.get(profileId) ?? 0,
      revokedLinks: [],
    };
    profiles.set(profileId, profile);
    profile.counts.set(namespace, (profile.counts.get(namespace) ?? 0) + 1);
  }
  return { identifiers, profiles: [...profiles.values()], tenancies: [], places: new Map() };
}
