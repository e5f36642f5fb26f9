import type { Brand } from '../../shared/brand';
import { MS_PER_DAY } from '../../shared/days';

/** A UTC calendar month, counted from January of year 0. */
export type Month = Brand<number, 'Month'>;

const MONTHS_PER_YEAR = 12;

/** The UTC month an instant falls in. */
export function monthOf(instant: Date): Month {
  return (instant.getUTCFullYear() * MONTHS_PER_YEAR + instant.getUTCMonth()) as Month;
}

/** The first instant of a month: 00:00:00.000 UTC of its first day. */
export function startOfMonth(month: Month): Date {
  return new Date(Date.UTC(Math.floor(month / MONTHS_PER_YEAR), month % MONTHS_PER_YEAR));
}

/** The first month whose events are kept; those before it ended longer ago than they are kept for. */
export function firstKeptMonth(now: Date, retentionDays: number): Month {
  return monthOf(new Date(now.getTime() - retentionDays * MS_PER_DAY));
}

/** The partition of the events of a month, e.g. `event_y2026m11`. */
export function partitionOf(month: Month): string {
  const [year, ordinal] = startOfMonth(month).toISOString().split('-');
  return `event_y${year}m${ordinal}`;
}

/** The month that a partition is of; null where its name is none of ours. */
export function monthOfPartition(name: string): Month | null {
  const [, year, ordinal] = /^event_y(\d{4})m(\d\d)$/.exec(name) ?? [];
  if (year === undefined || ordinal === undefined) return null;
  return (Number(year) * MONTHS_PER_YEAR + Number(ordinal) - 1) as Month;
}
