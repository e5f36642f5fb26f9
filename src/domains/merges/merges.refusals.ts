import { describedEnum } from '../../platform/graphql/described-enum';
import type { MergeConflict } from '../identity';

const mergeMessages = {
  ONE_ALREADY: 'The two ids stand for one profile already.',
  PERSON_CONFLICT: 'They hold different values of a namespace that is unique to a person.',
  LINK_REVOKED: 'An operator took them apart before.',
  PROFILE_LIMIT: 'Together they would hold more identifiers than a profile may. It is a cap.',
  MERGE_LIMIT: 'Together they would have absorbed more profiles than one may. It is a cap.',
  NAMESPACE_LIMIT: 'Together they would hold more of a namespace than its limit.',
} as const satisfies Record<MergeConflict | 'ONE_ALREADY', string>;

export type MergeRefusalReason = keyof typeof mergeMessages;

export const MergeRefusalReason = describedEnum<MergeRefusalReason>({
  name: 'MergeRefusalReason',
  description: 'Why two profiles are not to be merged.',
  values: mergeMessages,
});

const unmergeMessages = {
  MERGE_NOT_FOUND: 'No merge has this id.',
  MERGE_UNDONE: 'The merge was undone before.',
  MERGE_WITHOUT_LINK: 'The merge is from before its link was recorded. Name the links instead.',
  LINK_NOT_FOUND: 'The links named are not all there, or not all of one profile.',
  STILL_CONNECTED: 'Other links join the same identifiers: name these as well, or the merge.',
} as const;

export type UnmergeRefusalReason = keyof typeof unmergeMessages;

export const UnmergeRefusalReason = describedEnum<UnmergeRefusalReason>({
  name: 'UnmergeRefusalReason',
  description: 'Why a profile is not taken apart.',
  values: unmergeMessages,
});

/** One sentence for a person: the first of what stands in the way. */
export function mergeMessage(reasons: readonly MergeRefusalReason[]): string {
  const [first] = reasons;
  return first === undefined ? 'The profiles cannot be merged.' : mergeMessages[first];
}

export function unmergeMessage(reason: UnmergeRefusalReason): string {
  return unmergeMessages[reason];
}
