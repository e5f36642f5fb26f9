import type { Move, PrimaryIdentifier } from '../../src/domains/identity';
import type { IdentifierId, ProfileId } from '../../src/shared/ids';

/** The only identifier of a profile that no graph knows of: named like the profile. */
export function soleIdentifier(profileId: ProfileId): IdentifierId {
  return profileId as string as IdentifierId;
}

/**
 * Stands in for the directory where a test makes profiles up: each has its sole identifier.
 * @param resolve the profile an id stands for today; itself unless told otherwise
 */
export function madeUpProfiles(resolve: (profileId: ProfileId) => ProfileId | null = (id) => id) {
  return {
    lockProfile: async (_tx: unknown, profileId: ProfileId) => resolve(profileId),
    primaryIdentifiers: async (_sql: unknown, profileIds: readonly ProfileId[]) =>
      new Map<ProfileId, PrimaryIdentifier>(
        profileIds.map((profileId) => [
          profileId,
          {
            namespace: 'user_id',
            value: profileId,
            identifierId: soleIdentifier(profileId),
            profileId,
            isShared: false,
          },
        ]),
      ),
  };
}

/** All of a profile moves into another. */
export function wholeMove(
  from: ProfileId,
  into: ProfileId,
  identifierIds: readonly IdentifierId[] = [soleIdentifier(from)],
): Move {
  return { from, into, identifierIds, isWhole: true, reason: 'MERGE' };
}
