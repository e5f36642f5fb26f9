import type { EpochDay } from '../../shared/days';
import type { ActivityDay, SignalName } from './activity.model';

/** The days from `first` to `last`, both included. `days` must be ascending. */
export function daysBetween(
  days: readonly ActivityDay[],
  first: EpochDay,
  last: EpochDay,
): readonly ActivityDay[] {
  return days.slice(indexOfDay(days, first), indexOfDay(days, (last + 1) as EpochDay));
}

/** The days of the window of `lengthDays` that ends with (and includes) `last`. */
export function trailingDays(
  days: readonly ActivityDay[],
  last: EpochDay,
  lengthDays: number,
): readonly ActivityDay[] {
  return daysBetween(days, (last - lengthDays + 1) as EpochDay, last);
}

/** The sum of one signal over the days given. */
export function sumSignal(days: readonly ActivityDay[], signal: SignalName | 'events'): number {
  let sum = 0;
  for (const day of days) sum += day[signal];
  return sum;
}

/** How many of the days given carry the signal at all. */
export function countDaysWith(days: readonly ActivityDay[], signal: SignalName): number {
  let count = 0;
  for (const day of days) if (day[signal] > 0) count += 1;
  return count;
}

/** The position of the first day that is not before `day`. */
function indexOfDay(days: readonly ActivityDay[], day: EpochDay): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] as ActivityDay).day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
