import { InvalidInput } from '../../shared/errors';
import { fromPublicPairId, type ProfileId, toPublicPairId } from '../../shared/ids';
import type { ProfilePair } from './duplicates.model';

/** A pair is named by its two profiles. */
export function toCandidateId({ profileId, otherProfileId }: ProfilePair): string {
  return toPublicPairId('dup', [profileId, otherProfileId]);
}

/**
 * Reads the id of a pair back.
 * @throws InvalidInput when the text is not one
 */
export function fromCandidateId(text: string): ProfilePair {
  const [profileId, otherProfileId] = fromPublicPairId<ProfileId>('dup', text);
  if (profileId >= otherProfileId) {
    throw new InvalidInput('No pair has this id. Use it as it came.', { expectedPrefix: 'dup' });
  }
  return { profileId, otherProfileId };
}

/** Reads the id of a pair back; null when the text is not one. */
export function readCandidateId(text: string): ProfilePair | null {
  try {
    return fromCandidateId(text);
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
