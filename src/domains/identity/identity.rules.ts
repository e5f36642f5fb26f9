import type { IdSource, ProfileId } from '../../shared/ids';
import type { KnownGraph } from './identity.model';
import { Placing } from './identity.placing.rules';
import type { IdentityPlan, IdentityRequest, MergeConflict } from './identity.plan';
import type { IdentityPolicy } from './identity.policy';

/**
 * Decides whose each event of a batch is, in the order given: no match creates a profile, one
 * match attaches, several merge. Where that would make one person of two, join what an operator
 * took apart, or put more into one profile than policy allows, the event's lowest-priority
 * identifier is demoted and the match tried again, so that an event is never lost to a conflict.
 * Which of several reasons is given follows the order of `MergeConflict`.
 *
 * An identifier that follows people (a device) and stands for somebody else is not demoted but
 * goes over to the person who signs in on it, from the time of the event on: what it did before
 * stays with whom it stood for. A sign-in that is older than one of its holder's changes nothing.
 *
 * @param requests each with at least one identifier
 * @param known what there is to know of every identifier that any request names
 */
export function planIdentities(
  requests: readonly IdentityRequest[],
  known: KnownGraph,
  policy: IdentityPolicy,
  ids: IdSource,
): IdentityPlan {
  const placing = new Placing(known, policy, ids);
  const drafts = requests.map((request, requestIndex) => placing.place(request, requestIndex));
  return {
    ...placing.outcome(),
    assignments: drafts.map(({ nodes, held, demotions }) => ({
      identifierId: nodes[0].identifierId,
      profileId: nodes[0].group.profileId,
      identifierIds: nodes.map((node) => node.identifierId),
      held,
      demotions,
    })),
  };
}

/**
 * Why profiles cannot become one at a time, all of it; nothing where they can.
 * @param known what there is to know of them
 */
export function findMergeConflicts(
  profileIds: readonly ProfileId[],
  known: KnownGraph,
  policy: IdentityPolicy,
  ids: IdSource,
  now: Date,
): readonly MergeConflict[] {
  return new Placing(known, policy, ids).findConflictsBetween(profileIds, now);
}
