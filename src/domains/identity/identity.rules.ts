import type { IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import type { IdentifierKey, KnownIdentifier } from './identity.model';
import type { UnusableReason } from './identity.normalise';
import type { IdentityPolicy, NamespacePolicy } from './identity.policy';

/** The identifiers one event came with, normalised. */
export interface IdentityRequest {
  readonly identifiers: readonly UsableIdentifier[];
}

export interface UsableIdentifier {
  readonly key: IdentifierKey;
  readonly policy: NamespacePolicy;
}

export type DemotionReason = UnusableReason | 'NAMESPACE_LIMIT' | 'PROFILE_LIMIT';

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
 * match attaches, several merge. Where that would put more identifiers of a namespace into one
 * profile than policy allows (two user ids, say), the event's lowest-priority identifier is demoted
 * and the match is tried again, so that an event is never lost to a conflict.
 *
 * @param requests each with at least one identifier
 * @param known every identifier of every profile that any request names
 */
export function planIdentities(
  requests: readonly IdentityRequest[],
  known: readonly KnownIdentifier[],
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
  group: Group;
}

/** A profile while the batch is being planned. */
interface Group {
  readonly profileId: ProfileId;
  readonly isNew: boolean;
  readonly nodes: Node[];
  /** How many of the nodes each namespace has: a profile is too large to count for every event. */
  readonly counts: Map<string, number>;
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

  constructor(
    known: readonly KnownIdentifier[],
    private readonly policy: IdentityPolicy,
    private readonly ids: IdSource,
  ) {
    const groups = new Map<ProfileId, Group>();
    for (const { namespace, value, identifierId, profileId } of known) {
      const group = groups.get(profileId) ?? newGroup(profileId, false);
      groups.set(profileId, group);
      this.addNode({ key: { namespace, value }, identifierId, isNew: false, group });
    }
  }

  place(request: IdentityRequest, requestIndex: number): Placement {
    const candidates = [...request.identifiers].sort(
      (left, right) => right.policy.priority - left.policy.priority,
    );
    const demotions: Demotion[] = [];
    for (;;) {
      const conflict = this.findConflict(candidates);
      if (conflict === null) break;
      const demoted = candidates.pop();
      if (demoted === undefined) throw new Error('A request has at least one identifier.');
      demotions.push({ ...demoted.key, reason: conflict });
    }
    return { nodes: this.unite(candidates, requestIndex), demotions };
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
  private findConflict(candidates: readonly UsableIdentifier[]): DemotionReason | null {
    if (candidates.length === 1) return null;
    const groups = this.groupsOf(candidates);
    const unknown = candidates.filter(({ key }) => !this.nodes.has(keyText(key)));
    if (groups.length === 1 && unknown.length === 0) return null;
    const size = unknown.length + sum(groups.map((group) => group.nodes.length));
    if (size > this.policy.identifiersPerProfileMax) return 'PROFILE_LIMIT';
    const isOverLimit = this.policy.namespaces.some(({ namespace, perProfileMax }) => {
      const held = groups.map((group) => group.counts.get(namespace) ?? 0);
      const added = unknown.filter(({ key }) => key.namespace === namespace).length;
      const total = added + sum(held);
      // One that holds too many already, since the policy became stricter, still grows elsewhere.
      return total > perProfileMax && total > Math.max(0, ...held);
    });
    return isOverLimit ? 'NAMESPACE_LIMIT' : null;
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
    requestIndex: number,
  ): readonly [Node, ...Node[]] {
    const [survivor = this.createGroup(), ...absorbed] = this.groupsOf(accepted).sort(oldestFirst);
    for (const group of absorbed) this.absorb(group, survivor, requestIndex);
    const [anchor, ...others] = accepted.map(({ key }) => this.ensureNode(key, survivor));
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
      hold(survivor, node);
    }
    // A profile that only this batch made was never seen by anybody: nothing to remember of it.
    if (!this.newGroups.delete(group)) {
      this.merges.push({ survivor: survivor.profileId, absorbed: group.profileId, requestIndex });
    }
  }

  private createGroup(): Group {
    const group = newGroup(this.ids.next(), true);
    this.newGroups.add(group);
    return group;
  }

  private ensureNode(key: IdentifierKey, group: Group): Node {
    const existing = this.nodes.get(keyText(key));
    if (existing !== undefined) return existing;
    const node: Node = { key, identifierId: this.ids.next(), isNew: true, group };
    this.addNode(node);
    return node;
  }

  private addNode(node: Node): void {
    hold(node.group, node);
    this.nodes.set(keyText(node.key), node);
  }
}

function newGroup(profileId: ProfileId, isNew: boolean): Group {
  return { profileId, isNew, nodes: [], counts: new Map() };
}

function hold({ nodes, counts }: Group, node: Node): void {
  const { namespace } = node.key;
  nodes.push(node);
  counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
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
