import type { ProfileId } from '../../shared/ids';
import type { Reason } from './lifecycle.rules';
import type { StageSegment, TransitionCause } from './lifecycle.timeline';

/** A change of stage in a profile's history. */
export interface Transition {
  readonly profileId: ProfileId;
  readonly occurredAt: Date;
  readonly modelVersion: number;
  /** Null where the history begins. */
  readonly fromStage: string | null;
  readonly toStage: string;
  readonly cause: TransitionCause;
  /** The conditions that held then. */
  readonly reasons: readonly Reason[];
}

export interface StoredTransition extends Transition {
  readonly id: string;
}

export interface Revision {
  /** No longer true, as far as we know now. */
  readonly superseded: readonly StoredTransition[];
  readonly added: readonly Transition[];
}

/** The segments of one profile as the changes between them. */
export function toTransitions(
  profileId: ProfileId,
  segments: readonly StageSegment[],
  modelVersion: number,
): readonly Transition[] {
  return segments.map(({ stage, since, cause, reasons }, index) => ({
    profileId,
    occurredAt: since,
    modelVersion,
    fromStage: segments[index - 1]?.stage ?? null,
    toStage: stage,
    cause,
    reasons,
  }));
}

/**
 * What turns the stored history into the one that holds: late events and merges may change the
 * past, and nothing that was once believed is overwritten.
 */
export function reviseTransitions(
  stored: readonly StoredTransition[],
  holding: readonly Transition[],
): Revision {
  const storedKeys = new Set(stored.map(contentKey));
  const holdingKeys = new Set(holding.map(contentKey));
  return {
    superseded: stored.filter((transition) => !holdingKeys.has(contentKey(transition))),
    added: holding.filter((transition) => !storedKeys.has(contentKey(transition))),
  };
}

/** Everything that a transition says; equal for two that say the same. */
function contentKey(transition: Transition): string {
  const { profileId, occurredAt, modelVersion, fromStage, toStage, cause, reasons } = transition;
  // The database gives the keys of a reason back in an order of its own.
  const told = reasons.map(({ fact, value, threshold, operator, unit }) => {
    return [fact, value, threshold, operator, unit];
  });
  const content = [profileId, occurredAt.getTime(), modelVersion, fromStage, toStage, cause, told];
  return JSON.stringify(content);
}
