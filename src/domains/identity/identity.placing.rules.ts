import type { IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import { findConflict, findConflicts } from './identity.conflicts.rules';
import { type Candidate, Group, type Node, Tenants } from './identity.graph.rules';
import { KeyMap } from './identity.key-map';
import { type IdentifierKey, type KnownGraph, linkBetween, type Tenancy } from './identity.model';
import {
  type Demotion,
  type DemotionReason,
  EXPLICIT_PRIORITY,
  type Holding,
  type IdentityPlan,
  type IdentityRequest,
  type MergeConflict,
  type PlannedCounts,
  type PlannedIdentifier,
  type PlannedLink,
  type PlannedMerge,
  type UsableIdentifier,
} from './identity.plan';
import type { IdentityPolicy, NamespacePolicy } from './identity.policy';

interface Placement {
  readonly nodes: readonly [Node, ...Node[]];
  readonly held: Holding | null;
  readonly demotions: readonly Demotion[];
}

/** The graph as it becomes while the events of a batch are placed in it, one after the other. */
export class Placing {
  private readonly merges: PlannedMerge[] = [];
  private readonly links: PlannedLink[] = [];
  private readonly tenancies: Tenancy[] = [];
  private readonly signIns = new Map<IdentifierId, Date>();
  private readonly created: Node[] = [];
  private readonly holders = new KeyMap<Tenants>();
  private readonly newGroups = new Set<Group>();
  private readonly knownGroups = new Map<ProfileId, Group>();
  private readonly namespaces: ReadonlyMap<string, NamespacePolicy>;

  constructor(
    known: KnownGraph,
    private readonly policy: IdentityPolicy,
    private readonly ids: IdSource,
  ) {
    this.namespaces = new Map(policy.namespaces.map((one) => [one.name, one]));
    for (const profile of known.profiles) {
      this.knownGroups.set(profile.profileId, new Group(profile.profileId, false, profile));
    }
    for (const loaded of known.identifiers) {
      const { namespace, value, identifierId, tenant, firstSeenAt, signedInAt } = loaded;
      const group = this.knownGroups.get(loaded.profileId);
      if (group === undefined) throw new Error('Of a profile nothing but identifiers was loaded.');
      const key = { namespace, value };
      const node: Node = {
        key,
        identifierId,
        tenant,
        isNew: false,
        firstSeenAt,
        signedInAt,
        group,
        linkedTo: null,
      };
      group.hold(node);
      this.register(node, this.tenantsOf(key));
    }
    for (const { since, tenant, ...key } of known.tenancies) {
      this.tenantsOf(key).begin({ since, tenant });
    }
  }

  place(request: IdentityRequest, requestIndex: number): Placement {
    const { identifiers, occurredAt, asksForHeld = false } = request;
    const candidates = identifiers.map((one) => this.toCandidate(one)).sort(byPriority);
    const demotions: Demotion[] = [];
    const following: Candidate[] = [];
    for (;;) {
      const conflict = this.conflictOf(candidates, occurredAt);
      if (conflict === undefined) break;
      const demoted = candidates.pop();
      if (demoted === undefined) throw new Error('A request has at least one identifier.');
      if (conflict === 'PERSON_CONFLICT' && demoted.tenants.policy?.followsPerson === true) {
        following.push(demoted);
      } else {
        demotions.push({ ...demoted.key, reason: conflict });
      }
    }
    for (const one of following.reverse()) {
      // What stood in its way may be gone with another one.
      const conflict = this.conflictOf([...candidates, one], occurredAt);
      if (conflict === undefined) {
        candidates.push(one);
        continue;
      }
      const refusal =
        conflict === 'PERSON_CONFLICT'
          ? this.handOver(one, candidates, occurredAt, requestIndex)
          : conflict;
      if (refusal === null) candidates.push(one);
      else demotions.push({ ...one.key, reason: refusal });
    }
    const nodes = this.unite(candidates, occurredAt, requestIndex);
    if (isSignIn(candidates)) this.recordSignIn(candidates, occurredAt);
    // Now, since later requests add to it.
    const held = asksForHeld ? nodes[0].group.holding() : null;
    return { nodes, held, demotions };
  }

  findConflictsBetween(profileIds: readonly ProfileId[], now: Date): readonly MergeConflict[] {
    const groups = profileIds.flatMap((profileId) => this.knownGroups.get(profileId) ?? []);
    const { policy } = this;
    return findConflicts({ policy, groups, candidates: [], added: [], occurredAt: now });
  }

  outcome(): Omit<IdentityPlan, 'assignments'> {
    const { merges, links, tenancies, signIns } = this;
    const absorbed = new Set(merges.map((merge) => merge.absorbed));
    return {
      createdProfiles: [...this.newGroups].map(toPlannedCounts),
      changedProfiles: [...this.knownGroups.values()]
        .filter((group) => group.hasChanged && !absorbed.has(group.profileId))
        .map(toPlannedCounts),
      createdIdentifiers: this.created.map(toPlannedIdentifier),
      merges,
      links,
      tenancies,
      signIns,
    };
  }

  /** Why these identifiers cannot be one person's. One alone always can. */
  private conflictOf(
    candidates: readonly Candidate[],
    occurredAt: Date,
  ): MergeConflict | undefined {
    if (candidates.length === 1) return undefined;
    const nodes = candidates.map(({ tenants }) => tenants.at(occurredAt));
    const groups = groupsOf(nodes);
    const added = candidates.filter((_, index) => nodes[index] === undefined);
    if (groups.length === 1 && added.length === 0) return undefined;
    return findConflict({ policy: this.policy, groups, candidates, added, occurredAt });
  }

  /** Creates, attaches or merges, so that all the identifiers are in one profile. */
  private unite(
    accepted: readonly Candidate[],
    occurredAt: Date,
    requestIndex: number,
  ): readonly [Node, ...Node[]] {
    const before = accepted.map(({ tenants }) => tenants.at(occurredAt));
    const [survivor = this.createGroup(), ...absorbed] = groupsOf(before).sort(oldestFirst);
    const home = before.find((node) => node?.group === survivor);
    for (const group of absorbed) {
      const far = before.find((node) => node?.group === group);
      this.absorb(group, survivor, home, far, requestIndex);
    }
    const [first, ...others] = accepted.map((one) => this.seeNode(one, occurredAt, survivor));
    if (first === undefined) throw new Error('A request has at least one identifier.');
    // Linked to what the profile had: whatever came with the event can be parted from it again.
    const anchor = home ?? first;
    for (const node of [first, ...others]) {
      if (node !== anchor) this.link(node, anchor, requestIndex);
    }
    return [first, ...others];
  }

  /** Each edge once, with the first request that is evidence of it. */
  private link(node: Node, anchor: Node, requestIndex: number): void {
    if (node.linkedTo?.includes(anchor) || anchor.linkedTo?.includes(node)) return;
    if (node.linkedTo === null) node.linkedTo = [anchor];
    else node.linkedTo.push(anchor);
    const { identifierId, linkedIdentifierId } = linkBetween(
      node.identifierId,
      anchor.identifierId,
    );
    const isNew = node.isNew || anchor.isNew;
    this.links.push({ identifierId, linkedIdentifierId, isNew, requestIndex });
  }

  private absorb(
    group: Group,
    survivor: Group,
    home: Node | undefined,
    far: Node | undefined,
    requestIndex: number,
  ): void {
    if (home === undefined || far === undefined) throw new Error('Who merges was named.');
    survivor.absorb(group);
    // A profile that only this batch made was never seen by anybody: nothing to remember of it.
    if (this.newGroups.delete(group)) return;
    this.merges.push({
      survivor: survivor.profileId,
      absorbed: group.profileId,
      survivorIdentifierId: home.identifierId,
      absorbedIdentifierId: far.identifierId,
      requestIndex,
    });
  }

  /**
   * Gives an identifier that follows people to those of the event, from its time on.
   * @returns why not, or null
   */
  private handOver(
    candidate: Candidate,
    candidates: readonly Candidate[],
    occurredAt: Date,
    requestIndex: number,
  ): DemotionReason | null {
    const { key, tenants } = candidate;
    const holder = tenants.at(occurredAt);
    // At the same instant the later to arrive counts: a batch without times is in order.
    const isLate = holder?.signedInAt != null && holder.signedInAt > occurredAt;
    if (holder === undefined || isLate || !isSignIn(candidates)) return 'PERSON_CONFLICT';
    // Who they are has to be settled before one of them is given it.
    const [{ group }] = this.unite(candidates, occurredAt, requestIndex);
    const former = tenants.of(group);
    if (former === undefined) {
      if (tenants.count >= this.policy.tenantsPerIdentifierMax) return 'TENANT_LIMIT';
      const { policy } = this;
      const added = [candidate];
      const conflict = findConflict({ policy, groups: [group], candidates, added, occurredAt });
      if (conflict !== undefined) return conflict;
    }
    const node = former ?? this.createNode(key, tenants, occurredAt, group);
    const tenancy = { ...key, since: occurredAt, tenant: node.tenant };
    tenants.begin(tenancy);
    this.tenancies.push(tenancy);
    return null;
  }

  private recordSignIn(candidates: readonly Candidate[], at: Date): void {
    for (const { tenants } of candidates) {
      const node = tenants.policy?.followsPerson === true ? tenants.at(at) : undefined;
      if (node === undefined || (node.signedInAt !== null && node.signedInAt >= at)) continue;
      node.signedInAt = at;
      this.signIns.set(node.identifierId, at);
    }
  }

  private createGroup(): Group {
    const group = new Group(this.ids.next(), true);
    this.newGroups.add(group);
    return group;
  }

  private seeNode({ key, tenants }: Candidate, firstSeenAt: Date, group: Group): Node {
    const existing = tenants.at(firstSeenAt);
    if (existing === undefined) return this.createNode(key, tenants, firstSeenAt, group);
    if (existing.firstSeenAt !== null && firstSeenAt < existing.firstSeenAt) {
      group.seeEarlier(key.namespace, existing.firstSeenAt, firstSeenAt);
      existing.firstSeenAt = firstSeenAt;
    }
    return existing;
  }

  private createNode(key: IdentifierKey, tenants: Tenants, firstSeenAt: Date, group: Group): Node {
    const node: Node = {
      key,
      identifierId: this.ids.next<IdentifierId>(),
      tenant: tenants.count,
      isNew: true,
      firstSeenAt,
      signedInAt: null,
      group,
      linkedTo: null,
    };
    group.add(node);
    this.register(node, tenants);
    this.created.push(node);
    return node;
  }

  private register(node: Node, tenants: Tenants): void {
    tenants.add(node);
    if (tenants.policy?.limit.windowDays == null || node.firstSeenAt === null) return;
    node.group.see(node.key.namespace, node.firstSeenAt);
  }

  private toCandidate({ key, priority }: UsableIdentifier): Candidate {
    return { key, priority, tenants: this.tenantsOf(key) };
  }

  private tenantsOf(key: IdentifierKey): Tenants {
    const known = this.holders.get(key);
    if (known !== undefined) return known;
    const tenants = new Tenants(this.namespaces.get(key.namespace));
    this.holders.set(key, tenants);
    return tenants;
  }
}

/** The profiles of those nodes that there are, each once. */
function groupsOf(nodes: readonly (Node | undefined)[]): Group[] {
  const groups: Group[] = [];
  for (const node of nodes) {
    if (node !== undefined && !groups.includes(node.group)) groups.push(node.group);
  }
  return groups;
}

/** Whether an event says which person it is of. */
function isSignIn(candidates: readonly Candidate[]): boolean {
  return candidates.some(
    ({ priority, tenants }) =>
      priority === EXPLICIT_PRIORITY || tenants.policy?.uniqueToPerson === true,
  );
}

function toPlannedCounts(group: Group): PlannedCounts {
  return { profileId: group.profileId, counts: group.allCounts(), merges: group.merges };
}

function toPlannedIdentifier({ key, identifierId, tenant, group }: Node): PlannedIdentifier {
  const { namespace, value } = key;
  return { namespace, value, identifierId, tenant, profileId: group.profileId };
}

/** The highest first; explicit ones are above all, and equal to each other. */
function byPriority(left: Candidate, right: Candidate): number {
  return left.priority === right.priority ? 0 : right.priority - left.priority;
}

/** Known before new, then by id: version 7 ids sort by the time they were made. */
function oldestFirst(left: Group, right: Group): number {
  if (left.isNew !== right.isNew) return left.isNew ? 1 : -1;
  return left.profileId < right.profileId ? -1 : 1;
}
