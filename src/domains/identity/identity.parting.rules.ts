import type { IdentifierId, IdSource, ProfileId } from '../../shared/ids';
import { Components } from './identity.components.rules';
import { type Evidence, type Link, linkBetween } from './identity.model';

/** A link with its evidence, as it was first recorded. */
export interface DatedLink extends Link, Evidence {
  readonly linkedAt: Date;
}

/** A merge that led to the profile, and the ends of the link that made it. */
export interface PastMerge {
  readonly mergeId: string;
  readonly survivorId: ProfileId;
  readonly absorbedId: ProfileId;
  readonly survivorIdentifierId: IdentifierId | null;
  readonly absorbedIdentifierId: IdentifierId | null;
  readonly undoneAt: Date | null;
}

/** One profile, all of it. */
export interface ProfileGraph {
  readonly profileId: ProfileId;
  readonly identifierIds: readonly IdentifierId[];
  readonly links: readonly DatedLink[];
  /** Also those by which profiles absorbed earlier had come to what they were, the first first. */
  readonly merges: readonly PastMerge[];
}

/** What an operator takes back. */
export type Cut =
  | { readonly kind: 'MERGE'; readonly link: Link; readonly absorbedIdentifierId: IdentifierId }
  | { readonly kind: 'LINKS'; readonly links: readonly Link[] };

export interface Part {
  readonly profileId: ProfileId;
  /** The profile it was, one that had been absorbed and lives again, or one nobody knew. */
  readonly origin: 'KEPT' | 'REVIVED' | 'NEW';
  readonly identifierIds: readonly IdentifierId[];
}

export interface Parting {
  readonly kind: 'PARTED';
  /** Two or more; the one that keeps the profile's id first. */
  readonly parts: readonly Part[];
  readonly revoked: readonly DatedLink[];
  readonly undoneMergeIds: readonly string[];
  /** Where ids absorbed before lead from now on, those that live again apart. */
  readonly redirections: readonly { readonly absorbedId: ProfileId; readonly into: ProfileId }[];
  /** Merges that stand and are now another profile's past. */
  readonly handedOver: readonly {
    readonly mergeId: string;
    readonly survivorId: ProfileId;
    readonly absorbedId: ProfileId;
  }[];
}

export type PartingOutcome =
  | Parting
  | { readonly kind: 'LINK_NOT_FOUND' }
  /** Other evidence joins the ends of a link named: a shortest chain of it. */
  | { readonly kind: 'STILL_CONNECTED'; readonly chain: readonly DatedLink[] };

/**
 * Takes a profile apart along a cut. Undoing a merge gives each side what it had before, and of
 * what came later what was first linked to it; links that join the two sides are revoked, however
 * many there are. Taking back links parts what nothing else joins.
 */
export function planParting(graph: ProfileGraph, cut: Cut, ids: IdSource): PartingOutcome {
  const named = cut.kind === 'MERGE' ? [cut.link] : cut.links;
  const known = new Map(graph.links.map((link) => [linkText(link), link]));
  if (named.some((link) => !known.has(linkText(link)))) return { kind: 'LINK_NOT_FOUND' };
  const crossing =
    cut.kind === 'MERGE' ? findCrossing(graph.links, cut) : new Set(named.map(linkText));
  const kept = graph.links.filter((link) => !crossing.has(linkText(link)));
  const components = Components.of(graph.identifierIds, kept);
  const revoked = graph.links.filter(
    (link) => components.rootOf(link.identifierId) !== components.rootOf(link.linkedIdentifierId),
  );
  const parting = new Set(revoked.map(linkText));
  const joined = named.find((link) => !parting.has(linkText(link)));
  if (joined !== undefined) return { kind: 'STILL_CONNECTED', chain: findChain(joined, kept) };
  return { kind: 'PARTED', revoked, ...divide(graph, components, revoked, ids) };
}

/**
 * The links between the two sides of a merge. The oldest link decides to which side an identifier
 * belongs: what either side had before the merge was joined by older links than the merge's own.
 */
