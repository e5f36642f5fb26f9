import type { Tx } from '../../platform/database/database';
import { appendToOutbox } from '../../platform/outbox/outbox';
import { type IdentifierId, type ProfileId, toPublicId } from '../../shared/ids';
import { type ProfileDirectory, ProfilesChanged } from './identity.directory';
import { joinProfiles, type MovingParts } from './identity.joining';
import { findMerge, findMerges } from './identity.merges.store';
import { type Link, linkBetween, type Move } from './identity.model';
import {
  type Cut,
  type DatedLink,
  type Part,
  type Parting,
  planParting,
} from './identity.parting.rules';
import * as partingStore from './identity.parting.store';
import type { MergeConflict } from './identity.plan';
import type { IdentityPolicy } from './identity.policy';
import { findMergeConflicts } from './identity.rules';
import * as store from './identity.store';

/** Who decides, and why. */
export interface Decision {
  readonly actor: string;
  readonly reason: string;
}

export interface MergeRequest extends Decision {
  readonly profileIds: readonly [ProfileId, ProfileId];
  /** Merge in spite of what policy forbids; caps hold all the same. */
  readonly isForced: boolean;
}

export type MergeOutcome =
  | {
      readonly kind: 'MERGED';
      readonly mergeId: string;
      readonly survivor: ProfileId;
      readonly absorbed: ProfileId;
      /** What would have forbidden it. */
      readonly overridden: readonly MergeConflict[];
    }
  /** The ids stand for one profile already: for the same one, or one that absorbed the other. */
  | { readonly kind: 'ONE_ALREADY'; readonly profileId: ProfileId }
  | { readonly kind: 'REFUSED'; readonly conflicts: readonly MergeConflict[] };

/** What is to be undone: a merge by its id, or the links that were wrong. */
export type Undoing =
  | { readonly mergeId: string }
  | { readonly links: readonly (readonly [IdentifierId, IdentifierId])[] };

export type UnmergeOutcome =
  | {
      readonly kind: 'PARTED';
      readonly unmergeId: string;
      readonly parts: readonly Part[];
      readonly revoked: readonly DatedLink[];
    }
  | { readonly kind: 'MERGE_NOT_FOUND' | 'MERGE_UNDONE' | 'MERGE_WITHOUT_LINK' | 'LINK_NOT_FOUND' }
  | { readonly kind: 'STILL_CONNECTED'; readonly chain: readonly DatedLink[] };

/** Conflicts that an operator may decide to know better about. The others are caps. */
const FORCEABLE: ReadonlySet<MergeConflict> = new Set([
  'PERSON_CONFLICT',
  'LINK_REVOKED',
  'NAMESPACE_LIMIT',
]);

export function canBeForced(conflict: MergeConflict): boolean {
  return FORCEABLE.has(conflict);
}

/**
 * Merging and parting by hand. Every refusal is decided before the first write. What comes back
 * is to be evaluated by the caller, in the same transaction.
 */
export class OperatorIdentityService {
  constructor(
    private readonly policy: IdentityPolicy,
    private readonly parts: MovingParts,
    private readonly directory: ProfileDirectory,
  ) {}

  /** @param profileIds of two profiles; nobody where one of them is unknown */
  async findPair(
    tx: Tx,
    profileIds: readonly [ProfileId, ProfileId],
  ): Promise<readonly [ProfileId, ProfileId] | null> {
    const [one, other] = await this.directory.lockProfiles(tx, profileIds);
    return one == null || other == null ? null : [one, other];
  }

  /** @param request of profiles that `findPair` gave, in this transaction */
  async merge(tx: Tx, request: MergeRequest, now: Date): Promise<MergeOutcome> {
    const { actor, reason, isForced } = request;
    // The older one survives, as it does when events merge.
    const [survivor, absorbed] = request.profileIds.toSorted() as [ProfileId, ProfileId];
    if (survivor === absorbed) return { kind: 'ONE_ALREADY', profileId: survivor };
    const known = await partingStore.loadProfiles(tx, [survivor, absorbed]);
    const conflicts = findMergeConflicts(
      [survivor, absorbed],
      known,
      this.policy,
      this.parts.ids,
      now,
    );
    const standing = conflicts.filter((conflict) => !(isForced && canBeForced(conflict)));
    if (standing.length > 0) return { kind: 'REFUSED', conflicts };

    const ends = await this.directory.primaryIdentifiers(tx, [survivor, absorbed]);
    const survivorEnd = ends.get(survivor)?.identifierId;
    const absorbedEnd = ends.get(absorbed)?.identifierId;
    if (survivorEnd === undefined || absorbedEnd === undefined) {
      throw new Error('A profile has no identifier.');
    }
    const merge = {
      survivor,
      absorbed,
      survivorIdentifierId: survivorEnd,
      absorbedIdentifierId: absorbedEnd,
      eventId: null,
      source: actor,
      reason,
    };
    const mergeId = await joinProfiles(tx, this.parts, merge, known, now);
    const link = linkBetween(survivorEnd, absorbedEnd);
    await partingStore.insertOperatorsLink(tx, link, actor, now);
    await store.recountProfiles(tx, [survivor]);
    return { kind: 'MERGED', mergeId, survivor, absorbed, overridden: conflicts };
  }

