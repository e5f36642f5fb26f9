import type { ProfileId } from '../../../shared/ids';
import type { Reason } from './stage.rules';
import type { StageSegment, TransitionCause } from './timeline';

/** A change of stage in a profile's history. */
export interface Transition {
  readonly profileId: ProfileId;
  readonly model: string;
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
  model: string,
  segments: readonly StageSegment[],
): readonly Transition[] {
  return segments.map(({ stage, since, cause, reasons, modelVersion }, index) => ({
    profileId,
    model,
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
  const storedByPlace = new Map(stored.map((transition) => [placeOf(transition), transition]));
  const kept = new Set<StoredTransition>();
  const added = holding.filter((transition) => {
    const known = storedByPlace.get(placeOf(transition));
    if (known === undefined || !saysTheSame(known, transition)) return true;
    kept.add(known);
    return false;
  });
  return { superseded: stored.filter((transition) => !kept.has(transition)), added };
}

/**
 * Of the transitions that hold there are few for each profile, model and instant: what happened,
 * and a model that came into force right then.
 */
function placeOf({ profileId, model, occurredAt, toStage }: Transition): string {
  return `${profileId} ${model} ${occurredAt.getTime()} ${toStage}`;
}

function saysTheSame(left: Transition, right: Transition): boolean {
  return (
    left.modelVersion === right.modelVersion &&
    left.fromStage === right.fromStage &&
    left.cause === right.cause &&
    left.reasons.length === right.reasons.length &&
    left.reasons.every((reason, index) => isSameReason(reason, right.reasons[index]))
  );
}

function isSameReason(left: Reason, right: Reason | undefined): boolean {
  return (
    left.fact === right?.fact &&
    left.value === right.value &&
    left.threshold === right.threshold &&
    left.operator === right.operator &&
    left.unit === right.unit &&
    left.basis === right.basis
  );
}
