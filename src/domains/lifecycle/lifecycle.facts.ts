import { dayOf, type EpochDay } from '../../shared/days';
import type { ActivityDay } from '../activity';

/** What a fact is measured in. */
export type FactUnit = 'DAYS' | 'COUNT' | 'RATIO' | 'CADENCES';

/** The value of each fact at one instant; null where a fact says nothing yet. */
export type Facts = (fact: FactName) => number | null;

/** The day that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;

interface FactDefinition {
  readonly unit: FactUnit;
  readonly description: string;
  readonly value: (history: History) => number | null;
  /**
   * The next day (after `history.today`) on which time alone could carry the fact across the
   * threshold, given that nothing more happens; NEVER where it cannot. May be too early by a day,
   * never too late: whoever asks looks again on that day.
   */
  readonly nextCrossing: (history: History, threshold: number) => number;
}

/**
 * Every fact a lifecycle model may name. Windows end with, and include, the day of the instant
 * they are asked for. A day is active when the customer did anything at all on it, an order day
 * when they ordered: several orders of one day are one act of buying.
 */
export const factDefinitions = {
  tenureDays: growing(
    'DAYS',
    'Days since the first active day.',
    (history) => history.active.first,
    () => 1,
  ),
  silenceDays: growing(
    'DAYS',
    'Days since the last active day.',
    (history) => history.active.last,
    () => 1,
  ),
  silenceInCadences: growing(
    'CADENCES',
    'Days since the last active day, divided by the own cadence (the median number of days ' +
      'between two order days), or by the typical cadence of the model where fewer than three ' +
      'order days leave the own one unknown.',
    (history) => history.active.last,
    (history) => history.cadenceDays,
  ),
  activeSpanDays: fixed(
    'DAYS',
    'Days from the first to the last active day: how long the customer has kept coming.',
    (history) => history.active.last - history.active.first,
  ),
  activeDays: fixed('COUNT', 'Active days of all time.', (history) => history.active.seen),
  activeDays365: windowed('Active days of the last 365 days.', 'active', 365),
  orderDays: fixed('COUNT', 'Order days of all time.', (history) => history.orders.seen),
  orderDays365: windowed('Order days of the last 365 days.', 'orders', 365),
  activeDaysBefore30: windowedBefore('Active days of the 30 days before the last 30.', 30),
  frequencyChange30: changeOver(
    'Active days of the last 30 days against those of the 30 before: -0.3 is a fall of 30 %.',
    30,
  ),
  activeDaysBefore90: windowedBefore('Active days of the 90 days before the last 90.', 90),
  frequencyChange90: changeOver(
    'Active days of the last 90 days against those of the 90 before: -0.3 is a fall of 30 %.',
    90,
  ),
} as const satisfies Readonly<Record<string, FactDefinition>>;

export type FactName = keyof typeof factDefinitions;

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(factDefinitions, name);
}

/**
 * The facts of a customer as of an instant.
 * @param days in any order, one entry per day; days that begin after `asOf` are not seen, nor are
 *   days without an event of the customer's own
 * @param typicalCadenceDays stands in for an own cadence that is not known yet
 * @returns null before the first active day
 */
export function factsAt(
  days: readonly ActivityDay[],
  typicalCadenceDays: number,
  asOf: Date,
): Facts | null {
  const history = new History(typicalCadenceDays);
  for (const day of activeDaysOf(days)) {
    if (day.firstAt.getTime() <= asOf.getTime()) history.include(day);
  }
  if (history.active.seen === 0) return null;
  history.today = dayOf(asOf);
  return history.facts;
}

/** The days on which the customer did something, ascending. */
export function activeDaysOf(days: readonly ActivityDay[]): readonly ActivityDay[] {
  const active = days.filter((day) => day.events > 0);
  const ascending = active.every((day, index) => {
    const before = active[index - 1];
    return before === undefined || before.day < day.day;
  });
  return ascending ? active : active.sort((left, right) => left.day - right.day);
}

/**
 * A customer's days up to one instant, moved forward through time: first every `include` up to
 * the instant, then `today`. Nothing is ever taken out again.
 */
export class History {
  today = 0 as EpochDay;
  readonly active = new DayList();
  readonly orders = new DayList();
  /** Days between successive order days, ascending. */
  private readonly orderGaps: number[] = [];

  constructor(private readonly typicalCadenceDays: number) {}

  readonly facts: Facts = (fact) => factDefinitions[fact].value(this);

  include(day: ActivityDay): void {
    this.today = day.day;
    this.active.add(day.day);
    if (day.orders === 0) return;
    if (this.orders.seen > 0) insertSorted(this.orderGaps, day.day - this.orders.last);
    this.orders.add(day.day);
  }

