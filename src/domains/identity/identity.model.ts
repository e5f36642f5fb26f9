import type { Tx } from '../../platform/database/database';
import type { Brand } from '../../shared/brand';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';

/** A name a customer is known by: a node of the profile graph. */
export interface IdentifierKey {
  /** e.g. `user_id`, `email`, `anonymous_id`. */
  readonly namespace: string;
  /** Normalised. */
  readonly value: string;
}

/** One text for a key; no namespace holds a control character. */
export function keyText({ namespace, value }: IdentifierKey): string {
  return `${namespace}\u001f${value}`;
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

/** What is known of the identifiers that some events name: what `planIdentities` decides on. */
export interface KnownGraph {
  readonly identifiers: readonly LoadedIdentifier[];
  /** Every profile that holds one of them. */
  readonly profiles: readonly LoadedProfile[];
  /** Of the shared ones among them, those that matter for the times asked for. */
  readonly tenancies: readonly Tenancy[];
  /** Where the rows of these identifiers and profiles are, where that is known. */
  readonly places: ReadonlyMap<IdentifierId | ProfileId, Place>;
}

export interface LoadedIdentifier extends KnownIdentifier {
  /** 0 for the first person it stood for; others for later ones, where it is shared. */
  readonly tenant: number;
  /** Null where no limit asks for it. */
  readonly firstSeenAt: Date | null;
  /** The latest event that named it together with a person; only where it follows people. */
  readonly signedInAt: Date | null;
}

/** Where a row is in its table: good for as long as its lock is held. */
export type Place = Brand<string, 'Place'>;

export interface LoadedProfile {
  readonly profileId: ProfileId;
  /** How many identifiers of each namespace it holds. */
  readonly counts: ReadonlyMap<string, number>;
  /** Profiles it has absorbed. */
  readonly merges: number;
  readonly revokedLinks: readonly RevokedPair[];
}

/** An operator said that the two are not one person. */
export interface RevokedPair {
  readonly identifierId: IdentifierId;
  readonly otherIdentifierId: IdentifierId;
  readonly revokedAt: Date;
}

/** From when on a shared identifier stood for which of its tenants; before the first, for 0. */
export interface Tenancy extends IdentifierKey {
  readonly since: Date;
  readonly tenant: number;
}

/** An edge of the graph: evidence that two identifiers are one person. */
export interface Link {
  /** The younger of the two, by its id. */
  readonly identifierId: IdentifierId;
  readonly linkedIdentifierId: IdentifierId;
}

export interface Evidence {
  /** Null where an operator is the evidence. */
  readonly eventId: EventId | null;
  /** Who sent the event, or the operator. */
  readonly source: string;
}

/** One row for an edge, whichever end was named first. */
export function linkBetween(one: IdentifierId, other: IdentifierId): Link {
  return one > other
    ? { identifierId: one, linkedIdentifierId: other }
    : { identifierId: other, linkedIdentifierId: one };
}

/**
 * How a domain's rows move house with the identifiers they belong to. Called in the transaction of
 * the move, with both profiles locked; afterwards the caller evaluates `into`, and `from` where
 * the move is not whole.
 */
export interface Rehoming {
  rehome(tx: Tx, move: Move, now: Date): Promise<void>;
}
