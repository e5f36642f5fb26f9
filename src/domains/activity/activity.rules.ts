import { dayOf } from '../../shared/days';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import { type DailySignals, signalNames } from './activity.model';
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

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Adds occurrences up, one increment for each profile, day and identifier, in a stable order. */
export function rollUp(occurrences: readonly Occurrence[]): DayIncrement[] {
  const increments = new Map<string, Mutable<DayIncrement>>();
  for (const occurrence of occurrences) {
    const { profileId, identifierId, occurredAt, isOwnEvent, signals } = occurrence;
    const day = dayOf(occurredAt);
    const key = `${profileId} ${day} ${identifierId}`;
    const increment = increments.get(key) ?? {
      ...noSignals,
      profileId,
      identifierId,
      day,
      events: 0,
      firstAt: occurredAt,
      lastAt: occurredAt,
    };
    increments.set(key, increment);
    // What others did dates the day only as long as nothing of the customer's own does.
    const isFirstOwn = isOwnEvent && increment.events === 0;
    if (isOwnEvent) increment.events += 1;
    if (isFirstOwn) increment.firstAt = increment.lastAt = occurredAt;
    if (isOwnEvent || increment.events === 0) {
      if (occurredAt < increment.firstAt) increment.firstAt = occurredAt;
      if (occurredAt > increment.lastAt) increment.lastAt = occurredAt;
    }
    for (const signal of signalNames) increment[signal] += signals[signal] ?? 0;
  }
  return [...increments].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

/** Whether anything but the event itself is to be counted. */
export function hasSignals(signals: DailySignals): boolean {
  return signalNames.some((signal) => signals[signal] !== 0);
}

const noSignals = Object.fromEntries(
  signalNames.map((signal) => [signal, 0]),
) as unknown as DailySignals;
