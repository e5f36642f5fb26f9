import { dayOf } from '../../shared/days';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { DailySignals, SignalName } from './activity.model';
import type { DayIncrement } from './activity.store';

/** Something that counts towards a profile's day. */
export interface Occurrence {
  readonly profileId: ProfileId;
  readonly identifierId: IdentifierId;
  readonly occurredAt: Date;
  /** Whether the customer did it; false for what others did for them. */
  readonly isOwnEvent: boolean;
  readonly signals: Partial<DailySignals>;
}

interface Draft extends DayIncrement {
  events: number;
  firstAt: Date;
  lastAt: Date;
  readonly signals: Map<SignalName, number>;
}

/** Adds occurrences up, one increment for each profile, day and identifier, in a stable order. */
export function rollUp(occurrences: readonly Occurrence[]): DayIncrement[] {
  const increments = new Map<string, Draft>();
  for (const occurrence of occurrences) {
    const { profileId, identifierId, occurredAt, isOwnEvent, signals } = occurrence;
    const day = dayOf(occurredAt);
    const key = `${profileId} ${day} ${identifierId}`;
    let increment = increments.get(key);
    if (increment === undefined) {
      increment = {
        profileId,
        identifierId,
        day,
        events: 0,
        firstAt: occurredAt,
        lastAt: occurredAt,
        signals: new Map(),
      };
      increments.set(key, increment);
    }
    // What others did dates the day only as long as nothing of the customer's own does.
    const isFirstOwn = isOwnEvent && increment.events === 0;
    if (isOwnEvent) increment.events += 1;
    if (isFirstOwn) increment.firstAt = increment.lastAt = occurredAt;
    if (isOwnEvent || increment.events === 0) {
      if (occurredAt < increment.firstAt) increment.firstAt = occurredAt;
      if (occurredAt > increment.lastAt) increment.lastAt = occurredAt;
    }
    for (const [signal, value] of Object.entries(signals) as [SignalName, number][]) {
      if (value !== 0) increment.signals.set(signal, (increment.signals.get(signal) ?? 0) + value);
    }
  }
  return [...increments].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}
