import type { Wording } from '../../../shared/language';
import { type History, type SeriesName, seriesPlace } from './history';

/** What a fact is measured in. */
export type FactUnit =
  | 'DAYS'
  | 'COUNT'
  | 'RATIO'
  | 'CADENCES'
  | 'POINTS'
  | 'MONEY_MINOR'
  | 'SCORE'
  | 'PROBABILITY';

/** The day that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;

/** What changes with time, or with the customer. */
export interface FactBehaviour {
  /** Null where the fact says nothing yet. */
  readonly value: (history: History) => number | null;
  /**
   * The next day (after `history.today`) on which time alone could carry the fact across the
   * threshold, given that nothing more happens; NEVER where it cannot. May be too early, never too
   * late: whoever asks looks again on that day. NEVER in the end, however often it is asked.
   */
  readonly nextCrossing: (history: History, threshold: number) => number;
}

export interface FactDefinition extends FactBehaviour {
  readonly unit: FactUnit;
  readonly label: Wording;
  readonly description: string;
  /** The least and the greatest value the fact can have. */
  readonly min: number;
  readonly max: number;
}

/** A fact that only an event of the customer can change. */
export function fixed(value: (history: History) => number | null): FactBehaviour {
  return { value, nextCrossing: () => NEVER };
}

/** A fact that grows by the day: (today − anchor) / days per unit; null without an anchor. */
export function growing(
  anchorOf: (history: History) => number | null,
  daysPerUnit: (history: History) => number = () => 1,
): FactBehaviour {
  return {
    value: (history) => {
      const anchor = anchorOf(history);
      return anchor === null ? null : (history.today - anchor) / daysPerUnit(history);
    },
    nextCrossing: (history, threshold) => {
      const anchor = anchorOf(history);
      if (anchor === null) return NEVER;
      // It reaches the threshold on this day or, where that is no whole number or rounded down,
      // the day after; it exceeds the threshold on one of the two as well.
      const day = Math.floor(anchor + threshold * daysPerUnit(history));
      if (history.today < day) return day;
      return history.today === day ? day + 1 : NEVER;
    },
  };
}

/** The number of days that carry a series, in the window that ends today. */
export function daysWithin(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  /** The day after today on which fewer than `count` days are left in the window. */
  function dayLeft(history: History, count: number): number {
    const day = count > 0 ? history.seriesAt(place).fromLast(count) : undefined;
    return day !== undefined && day + lengthDays > history.today ? day + lengthDays : NEVER;
  }
  return {
    value: (history) => history.seriesAt(place).countAfter(history.today - lengthDays),
    nextCrossing: (history, threshold) => {
      // Time alone can only make it smaller. "Above the threshold" is lost with the day that
      // leaves fewer than floor + 1, "at least the threshold" with the one that leaves fewer than
      // the ceiling, which is no sooner.
      const exceeding = dayLeft(history, Math.floor(threshold) + 1);
      return exceeding === NEVER ? dayLeft(history, Math.ceil(threshold)) : exceeding;
    },
  };
}

/** The same in the window before the one that ends today. */
export function daysBefore(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  return {
    value: (history) => countBefore(history, place, lengthDays),
    nextCrossing: (history, threshold) => {
      if (threshold < 0) return NEVER;
      const series = history.seriesAt(place);
      const entered = series.countAfter(history.today - lengthDays);
      const seen = series.countAfter(history.today - 2 * lengthDays);
      const surplus = seen - entered - threshold;
      // The day that would be the last to leave, or to enter, if none did the other.
      if (surplus > 0)
        return (series.fromLast(seen - Math.ceil(surplus) + 1) as number) + 2 * lengthDays;
      if (surplus === 0) return nextEdge(history, [place], [lengthDays, 2 * lengthDays]);
      const missing = Math.ceil(-surplus);
      return missing > entered
        ? NEVER
        : (series.fromLast(entered - missing + 1) as number) + lengthDays;
    },
  };
}

/** The sum of a series over the window that ends today. */
export function sumWithin(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  return edged([name], [lengthDays], (history) => sumOf(history, place, lengthDays));
}

/** The same in the window before the one that ends today. */
export function sumBefore(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  return edged(
    [name],
    [lengthDays, 2 * lengthDays],
    (history) => sumOf(history, place, 2 * lengthDays) - sumOf(history, place, lengthDays),
  );
}

/** Days of the last window relative to those of the window before; null where that was empty. */
export function changeOver(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  return edged([name], [lengthDays, 2 * lengthDays], (history) => {
    const before = countBefore(history, place, lengthDays);
    if (before === 0) return null;
    return (history.seriesAt(place).countAfter(history.today - lengthDays) - before) / before;
  });
}

/** Part of the days of a window that carry a series, a window that began with the customer. */
export function shareWithin(name: SeriesName, lengthDays: number): FactBehaviour {
  const place = seriesPlace(name);
  const lived = (history: History) => history.today - history.firstActiveDay + 1;
  return {
    value: (history) =>
      history.seriesAt(place).countAfter(history.today - lengthDays) /
      Math.min(lengthDays, lived(history)),
    // The window grows by the day until it is full; after that it changes at its edge only.
    nextCrossing: (history) =>
      lived(history) < lengthDays ? history.today + 1 : nextEdge(history, [place], [lengthDays]),
  };
}

/** One sum of a window divided by another; null where that is 0. */
export function quotientWithin(
  dividend: SeriesName,
  divisor: SeriesName,
  lengthDays: number,
  times = 1,
): FactBehaviour {
  const [above, below] = [seriesPlace(dividend), seriesPlace(divisor)];
  return edged([divisor, dividend], [lengthDays], (history) => {
    const by = sumOf(history, below, lengthDays);
    return by === 0 ? null : (times * sumOf(history, above, lengthDays)) / by;
  });
}

/** A fact that time changes only where a day leaves one of the windows that end today. */
export function edged(
  names: readonly SeriesName[],
  lengthsDays: readonly number[],
  value: (history: History) => number | null,
): FactBehaviour {
  const places = names.map(seriesPlace);
  return { value, nextCrossing: (history) => nextEdge(history, places, lengthsDays) };
}

/** The next day on which a day that carries one of the series leaves one of the windows. */
function nextEdge(
  history: History,
  places: readonly number[],
  lengthsDays: readonly number[],
): number {
  let next = NEVER;
  for (const place of places) {
    const series = history.seriesAt(place);
    for (const lengthDays of lengthsDays) {
      const leaving = series.firstAfter(history.today - lengthDays);
      if (leaving !== undefined && leaving + lengthDays < next) next = leaving + lengthDays;
    }
  }
  return next;
}

function countBefore(history: History, place: number, lengthDays: number): number {
  const series = history.seriesAt(place);
  return (
    series.countAfter(history.today - 2 * lengthDays) -
    series.countAfter(history.today - lengthDays)
  );
}

function sumOf(history: History, place: number, lengthDays: number): number {
  return history.seriesAt(place).sumAfter(history.today - lengthDays);
}
