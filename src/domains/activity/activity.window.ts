import { addDays, startOfDay } from '../../shared/days';
import type { ActivityDay } from './activity.model';

/** What a sliding window holds from one instant on, until the next step. */
export interface WindowStep {
  readonly at: Date;
  readonly orders: number;
  /** Revenue less refunds. Minor units; may be below 0. */
  readonly netMinor: number;
  /** Whether a day enters here; else days only leave. */
  readonly isEntry: boolean;
}

/**
 * The orders and the revenue less refunds of a window of UTC days that ends with the current one,
 * at each instant at which they may change, ascending. What enters and leaves at one instant does
 * so at once. A day leaves at the midnight `lengthDays` after its own.
 * @param days in any order, one entry per day
 * @param entersAt when a day begins to count, within that day
 */
export function walkWindow(
  days: readonly ActivityDay[],
  lengthDays: number,
  entersAt: (day: ActivityDay) => Date,
): readonly WindowStep[] {
  const changes = days.flatMap((day): WindowStep[] => {
    const { orders } = day;
    const netMinor = day.revenueMinor - day.refundMinor;
    const entry = { at: entersAt(day), orders, netMinor, isEntry: true };
    if (orders === 0 && netMinor === 0) return [entry];
    const at = startOfDay(addDays(day.day, lengthDays));
    return [entry, { at, orders: -orders, netMinor: -netMinor, isEntry: false }];
  });
  changes.sort((left, right) => left.at.getTime() - right.at.getTime());
  const steps: WindowStep[] = [];
  for (const { at, orders, netMinor, isEntry } of changes) {
    const last = steps.at(-1);
    const isSameInstant = last?.at.getTime() === at.getTime();
    if (isSameInstant) steps.pop();
    steps.push({
      at,
      orders: (last?.orders ?? 0) + orders,
      netMinor: (last?.netMinor ?? 0) + netMinor,
      isEntry: isEntry || (isSameInstant && last?.isEntry === true),
    });
  }
  return steps;
}
