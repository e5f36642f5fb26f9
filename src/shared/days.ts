import type { Brand } from './brand';

/**
 * A UTC calendar day, counted from 1970-01-01 (day 0). Whole numbers make windows plain
 * subtraction and keep time zones out of every rule.
 */
export type EpochDay = Brand<number, 'EpochDay'>;

/** Every UTC day is this long: its clocks never change. */
export const MS_PER_DAY = 86_400_000;

/** The UTC day an instant falls on. */
export function dayOf(instant: Date): EpochDay {
  return Math.floor(instant.getTime() / MS_PER_DAY) as EpochDay;
}

/** The first instant of a day: 00:00:00.000 UTC. */
export function startOfDay(day: EpochDay): Date {
  return new Date(day * MS_PER_DAY);
}

/** The day `days` later (earlier where negative). */
export function addDays(day: EpochDay, days: number): EpochDay {
  return (day + days) as EpochDay;
}

/** `YYYY-MM-DD`. */
export function formatDay(day: EpochDay): string {
  return startOfDay(day).toISOString().slice(0, 10);
}
