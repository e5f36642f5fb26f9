import type { Tx } from '../../platform/database/database';
import type { IdentifierId, ProfileId } from '../../shared/ids';

/** A name a customer is known by: a node of the profile graph. */
export interface IdentifierKey {
  /** e.g. `user_id`, `email`, `anonymous_id`. */
  readonly namespace: string;
  /** Normalised. */
  readonly value: string;
}

export interface KnownIdentifier extends IdentifierKey {
  readonly identifierId: IdentifierId;
  readonly profileId: ProfileId;
}

/** Some identifiers of one profile move to another: all of them in a merge, a part in its undoing. */
export interface Move {
  readonly from: ProfileId;
  readonly into: ProfileId;
  readonly identifierIds: readonly IdentifierId[];
  /** Whether `from` keeps no identifier and ceases to be. */
  readonly isWhole: boolean;
  readonly reason: 'MERGE' | 'UNMERGE';
}

/** An identifier as `planIdentities` needs it. */
export interface LoadedIdentifier extends KnownIdentifier {
  readonly firstSeenAt: Date;
  /** Profiles that its profile has absorbed. */
  readonly profileMerges: number;
}

/**
 * How a domain's rows move house with the identifiers they belong to. Called in the transaction of
 * the move, with both profiles locked; afterwards the caller evaluates `into`, and `from` where
 * the move is not whole.
 */
export interface Rehoming {
  rehome(tx: Tx, move: Move, now: Date): Promise<void>;
}
