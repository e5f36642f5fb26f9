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
  readonly handedOver: readonly { readonly mergeId: string; readonly survivorId: ProfileId }[];
}

export type PartingOutcome =
  | Parting
  | { readonly kind: 'LINK_NOT_FOUND' }
  /** Other evidence joins the ends of the links named: a shortest chain of it. */
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
  const [first] = named;
  if (revoked.length === 0 && first !== undefined) {
    return { kind: 'STILL_CONNECTED', chain: findChain(first, kept) };
  }
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
  const undone = located.filter(
    (merge) => merge.undoneAt === null && cut.has(linkText(merge.link)),
  );
  const claims = new Map<IdentifierId, ProfileId>();
  for (const { absorbedId, absorbedIdentifierId } of undone) {
    const root = components.rootOf(absorbedIdentifierId);
    const claimed = claims.get(root);
    // Of several profiles that come back together the oldest one lives again.
    if (claimed === undefined || absorbedId < claimed) claims.set(root, absorbedId);
  }
  const roots = [...new Set(identifierIds.map((one) => components.rootOf(one)))];
  const keeper = findKeeper(roots, claims, undone, components);
  const nameOf = (root: IdentifierId): Omit<Part, 'identifierIds'> => {
    const claim = claims.get(root);
    if (root === keeper) return { profileId, origin: 'KEPT' };
    return claim === undefined
      ? { profileId: ids.next(), origin: 'NEW' }
      : { profileId: claim, origin: 'REVIVED' };
  };
  const parts = new Map(
    [keeper, ...roots.filter((root) => root !== keeper)].map((root) => [
      root,
      {
        ...nameOf(root),
        identifierIds: identifierIds.filter((one) => components.rootOf(one) === root),
      },
    ]),
  );
  const partOf = (one: IdentifierId) => parts.get(components.rootOf(one))?.profileId ?? profileId;
  const alive = new Set([...parts.values()].map((part) => part.profileId));

  const homes = new Map<ProfileId, ProfileId>();
  for (const merge of located) homes.set(merge.absorbedId, partOf(merge.absorbedIdentifierId));
  const redirections = [...homes]
    .filter(([absorbedId, into]) => !alive.has(absorbedId) && into !== profileId)
    .map(([absorbedId, into]) => ({ absorbedId, into }));

  const undoneMergeIds = undone.map(({ mergeId }) => mergeId);
  const handedOver = located.flatMap((merge) => {
    const { mergeId, survivorId } = merge;
    if (merge.undoneAt !== null || undoneMergeIds.includes(mergeId)) return [];
    const home = partOf(merge.absorbedIdentifierId);
    const known = alive.has(survivorId) ? survivorId : (homes.get(survivorId) ?? profileId);
    return known === home ? [] : [{ mergeId, survivorId: home }];
  });
  return { parts: [...parts.values()], undoneMergeIds, redirections, handedOver };
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

/** The part that goes on under the id: the one with the oldest identifier that claims no other. */
function findKeeper(
  roots: readonly IdentifierId[],
  claims: ReadonlyMap<IdentifierId, ProfileId>,
  undone: readonly LocatedMerge[],
  components: Components,
): IdentifierId {
  const free = roots.filter((root) => !claims.has(root));
  // Where all parts had been absorbed once, it is the one that the others were absorbed by.
  const [fallback] = undone.map((merge) => components.rootOf(merge.survivorIdentifierId));
  const keeper = free.sort()[0] ?? fallback ?? roots[0];
  if (keeper === undefined) throw new Error('A profile has identifiers.');
  return keeper;
}

/** A shortest chain of links between the ends of one. */
function findChain({ identifierId, linkedIdentifierId }: Link, links: readonly DatedLink[]) {
  const reached = new Map<IdentifierId, readonly DatedLink[]>([[identifierId, []]]);
  for (const [at, chain] of reached) {
    if (at === linkedIdentifierId) return chain;
    for (const link of links) {
      const next = otherEnd(link, at);
      if (next !== null && !reached.has(next)) reached.set(next, [...chain, link]);
    }
  }
  return [];
}

function otherEnd(link: Link, end: IdentifierId): IdentifierId | null {
  if (link.identifierId === end) return link.linkedIdentifierId;
  return link.linkedIdentifierId === end ? link.identifierId : null;
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
