import { addDays, dayOf, type EpochDay, startOfDay } from '../../../shared/days';

export const periodLengths = ['WEEK', 'MONTH'] as const;

/** ISO weeks, which begin on Monday, and calendar months; both UTC. */
export type PeriodLength = (typeof periodLengths)[number];

/** Half-open: the day it ends on is the first of the next one. */
export interface Period {
  readonly starts: EpochDay;
  readonly ends: EpochDay;
}

/** The period that holds the day. */
export function periodOf(every: PeriodLength, day: EpochDay): Period {
  if (every === 'WEEK') {
    // Day 0 was a Thursday.
    const sinceMonday = (((day + 3) % 7) + 7) % 7;
    const starts = addDays(day, -sinceMonday);
    return { starts, ends: addDays(starts, 7) };
  }
  const instant = startOfDay(day);
  const [year, month] = [instant.getUTCFullYear(), instant.getUTCMonth()];
  return {
    starts: dayOf(new Date(Date.UTC(year, month, 1))),
    ends: dayOf(new Date(Date.UTC(year, month + 1, 1))),
  };
}

/**
 * Of the periods from the one that holds `first` on that begin before `end`, the first ones.
 * @param limit how many at most
 */
export function periodsFrom(
  every: PeriodLength,
  first: EpochDay,
  end: EpochDay,
  limit: number,
): readonly Period[] {
  const periods: Period[] = [];
  let period = periodOf(every, first);
  while (periods.length < limit && period.starts < end) {
    periods.push(period);
    period = periodOf(every, period.ends);
  }
  return periods;
}

/**
 * Of the same periods the last ones, the earliest first all the same.
 * @param limit how many at most
 */
export function periodsUpTo(
  every: PeriodLength,
  first: EpochDay,
  end: EpochDay,
  limit: number,
): readonly Period[] {
  const periods: Period[] = [];
  let period = periodOf(every, addDays(end, -1));
  while (periods.length < limit && period.ends > first) {
    periods.unshift(period);
    period = periodOf(every, addDays(period.starts, -1));
  }
  return periods;
}
