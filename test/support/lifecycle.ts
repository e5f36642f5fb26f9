import { type ActivityDay, signalNames } from '../../src/domains/activity';
import type { Measures } from '../../src/domains/lifecycle/facts/history';
import { addDays, type EpochDay, MS_PER_DAY, startOfDay } from '../../src/shared/days';

/** The day that tests count from. */
export const DAY_0 = 20_000 as EpochDay;

export const NOON = MS_PER_DAY / 2;

export const measures: Measures = {
  typicalCadenceDays: 30,
  occasionDays: 0,
  emotionHalfLifeDays: 90,
};

/** An instant so many days after `DAY_0`. */
export function instant(offset: number, msOfDay = 0): Date {
  return new Date(startOfDay(addDays(DAY_0, offset)).getTime() + msOfDay);
}

/** The last instant of a day. */
export function endOf(offset: number): Date {
  return instant(offset, MS_PER_DAY - 1);
}

/** An active day with nothing on it but what is said. */
export function activeDay(offset: number, said: Partial<ActivityDay> = {}): ActivityDay {
  const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
  const at = said.firstAt ?? instant(offset, NOON);
  return { ...none, day: addDays(DAY_0, offset), events: 1, firstAt: at, lastAt: at, ...said };
}

export const visits = (...offsets: readonly number[]) => offsets.map((offset) => activeDay(offset));

export const buys = (...offsets: readonly number[]) =>
  offsets.map((offset) => activeDay(offset, { orders: 1, revenueMinor: 1000 }));
