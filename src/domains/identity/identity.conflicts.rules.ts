import { MS_PER_DAY } from '../../shared/days';
import type { Candidate, Group } from './identity.graph.rules';
import type { MergeConflict } from './identity.plan';
import type { IdentityPolicy, NamespacePolicy } from './identity.policy';

/** What would become one profile. */
export interface Union {
  readonly policy: IdentityPolicy;
  readonly groups: readonly Group[];
  /** The identifiers of an event that says they are one person's; none where an operator does. */
  readonly candidates: readonly Candidate[];
  /** Those of them that nobody holds yet. */
  readonly added: readonly Candidate[];
  readonly occurredAt: Date;
}

/** Why they cannot: the first reason, in the order of `MergeConflict`. */
export function findConflict(union: Union): MergeConflict | undefined {
  const touched = namespacesTouched(union);
  return CONFLICTS.find(([, holds]) => holds(union, touched))?.[0];
}

/** Why they cannot, all of it. */
export function findConflicts(union: Union): readonly MergeConflict[] {
  const touched = namespacesTouched(union);
  return CONFLICTS.filter(([, holds]) => holds(union, touched)).map(([conflict]) => conflict);
}

type Holds = (union: Union, touched: readonly NamespacePolicy[]) => boolean;

const CONFLICTS: readonly (readonly [MergeConflict, Holds])[] = [
  [
    'PERSON_CONFLICT',
    (union, touched) => touched.some((one) => one.uniqueToPerson && isOverLimit(union, one)),
  ],
  ['LINK_REVOKED', areParted],
  ['PROFILE_LIMIT', isTooLarge],
  ['MERGE_LIMIT', isMergedTooOften],
  [
    'NAMESPACE_LIMIT',
    (union, touched) => touched.some((one) => !one.uniqueToPerson && isOverLimit(union, one)),
  ],
];

/** One profile that gains nothing of a namespace comes no nearer to its limit. */
function namespacesTouched({ policy, groups, added }: Union): readonly NamespacePolicy[] {
  if (groups.length > 1) return policy.namespaces;
  return policy.namespaces.filter(({ name }) => added.some(({ key }) => key.namespace === name));
}

function isOverLimit(union: Union, namespace: NamespacePolicy): boolean {
  const held = union.groups.map((group) => countHeld(union, group, namespace));
  const gained = union.added.filter(({ key }) => key.namespace === namespace.name).length;
  const total = gained + sum(held);
  // One that holds too many already, since the policy became stricter, still grows elsewhere.
  return total > namespace.limit.max && total > Math.max(0, ...held);
}

/** How many identifiers of a group count against the limit of a namespace. */
function countHeld(
  { candidates, occurredAt }: Union,
  group: Group,
  { name, limit }: NamespacePolicy,
): number {
  if (limit.windowDays === null) return group.countOf(name);
  const start = new Date(occurredAt.getTime() - limit.windowDays * MS_PER_DAY);
  const within = group.countWithin(name, start, occurredAt);
  // Those of this very event that had been seen later only are first seen now.
  const earlier = candidates.filter(({ key, tenants }) => {
    const node = key.namespace === name ? tenants.at(occurredAt) : undefined;
    return node?.group === group && node.firstSeenAt !== null && node.firstSeenAt > occurredAt;
  });
  return within + earlier.length;
}

/** Whether an operator parted any two of them, and the event is no reason to think again. */
function areParted({ policy, groups, occurredAt }: Union): boolean {
  return groups.some((group, index) =>
    groups.slice(index + 1).some((other) => {
      const partedAt = group.partedFrom(other);
      if (partedAt === null) return false;
      return policy.relinking === 'NEVER' || occurredAt <= partedAt;
    }),
  );
}

function isTooLarge({ policy, groups, added }: Union): boolean {
  return added.length + sum(groups.map(({ size }) => size)) > policy.identifiersPerProfileMax;
}

function isMergedTooOften({ policy, groups }: Union): boolean {
  const merging = groups.filter((group) => !group.isNew);
  const merges = merging.length - 1 + sum(merging.map((group) => group.merges));
  return merging.length > 1 && merges > policy.mergesPerProfileMax;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
