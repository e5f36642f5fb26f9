import type { IdentifierId, ProfileId } from '../../shared/ids';
import {
  type IdentifierKey,
  type LoadedProfile,
  linkBetween,
  type Tenancy,
} from './identity.model';
import type { Holding } from './identity.plan';
import type { NamespacePolicy } from './identity.policy';
import { Sightings } from './identity.sightings.rules';

/** An identifier while a batch is being planned; of a shared one, what one of its people has. */
export interface Node {
  readonly key: IdentifierKey;
  readonly identifierId: IdentifierId;
  readonly tenant: number;
  readonly isNew: boolean;
  /** Falls when an earlier event turns up; null where no limit asks for it. */
  firstSeenAt: Date | null;
  signedInAt: Date | null;
  group: Group;
  /** Nodes that this batch linked it to; either end of an edge may know of it. */
  linkedTo: Node[] | null;
}

/** An identifier of an event, looked up once. */
export interface Candidate {
  readonly key: IdentifierKey;
  readonly priority: number;
  readonly tenants: Tenants;
}

/** A profile while a batch is being planned. */
export class Group {
  /** Those that the batch names; the profile may hold more. */
  readonly nodes: Node[] = [];
  /** The profiles from before the batch that it is made of. */
  private readonly origins: ProfileId[];
  /** How many identifiers of each namespace it holds, and how many in all. */
  private readonly counts: Map<string, number>;
  size: number;
  /** When they were first seen, for the namespaces whose limit has a window. */
  private readonly sightings = new Map<string, Sightings>();
  /** Of each pair that was parted, of which this profile holds one, when. */
  private readonly parted: Map<string, Date>;
  /** Profiles absorbed, as far as anybody ever saw them. */
  merges: number;
  /** Whether counts or merges are no longer what was loaded. */
  hasChanged = false;

  constructor(
    readonly profileId: ProfileId,
    readonly isNew: boolean,
    loaded?: LoadedProfile,
  ) {
    this.origins = isNew ? [] : [profileId];
    this.counts = new Map(loaded?.counts);
    this.size = [...this.counts.values()].reduce((total, one) => total + one, 0);
    this.merges = loaded?.merges ?? 0;
    this.parted = new Map(
      loaded?.revokedLinks.map((pair) => [
        pairText(pair.identifierId, pair.otherIdentifierId),
        pair.revokedAt,
      ]),
    );
  }

  countOf(namespace: string): number {
    return this.counts.get(namespace) ?? 0;
  }

  allCounts(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Identifiers of a namespace first seen later than `start` and no later than `end`. */
  countWithin(namespace: string, start: Date, end: Date): number {
    return this.sightings.get(namespace)?.countWithin(start, end) ?? 0;
  }

  /** One more identifier than was loaded. */
  add(node: Node): void {
    this.hold(node);
    this.count(node.key.namespace, 1);
  }

  /** One of those that were loaded with the counts. */
  hold(node: Node): void {
    this.nodes.push(node);
  }

  see(namespace: string, firstSeenAt: Date): void {
    const sightings = this.sightings.get(namespace) ?? new Sightings();
    sightings.add(firstSeenAt);
    this.sightings.set(namespace, sightings);
  }

  seeEarlier(namespace: string, from: Date, to: Date): void {
    this.sightings.get(namespace)?.move(from, to);
  }

  /** What it holds by now. */
  holding(): Holding {
    const created = this.nodes.filter((node) => node.isNew);
    return {
      profileIds: [...this.origins],
      createdIdentifierIds: created.map((node) => node.identifierId),
    };
  }

  /** When the two were parted from each other, the last time; null where they never were. */
  partedFrom(other: Group): Date | null {
    let last: Date | null = null;
    for (const [pair, at] of this.parted) {
      if (other.parted.has(pair) && (last === null || at > last)) last = at;
    }
    return last;
  }

  absorb(other: Group): void {
    for (const node of other.nodes) {
      node.group = this;
      this.hold(node);
    }
    this.origins.push(...other.origins);
    for (const [namespace, count] of other.counts) this.count(namespace, count);
    for (const [namespace, sightings] of other.sightings) {
      for (const at of sightings.all()) this.see(namespace, at);
    }
    for (const [pair, at] of other.parted) {
      // Both are here now: what parted them is lifted.
      if (!this.parted.delete(pair)) this.parted.set(pair, at);
    }
    if (!other.isNew) this.merges += other.merges + 1;
    this.hasChanged = true;
  }

  private count(namespace: string, more: number): void {
    this.counts.set(namespace, this.countOf(namespace) + more);
    this.size += more;
    this.hasChanged = true;
  }
}

/** The nodes of one identifier: one, or where it is shared one for each of its people. */
export class Tenants {
  private readonly nodes: Node[] = [];
  /** From when on which of them, in order; before that it is the first one. */
  private readonly spans: { readonly since: Date; readonly tenant: number }[] = [];

  /** @param policy of its namespace; none where that is not in the policy any more */
  constructor(readonly policy: NamespacePolicy | undefined) {}

  get count(): number {
    return this.nodes.length;
  }

  add(node: Node): void {
    this.nodes[node.tenant] = node;
  }

  /** Makes a tenant the holder from `since` on, until the next one. */
  begin({ since, tenant }: Pick<Tenancy, 'since' | 'tenant'>): void {
    const later = this.spans.findIndex((span) => span.since > since);
    this.spans.splice(later === -1 ? this.spans.length : later, 0, { since, tenant });
  }

  /** Who holds it at a time. */
  at(time: Date): Node | undefined {
    if (this.spans.length === 0) return this.nodes[0];
    const span = this.spans.findLast(({ since }) => since <= time);
    return this.nodes[span?.tenant ?? 0];
  }

  /** The node of a profile, whether it holds it or used to. */
  of(group: Group): Node | undefined {
    // A tenant nobody named may not have been loaded.
    return this.nodes.find((node) => node?.group === group);
  }
}

function pairText(one: IdentifierId, other: IdentifierId): string {
  const { identifierId, linkedIdentifierId } = linkBetween(one, other);
  return `${identifierId} ${linkedIdentifierId}`;
}