function findCrossing(
  links: readonly DatedLink[],
  { link: bridge, absorbedIdentifierId }: Cut & { readonly kind: 'MERGE' },
): ReadonlySet<string> {
  const crossing = new Set([linkText(bridge)]);
  const components = new Components();
  const survivorIdentifierId =
    bridge.identifierId === absorbedIdentifierId ? bridge.linkedIdentifierId : bridge.identifierId;
  const isOn = (side: IdentifierId, one: IdentifierId) =>
    components.rootOf(one) === components.rootOf(side);
  for (const link of [...links].sort(oldestFirst)) {
    const { identifierId: one, linkedIdentifierId: other } = link;
    const joinsSides =
      (isOn(absorbedIdentifierId, one) && isOn(survivorIdentifierId, other)) ||
      (isOn(survivorIdentifierId, one) && isOn(absorbedIdentifierId, other));
    if (joinsSides) crossing.add(linkText(link));
    else components.join(one, other);
  }
  return crossing;
}

/** Who the parts are from now on, and what of the past goes with which. */
function divide(
  { profileId, identifierIds, merges }: ProfileGraph,
  components: Components,
  revoked: readonly DatedLink[],
  ids: IdSource,
): Omit<Parting, 'kind' | 'revoked'> {
  const cut = new Set(revoked.map(linkText));
  const located = merges.flatMap(locate);
  const standing = located.filter((merge) => merge.undoneAt === null);
  const undone = standing.filter((merge) => cut.has(linkText(merge.link)));
  const kept = standing.filter((merge) => !cut.has(linkText(merge.link)));

  // The root of a component is its oldest identifier.
  const roots = [...new Set(identifierIds.map((one) => components.rootOf(one)))].sort();
  const keeper = findKeeper(profileId, roots, undone, kept, components);
  const claims = findClaims(profileId, keeper, undone, components);
  const parts = new Map(
    [keeper, ...roots.filter((root) => root !== keeper)].map((root): [IdentifierId, Part] => {
      const members = identifierIds.filter((one) => components.rootOf(one) === root);
      return [root, { ...nameOf(root), identifierIds: members }];
    }),
  );
  function nameOf(root: IdentifierId): Omit<Part, 'identifierIds'> {
    if (root === keeper) return { profileId, origin: 'KEPT' };
    const claim = claims.get(root);
    return claim === undefined
      ? { profileId: ids.next(), origin: 'NEW' }
      : { profileId: claim, origin: 'REVIVED' };
  }
  const partOf = (one: IdentifierId) => parts.get(components.rootOf(one))?.profileId ?? profileId;
  const alive = new Set([...parts.values()].map((part) => part.profileId));

  const homes = new Map<ProfileId, ProfileId>();
  for (const merge of located) homes.set(merge.absorbedId, partOf(merge.absorbedIdentifierId));
  const redirections = [...homes]
    .filter(([absorbedId, into]) => !alive.has(absorbedId) && into !== profileId)
    .map(([absorbedId, into]) => ({ absorbedId, into }));

  const handedOver = kept.flatMap((merge) => {
    const home = partOf(merge.absorbedIdentifierId);
    const { mergeId, survivorId, absorbedId } = merge;
    const survivor = alive.has(survivorId) ? survivorId : (homes.get(survivorId) ?? profileId);
    const absorbed = alive.has(absorbedId) ? heirOf(merge, undone, components) : absorbedId;
    if (survivor === home && absorbed === absorbedId) return [];
    return [{ mergeId, survivorId: survivor === home ? survivorId : home, absorbedId: absorbed }];
  });
  const undoneMergeIds = undone.map(({ mergeId }) => mergeId);
  return { parts: [...parts.values()], undoneMergeIds, redirections, handedOver };
}

/**
 * The part that goes on under the id: where a merge is undone, the side that the profile came to
 * be from; else the one with the oldest identifier.
 */
function findKeeper(
  profileId: ProfileId,
  roots: readonly IdentifierId[],
  undone: readonly LocatedMerge[],
  kept: readonly LocatedMerge[],
  components: Components,
): IdentifierId {
  for (const merge of undone) {
    let at = merge;
    // Its survivor may have been absorbed since, by the profile or by another on the way to it.
    for (;;) {
      if (at.survivorId === profileId) return components.rootOf(at.survivorIdentifierId);
      const next = kept.find((one) => one.absorbedId === at.survivorId);
      if (next === undefined) break;
      at = next;
    }
  }
  const [oldest] = roots;
  if (oldest === undefined) throw new Error('A profile has identifiers.');
  return oldest;
}