  /**
   * The profile that an undoing is about, with its lock until the transaction ends; null where
   * there is none.
   */
  async findParted(tx: Tx, undoing: Undoing): Promise<ProfileId | null> {
    if ('mergeId' in undoing) {
      const merge = await findMerge(tx, undoing.mergeId);
      if (merge === null) return null;
      const profileId = await this.directory.lockProfile(tx, merge.survivorId);
      const locked = await findMerge(tx, undoing.mergeId);
      // Another unmerge may have handed it over while we waited.
      if (locked?.survivorId !== merge.survivorId) throw new ProfilesChanged();
      return profileId;
    }
    const ends = [...new Set(undoing.links.flat())];
    const owners = await this.directory.lockOwners(tx, ends);
    const [owner = null, ...others] = new Set(owners.values());
    return others.length > 0 || owners.size < ends.length ? null : owner;
  }

  /** @param profileId what `findParted` gave, in this transaction */
  async unmerge(
    tx: Tx,
    profileId: ProfileId,
    undoing: Undoing,
    decision: Decision,
    now: Date,
  ): Promise<UnmergeOutcome> {
    const merges = await findMerges(tx, [profileId]);
    const cut = toCut(undoing, merges);
    if ('refusal' in cut) return { kind: cut.refusal };
    const held = await store.findNodesOfProfiles(tx, [profileId]);
    const identifierIds = held.map(({ identifierId }) => identifierId);
    const links = await partingStore.findLinks(tx, profileId);
    const graph = { profileId, identifierIds, links, merges };
    const parting = planParting(graph, cut, this.parts.ids);
    if (parting.kind !== 'PARTED') return parting;
    const unmerge = {
      unmergeId: this.parts.ids.next<string>(),
      mergeId: 'mergeId' in undoing ? undoing.mergeId : null,
      ...decision,
    };
    await this.part(tx, profileId, parting, unmerge, now);
    const { parts, revoked } = parting;
    return { kind: 'PARTED', unmergeId: unmerge.unmergeId, parts, revoked };
  }

  private async part(
    tx: Tx,
    from: ProfileId,
    parting: Parting,
    unmerge: partingStore.Unmerge,
    now: Date,
  ): Promise<void> {
    const leaving = parting.parts.filter((part) => part.profileId !== from);
    for (const { profileId, origin, identifierIds } of leaving) {
      if (origin === 'NEW') await partingStore.createProfile(tx, profileId, now);
      else await partingStore.reviveProfile(tx, profileId);
      const move: Move = {
        from,
        into: profileId,
        identifierIds,
        isWhole: false,
        reason: 'UNMERGE',
      };
      await store.moveIdentifiers(tx, move);
      for (const rehoming of this.parts.rehomings) await rehoming.rehome(tx, move, now);
    }
    const left = leaving.map(({ profileId }) => profileId);
    await partingStore.redirect(tx, from, parting, now);
    await partingStore.revokeLinks(tx, parting.revoked, unmerge, now);
    await store.recountProfiles(tx, [from, ...left]);
    await partingStore.insertUnmerges(tx, unmerge, from, left, now);
    const messages = [from, ...left].map((profileId) => ({
      profileId,
      topic: 'identity.profile-unmerged',
      payload: {
        unmergeId: toPublicId('unm', unmerge.unmergeId),
        kept: toPublicId('prf', from),
        left: left.map((one) => toPublicId('prf', one)),
      },
    }));
    appendToOutbox(tx, this.parts.ids, messages, now);
  }
}

type CutRefusal = 'MERGE_NOT_FOUND' | 'MERGE_UNDONE' | 'MERGE_WITHOUT_LINK';

function toCut(
  undoing: Undoing,
  merges: Awaited<ReturnType<typeof findMerges>>,
): Cut | { readonly refusal: CutRefusal } {
  if ('links' in undoing) {
    const links: Link[] = undoing.links.map(([one, other]) => linkBetween(one, other));
    return { kind: 'LINKS', links };
  }
  const merge = merges.find(({ mergeId }) => mergeId === undoing.mergeId);
  if (merge === undefined) return { refusal: 'MERGE_NOT_FOUND' };
  const { survivorIdentifierId, absorbedIdentifierId, undoneAt } = merge;
  if (undoneAt !== null) return { refusal: 'MERGE_UNDONE' };
  if (survivorIdentifierId === null || absorbedIdentifierId === null) {
    return { refusal: 'MERGE_WITHOUT_LINK' };
  }
  const link = linkBetween(survivorIdentifierId, absorbedIdentifierId);
  return { kind: 'MERGE', link, absorbedIdentifierId };
}
