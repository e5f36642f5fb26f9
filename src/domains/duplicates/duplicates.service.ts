import type { Database, Sql, Tx } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import { NotFound } from '../../shared/errors';
import type { ProfileId } from '../../shared/ids';
import { reasonFault } from '../../shared/reason';
import type { DismissalRefusal } from './duplicates.errors';
import { fromCandidateId } from './duplicates.ids';
import type { DuplicateCandidateRow, ProfilePair } from './duplicates.model';
import * as store from './duplicates.store';

export type DismissOutcome =
  | { readonly kind: 'DISMISSED'; readonly candidate: DuplicateCandidateRow }
  | DismissalRefusal;

/** What people decide about the pairs that are proposed. */
export class DuplicateService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The pair of an id, with its two profiles, whatever was decided of it.
   * @throws InvalidInput for what is no id of a pair
   * @throws NotFound where it is not proposed, or its profiles are no longer two
   */
  async getCandidate(sql: Sql, id: string): Promise<DuplicateCandidateRow> {
    const candidate = await store.findCandidate(sql, fromCandidateId(id));
    if (candidate === null) throw new NotFound('No pair of two profiles has this id.');
    return candidate;
  }

  /**
   * Records that a pair is two people: it is not proposed again. Whoever says so first is kept; to
   * say so again is no fault and changes nothing.
   * @param actor who says so, e.g. `key:help-desk`
   * @throws InvalidInput for what is no id of a pair
   */
  async dismiss(asked: {
    readonly id: string;
    readonly reason: string;
    readonly actor: string;
  }): Promise<DismissOutcome> {
    const pair = fromCandidateId(asked.id);
    const reason = asked.reason.trim();
    const fault = reasonFault(reason);
    if (fault !== null) return { kind: 'DISMISSAL_REFUSED', fault };
    return this.database.transaction(async (tx) => {
      if ((await store.findCandidate(tx, pair)) === null) return { kind: 'DUPLICATE_NOT_FOUND' };
      await store.dismissOpen(tx, { ...pair, reason, actor: asked.actor }, this.clock.now());
      // Read again: a pass may have dropped the pair in between, or somebody else decided first.
      const candidate = await store.findCandidate(tx, pair);
      return candidate === null
        ? { kind: 'DUPLICATE_NOT_FOUND' }
        : { kind: 'DISMISSED', candidate };
    });
  }

  /** An operator took the others apart from a profile: they are not proposed with it again. */
  async dismissParted(
    tx: Tx,
    profileId: ProfileId,
    others: readonly ProfileId[],
    decision: { readonly reason: string; readonly actor: string },
    now: Date,
  ): Promise<void> {
    const pairs = others.map((other) => toPair(profileId, other));
    await store.dismissPairs(tx, pairs, decision, now);
  }
}

/** The pair of two profiles, in the one order it is kept in. */
function toPair(one: ProfileId, other: ProfileId): ProfilePair {
  return one < other
    ? { profileId: one, otherProfileId: other }
    : { profileId: other, otherProfileId: one };
}
