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

/**
 * How a domain's rows move house when one profile is merged into another. Called in the
 * transaction of the merge, with both profiles locked.
 */
export interface Rehoming {
  readonly name: string;
  rehome(tx: Tx, absorbed: ProfileId, survivor: ProfileId, now: Date): Promise<void>;
}
