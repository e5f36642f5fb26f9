import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type ProfileId, toPublicId } from '../../shared/ids';
import type { ProfilePair } from './duplicates.model';

/** The id of a pair, made of those of its profiles: `dup_` and 64 hexadecimal digits. */
export function toCandidateId({ profileId, otherProfileId }: ProfilePair): string {
  return `dup_${hexOf(profileId)}${hexOf(otherProfileId)}`;
}

/**
 * Reads the id of a pair back.
 * @throws InvalidInput when the text is not one
 */
export function fromCandidateId(text: string): ProfilePair {
  const [, first = '', second = ''] = /^dup_([0-9a-f]{32})([0-9a-f]{32})$/.exec(text) ?? [];
  if (first >= second) {
    throw new InvalidInput(
      'Not a valid id: it must look like dup_ and 64 hexadecimal digits. Use it as it came.',
      { expectedPrefix: 'dup' },
    );
  }
  return {
    profileId: fromPublicId<ProfileId>('prf', `prf_${first}`),
    otherProfileId: fromPublicId<ProfileId>('prf', `prf_${second}`),
  };
}

function hexOf(profileId: ProfileId): string {
  return toPublicId('prf', profileId).slice('prf_'.length);
}
