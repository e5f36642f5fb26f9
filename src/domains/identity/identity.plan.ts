import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { IdentifierKey, KnownIdentifier, Link, Tenancy } from './identity.model';
import type { UnusableReason } from './identity.normalise';

/** The identifiers one event came with, normalised. */
export interface IdentityRequest {
  readonly identifiers: readonly UsableIdentifier[];
  readonly occurredAt: Date;
  /** Whether it is to be told what the profile held at that point. Not where left out. */
  readonly asksForHeld?: boolean;
}

export interface UsableIdentifier {
  readonly key: IdentifierKey;
  /** That of its namespace, unless the event gives it one above all. */
  readonly priority: number;
}

/** Of an identifier by which an event names the profile itself. */
export const EXPLICIT_PRIORITY = Number.POSITIVE_INFINITY;

/** Why two profiles do not become one. */
export type MergeConflict =
  | 'PERSON_CONFLICT'
  | 'LINK_REVOKED'
  | 'PROFILE_LIMIT'
  | 'MERGE_LIMIT'
  | 'NAMESPACE_LIMIT';

/** The last is told by whoever took the identifier in: its sender may not use the namespace. */
export type DemotionReason =
  | UnusableReason
  | MergeConflict
  | 'TENANT_LIMIT'
  | 'NAMESPACE_NOT_ALLOWED';

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
  /** What the profile held once the request was placed; null where the request does not ask. */
  readonly held: Holding | null;
  readonly demotions: readonly Demotion[];
}

/** What a profile holds at some point of a batch. */
export interface Holding {
  /** Whatever these held before the batch: the profile itself and those it absorbed so far. */
  readonly profileIds: readonly ProfileId[];
  /** And what the batch made of its own, so far. */
  readonly createdIdentifierIds: readonly IdentifierId[];
}

export interface PlannedMerge {
  readonly survivor: ProfileId;
  readonly absorbed: ProfileId;
  /** The ends of the link that made them one. */
  readonly survivorIdentifierId: IdentifierId;
  readonly absorbedIdentifierId: IdentifierId;
  /** The request that made them one. */
  readonly requestIndex: number;
}

export interface PlannedLink extends Link {
  /** Whether the batch made one of its ends: then nobody linked the two before. */
  readonly isNew: boolean;
  readonly requestIndex: number;
}

export interface PlannedIdentifier extends KnownIdentifier {
  readonly tenant: number;
}

/** What a profile holds after the batch. */
export interface PlannedCounts {
  readonly profileId: ProfileId;
  readonly counts: ReadonlyMap<string, number>;
  readonly merges: number;
}

export interface IdentityPlan {
  readonly createdProfiles: readonly PlannedCounts[];
  /** Of profiles that were there before, those that hold more now. */
  readonly changedProfiles: readonly PlannedCounts[];
  /** Nodes that were not there before, with the profile they end up in. */
  readonly createdIdentifiers: readonly PlannedIdentifier[];
  /** In the order to perform them; a survivor may be absorbed by a later one. */
  readonly merges: readonly PlannedMerge[];
  readonly links: readonly PlannedLink[];
  /** Where a shared identifier goes from one person to another. */
  readonly tenancies: readonly Tenancy[];
  /** The latest event by which somebody signed in on a node that follows people. */
  readonly signIns: ReadonlyMap<IdentifierId, Date>;
  /** One for each request, in their order. */
  readonly assignments: readonly Assignment[];
}
