import type { IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import type { IdentifierKey, KnownIdentifier, LoadedIdentifier } from './identity.model';
import type { UnusableReason } from './identity.normalise';
import type { IdentityPolicy, NamespacePolicy } from './identity.policy';
import { Sightings } from './identity.sightings.rules';

/** The identifiers one event came with, normalised. */
export interface IdentityRequest {
  readonly identifiers: readonly UsableIdentifier[];
  readonly occurredAt: Date;
}

export interface UsableIdentifier {
  readonly key: IdentifierKey;
  /** That of its namespace, unless the event gives it one above all. */
  readonly priority: number;
}

/** Of an identifier by which an event names the profile itself. */
export const EXPLICIT_PRIORITY = Number.POSITIVE_INFINITY;

export type DemotionReason =
  | UnusableReason
  | 'PERSON_CONFLICT'
  | 'NAMESPACE_LIMIT'
  | 'PROFILE_LIMIT'
  | 'MERGE_LIMIT';

/** An identifier that was kept on the event and not used to tell whose it is. */
export interface Demotion {
  readonly namespace: string;
  readonly value: string;
  readonly reason: DemotionReason;
}

/** Whose a request turned out to be. */
export interface Assignment {
  /** The identifier the event belongs to from now on. */
  readonly identifierId: IdentifierId;
  readonly profileId: ProfileId;
  /** Every identifier that was used, the one above first. */
  readonly identifierIds: readonly IdentifierId[];
  readonly demotions: readonly Demotion[];
}

export interface PlannedMerge {
  readonly survivor: ProfileId;
  readonly absorbed: ProfileId;
  /** The request that made them one. */
  readonly requestIndex: number;
}

export interface PlannedLink {
  readonly identifierId: IdentifierId;
  readonly linkedIdentifierId: IdentifierId;
  readonly requestIndex: number;
}

export interface IdentityPlan {
  readonly createdProfiles: readonly ProfileId[];
  /** Identifiers not known before, with the profile they end up in. */
  readonly createdIdentifiers: readonly KnownIdentifier[];
  /** In the order to perform them; a survivor may be absorbed by a later one. */
  readonly merges: readonly PlannedMerge[];
  readonly links: readonly PlannedLink[];
  /** One for each request, in their order. */
  readonly assignments: readonly Assignment[];
}

/**
 * Decides whose each event of a batch is, in the order given: no match creates a profile, one
 * match attaches, several merge. Where that would make one person of two, or put more into one
 * profile than policy allows, the event's lowest-priority identifier is demoted and the match is
 * tried again, so that an event is never lost to a conflict. Which of several reasons is given
 * follows the order of `findConflict`.
 *
 * @param requests each with at least one identifier
 * @param known every identifier of every profile that any request names
 */
export function planIdentities(
  requests: readonly IdentityRequest[],
  known: readonly LoadedIdentifier[],
  policy: IdentityPolicy,
  ids: IdSource,
): IdentityPlan {
  const graph = new Graph(known, policy, ids);
  const drafts = requests.map((request, requestIndex) => graph.place(request, requestIndex));
  return {
    createdProfiles: graph.createdProfiles(),
    createdIdentifiers: graph.createdIdentifiers(),
    merges: graph.merges,
    links: graph.links,
    assignments: drafts.map(({ nodes, demotions }) => ({
      identifierId: nodes[0].identifierId,
      profileId: graph.profileOf(nodes[0]),
      identifierIds: nodes.map((node) => node.identifierId),
      demotions,
    })),
  };
}

interface Node {
  readonly key: IdentifierKey;
  readonly identifierId: IdentifierId;
  readonly isNew: boolean;
  /** Falls when an earlier event turns up. */
  firstSeenAt: Date;
  group: Group;
}

/** A profile while the batch is being planned. */
interface Group {
  readonly profileId: ProfileId;
  readonly isNew: boolean;
  readonly nodes: Node[];
  /** How many of the nodes each namespace has: a profile is too large to count for every event. */
  readonly counts: Map<string, number>;
  /** The same with the times, for the namespaces whose limit has a window. */
  readonly sightings: Map<string, Sightings>;
  /** Profiles absorbed, as far as anybody ever saw them. */
  merges: number;
}

interface Placement {
  readonly nodes: readonly [Node, ...Node[]];
  readonly demotions: readonly Demotion[];
}

class Graph {
  readonly merges: PlannedMerge[] = [];
  readonly links: PlannedLink[] = [];
  private readonly nodes = new Map<string, Node>();
  private readonly newGroups = new Set<Group>();
  private readonly windowed: ReadonlySet<string>;

  constructor(
    known: readonly LoadedIdentifier[],
    private readonly policy: IdentityPolicy,
    private readonly ids: IdSource,
  ) {
    this.windowed = new Set(
      policy.namespaces.filter(({ limit }) => limit.windowDays !== null).map(({ name }) => name),
    );
    const groups = new Map<ProfileId, Group>();
    for (const { namespace, value, identifierId, profileId, ...loaded } of known) {
      const group = groups.get(profileId) ?? newGroup(profileId, false, loaded.profileMerges);
      groups.set(profileId, group);
      const { firstSeenAt } = loaded;
      this.addNode({ key: { namespace, value }, identifierId, isNew: false, firstSeenAt, group });
    }
  }

  place(request: IdentityRequest, requestIndex: number): Placement {
    const candidates = [...request.identifiers].sort(byPriority);
    const demotions: Demotion[] = [];
    for (;;) {
      const conflict = this.findConflict(candidates, request.occurredAt);
      if (conflict === null) break;
      const demoted = candidates.pop();
      if (demoted === undefined) throw new Error('A request has at least one identifier.');
      demotions.push({ ...demoted.key, reason: conflict });
    }
    return { nodes: this.unite(candidates, request.occurredAt, requestIndex), demotions };
  }

  profileOf(node: Node): ProfileId {
    return node.group.profileId;
  }

  createdProfiles(): readonly ProfileId[] {
    return [...this.newGroups].map((group) => group.profileId);
  }

  createdIdentifiers(): readonly KnownIdentifier[] {
    return [...this.nodes.values()]
      .filter((node) => node.isNew)
      .map((node) => ({
        ...node.key,
        identifierId: node.identifierId,
        profileId: this.profileOf(node),
      }));
  }

  /** Why these identifiers cannot be one person's, or null. One alone always can. */
  private findConflict(
    candidates: readonly UsableIdentifier[],
    occurredAt: Date,
  ): DemotionReason | null {
    if (candidates.length === 1) return null;
    const groups = this.groupsOf(candidates);
    const unknown = candidates.filter(({ key }) => !this.nodes.has(keyText(key)));
    if (groups.length === 1 && unknown.length === 0) return null;
    const isOverLimit = (namespace: NamespacePolicy) => {
      const held = groups.map((group) => this.countHeld(group, namespace, candidates, occurredAt));
      const added = unknown.filter(({ key }) => key.namespace === namespace.name).length;
      const total = added + sum(held);
      // One that holds too many already, since the policy became stricter, still grows elsewhere.
      return total > namespace.limit.max && total > Math.max(0, ...held);
    };
    const { namespaces, identifiersPerProfileMax, mergesPerProfileMax } = this.policy;
    if (namespaces.some((one) => one.uniqueToPerson && isOverLimit(one))) return 'PERSON_CONFLICT';
    const size = unknown.length + sum(groups.map((group) => group.nodes.length));
    if (size > identifiersPerProfileMax) return 'PROFILE_LIMIT';
    const merging = groups.filter((group) => !group.isNew);
    const merges = merging.length - 1 + sum(merging.map((group) => group.merges));
    if (merging.length > 1 && merges > mergesPerProfileMax) return 'MERGE_LIMIT';
    return namespaces.some((one) => !one.uniqueToPerson && isOverLimit(one))
      ? 'NAMESPACE_LIMIT'
      : null;
  }

  /** How many identifiers of a group count against the limit of a namespace. */
  private countHeld(
    group: Group,
    { name, limit }: NamespacePolicy,
    candidates: readonly UsableIdentifier[],
    occurredAt: Date,
  ): number {
    if (limit.windowDays === null) return group.counts.get(name) ?? 0;
    const start = new Date(occurredAt.getTime() - limit.windowDays * MS_PER_DAY);
    const within = group.sightings.get(name)?.countWithin(start, occurredAt) ?? 0;
    // Those of this very event that had been seen later only are first seen now.
    const earlier = candidates.filter(({ key }) => {
      const node = key.namespace === name ? this.nodes.get(keyText(key)) : undefined;
      return node?.group === group && node.firstSeenAt > occurredAt;
    });
    return within + earlier.length;
  }

  private groupsOf(candidates: readonly UsableIdentifier[]): Group[] {
    const groups = new Set<Group>();
    for (const { key } of candidates) {
      const node = this.nodes.get(keyText(key));
      if (node !== undefined) groups.add(node.group);
    }
    return [...groups];
  }

  /** Creates, attaches or merges, so that all the identifiers are in one profile. */
  private unite(
    accepted: readonly UsableIdentifier[],
    occurredAt: Date,
    requestIndex: number,
  ): readonly [Node, ...Node[]] {
    const [survivor = this.createGroup(), ...absorbed] = this.groupsOf(accepted).sort(oldestFirst);
    for (const group of absorbed) this.absorb(group, survivor, requestIndex);
    const [anchor, ...others] = accepted.map(({ key }) => this.seeNode(key, occurredAt, survivor));
    if (anchor === undefined) throw new Error('A request has at least one identifier.');
    for (const { identifierId } of others) {
      this.links.push({
        identifierId,
        linkedIdentifierId: anchor.identifierId,
        requestIndex,
      });
    }
    return [anchor, ...others];
  }

  private absorb(group: Group, survivor: Group, requestIndex: number): void {
    for (const node of group.nodes) {
      node.group = survivor;
      this.hold(survivor, node);
    }
    // A profile that only this batch made was never seen by anybody: nothing to remember of it.
    if (!this.newGroups.delete(group)) {
      this.merges.push({ survivor: survivor.profileId, absorbed: group.profileId, requestIndex });
      survivor.merges += group.merges + 1;
    }
  }

  private createGroup(): Group {
    const group = newGroup(this.ids.next(), true, 0);
    this.newGroups.add(group);
    return group;
  }

  private seeNode(key: IdentifierKey, firstSeenAt: Date, group: Group): Node {
    const existing = this.nodes.get(keyText(key));
    if (existing === undefined) {
      const node = {
        key,
        identifierId: this.ids.next<IdentifierId>(),
        isNew: true,
        firstSeenAt,
        group,
      };
      this.addNode(node);
      return node;
    }
    if (firstSeenAt < existing.firstSeenAt) {
      group.sightings.get(key.namespace)?.move(existing.firstSeenAt, firstSeenAt);
      existing.firstSeenAt = firstSeenAt;
    }
    return existing;
  }

  private addNode(node: Node): void {
    this.hold(node.group, node);
    this.nodes.set(keyText(node.key), node);
  }

  private hold({ nodes, counts, sightings }: Group, node: Node): void {
    const { namespace } = node.key;
    nodes.push(node);
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    if (!this.windowed.has(namespace)) return;
    const times = sightings.get(namespace) ?? new Sightings();
    times.add(node.firstSeenAt);
    sightings.set(namespace, times);
  }
}

const MS_PER_DAY = 86_400_000;

function newGroup(profileId: ProfileId, isNew: boolean, merges: number): Group {
  return { profileId, isNew, nodes: [], counts: new Map(), sightings: new Map(), merges };
}

/** The highest first; explicit ones are above all, and equal to each other. */
function byPriority(left: UsableIdentifier, right: UsableIdentifier): number {
  return left.priority === right.priority ? 0 : right.priority - left.priority;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Known before new, then by id: version 7 ids sort by the time they were made. */
function oldestFirst(left: Group, right: Group): number {
  if (left.isNew !== right.isNew) return left.isNew ? 1 : -1;
  return left.profileId < right.profileId ? -1 : 1;
}

/** One text for a key; no namespace holds a control character. */
export function keyText({ namespace, value }: IdentifierKey): string {
  return `${namespace}\u001f${value}`;
}