  /** The own cadence, or the typical one: days, above 0. */
  get cadenceDays(): number {
    const gaps = this.orderGaps;
    // One gap is an anecdote; the median of two or more is not moved by a single burst or pause.
    if (gaps.length < 2) return this.typicalCadenceDays;
    const upper = gaps[gaps.length >>> 1] as number;
    if (gaps.length % 2 === 1) return upper;
    return ((gaps[(gaps.length >>> 1) - 1] as number) + upper) / 2;
  }
}

/** Days seen so far, ascending. */
class DayList {
  private readonly days: number[] = [];

  add(day: EpochDay): void {
    this.days.push(day);
  }

  get seen(): number {
    return this.days.length;
  }

  get first(): number {
    return this.days[0] ?? 0;
  }

  get last(): number {
    return this.days[this.days.length - 1] ?? 0;
  }

  /** How many days lie after `day`. */
  countAfter(day: number): number {
    return this.days.length - this.indexAfter(day);
  }

  /** The first day after `day`. */
  firstAfter(day: number): number | undefined {
    return this.days[this.indexAfter(day)];
  }

  /** The day that has `count` − 1 days after it. */
  fromLast(count: number): number | undefined {
    return this.days[this.days.length - count];
  }

  private indexAfter(day: number): number {
    let low = 0;
    let high = this.days.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.days[middle] as number) <= day) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A fact that only an event of the customer can change. */
function fixed(
  unit: FactUnit,
  description: string,
  value: (history: History) => number,
): FactDefinition {
  return { unit, description, value, nextCrossing: () => NEVER };
}

/** A fact that grows by the day: (today − anchor) / days per unit. */
function growing(
  unit: FactUnit,
  description: string,
  anchor: (history: History) => number,
  daysPerUnit: (history: History) => number,
): FactDefinition {
  return {
    unit,
    description,
    value: (history) => (history.today - anchor(history)) / daysPerUnit(history),
    nextCrossing: (history, threshold) => {
      // It reaches the threshold on this day or, where that is no whole number or rounded down,
      // the day after; it exceeds the threshold on one of the two as well.
      const day = Math.floor(anchor(history) + threshold * daysPerUnit(history));
      if (history.today < day) return day;
      return history.today === day ? day + 1 : NEVER;
    },
  };
}

/** The number of days in the window that ends today. Time alone can only make it smaller. */
function windowed(
  description: string,
  list: 'active' | 'orders',
  lengthDays: number,
): FactDefinition {
  /** The day after today on which fewer than `count` days are left in the window. */
  function dayLeft(history: History, count: number): number {
    const day = count > 0 ? history[list].fromLast(count) : undefined;
    return day !== undefined && day + lengthDays > history.today ? day + lengthDays : NEVER;
  }
  return {
    unit: 'COUNT',
    description,
    value: (history) => history[list].countAfter(history.today - lengthDays),
    nextCrossing: (history, threshold) => {
      // "Above the threshold" is lost with the day that leaves fewer than floor + 1, "at least
      // the threshold" with the one that leaves fewer than the ceiling, which is no sooner.
      const exceeding = dayLeft(history, Math.floor(threshold) + 1);
      return exceeding === NEVER ? dayLeft(history, Math.ceil(threshold)) : exceeding;
    },
  };
}

/** The number of active days in the window before the one that ends today. */
function windowedBefore(description: string, lengthDays: number): FactDefinition {
  return {
    unit: 'COUNT',
    description,
    value: (history) => countBefore(history, lengthDays),
    nextCrossing: (history) => nextWindowEdge(history, lengthDays),
  };
}

/** Active days of the last window, relative to the window before; null where that was empty. */
function changeOver(description: string, lengthDays: number): FactDefinition {
  return {
    unit: 'RATIO',
    description,
    value: (history) => {
      const before = countBefore(history, lengthDays);
      if (before === 0) return null;
      return (history.active.countAfter(history.today - lengthDays) - before) / before;
    },
    nextCrossing: (history) => nextWindowEdge(history, lengthDays),
  };
}

function countBefore(history: History, lengthDays: number): number {
  const { active, today } = history;
  return active.countAfter(today - 2 * lengthDays) - active.countAfter(today - lengthDays);
}

/** The next day on which an active day passes from one window to the one before, or out of both. */
function nextWindowEdge({ active, today }: History, lengthDays: number): number {
  const leavingLast = active.firstAfter(today - lengthDays);
  const leavingBefore = active.firstAfter(today - 2 * lengthDays);
  return Math.min(
    leavingLast === undefined ? NEVER : leavingLast + lengthDays,
    leavingBefore === undefined ? NEVER : leavingBefore + 2 * lengthDays,
  );
}

function insertSorted(sorted: number[], value: number): void {
  let index = sorted.length;
  while (index > 0 && (sorted[index - 1] as number) > value) index -= 1;
  sorted.splice(index, 0, value);
}