/** The ids under which parts live again: of those that an undone merge had brought together. */
function findClaims(
  profileId: ProfileId,
  keeper: IdentifierId,
  undone: readonly LocatedMerge[],
  components: Components,
): ReadonlyMap<IdentifierId, ProfileId> {
  const claims = new Map<IdentifierId, ProfileId>();
  const taken = new Set<ProfileId>([profileId]);
  const sides = undone.flatMap((merge) => [
    { id: merge.absorbedId, root: components.rootOf(merge.absorbedIdentifierId) },
    { id: merge.survivorId, root: components.rootOf(merge.survivorIdentifierId) },
  ]);
  // Of several profiles that come back together the oldest one lives again.
  for (const { id, root } of sides.sort((left, right) => compare(left.id, right.id))) {
    if (root === keeper || claims.has(root) || taken.has(id)) continue;
    claims.set(root, id);
    taken.add(id);
  }
  return claims;
}

/**
 * Who a standing merge absorbed, when the profile it names lives again elsewhere: whom that one
 * had absorbed, of which the merge's link is.
 */
function heirOf(
  { absorbedId, absorbedIdentifierId }: LocatedMerge,
  undone: readonly LocatedMerge[],
  components: Components,
): ProfileId {
  const heir = undone.find(
    (merge) =>
      merge.survivorId === absorbedId &&
      components.rootOf(merge.absorbedIdentifierId) === components.rootOf(absorbedIdentifierId),
  );
  return heir?.absorbedId ?? absorbedId;
}

interface LocatedMerge extends PastMerge {
  readonly survivorIdentifierId: IdentifierId;
  readonly absorbedIdentifierId: IdentifierId;
  readonly link: Link;
}

/** Of one made before its ends were recorded nothing can be told: it stays with the keeper. */
function locate(merge: PastMerge): readonly LocatedMerge[] {
  const { survivorIdentifierId, absorbedIdentifierId } = merge;
  if (survivorIdentifierId === null || absorbedIdentifierId === null) return [];
  const link = linkBetween(survivorIdentifierId, absorbedIdentifierId);
  return [{ ...merge, survivorIdentifierId, absorbedIdentifierId, link }];
}

/** A shortest chain of links between the ends of one. */
function findChain({ identifierId, linkedIdentifierId }: Link, links: readonly DatedLink[]) {
  const linksOf = new Map<IdentifierId, DatedLink[]>();
  for (const link of links) {
    for (const end of [link.identifierId, link.linkedIdentifierId]) {
      const known = linksOf.get(end);
      if (known === undefined) linksOf.set(end, [link]);
      else known.push(link);
    }
  }
  const reachedBy = new Map<IdentifierId, DatedLink | null>([[identifierId, null]]);
  // A map goes on to what is added while it is gone through: the nearest first.
  for (const [at] of reachedBy) {
    for (const link of linksOf.get(at) ?? []) {
      const next = otherEnd(link, at);
      if (!reachedBy.has(next)) reachedBy.set(next, link);
    }
  }
  const chain: DatedLink[] = [];
  for (let at = linkedIdentifierId; ; ) {
    const link = reachedBy.get(at) ?? null;
    if (link === null) return chain.reverse();
    chain.push(link);
    at = otherEnd(link, at);
  }
}

function otherEnd(link: Link, end: IdentifierId): IdentifierId {
  return link.identifierId === end ? link.linkedIdentifierId : link.identifierId;
}

function linkText({ identifierId, linkedIdentifierId }: Link): string {
  return `${identifierId} ${linkedIdentifierId}`;
}

/** Of one batch, in the order of its events; an operator's link counts as its batch's first. */
function oldestFirst(left: DatedLink, right: DatedLink): number {
  return (
    left.linkedAt.getTime() - right.linkedAt.getTime() ||
    compare(left.eventId ?? '', right.eventId ?? '') ||
    compare(linkText(left), linkText(right))
  );
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
