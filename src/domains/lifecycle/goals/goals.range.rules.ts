import { addDays, dayOf, type EpochDay } from '../../../shared/days';
import { InvalidInput } from '../../../shared/errors';

/** Whole UTC days. */
export interface DayRange {
  readonly first: EpochDay;
  /** The first after the last; before `first` where nothing is known of these days yet. */
  readonly end: EpochDay;
}

export interface AskedRange {
  readonly from: Date;
  /** Up to what is known where null. */
  readonly to: Date | null;
}

/**
 * The days from the one that holds `from` to the one that holds the last instant before `to`, and
 * none after the one that holds `asOf`.
 * @param asOf up to when anything is known
 * @throws InvalidInput for a range that is none, begins before events can, or in the future
 */
export function dayRange({ from, to }: AskedRange, asOf: Date, now: Date): DayRange {
  if (to !== null && to.getTime() <= from.getTime()) {
    throw new InvalidInput('`to` must be after `from`.', { argument: 'to' });
  }
  if (from.getTime() < 0) {
    throw new InvalidInput('`from` must not be before 1970.', { argument: 'from' });
  }
  if (from.getTime() > now.getTime()) {
    throw new InvalidInput('`from` must not be in the future.', { argument: 'from' });
  }
  const first = dayOf(from);
  const lastInstant = Math.min(asOf.getTime(), (to?.getTime() ?? Number.POSITIVE_INFINITY) - 1);
  const end = addDays(dayOf(new Date(lastInstant)), 1);
  return { first, end };
}
