import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCdnow } from '../../src/cli/formats/cdnow';
import { type ActivityDay, signalNames } from '../../src/domains/activity';
import { startOfDay } from '../../src/shared/days';

const folder = join(__dirname, '../../../shared/data/cdnow');

/** Whether the published log is on this machine; it is not ours to hand on. */
export const hasCdnow = existsSync(join(folder, 'CDNOW_master.txt'));

/** The days of each customer, by their number in the log. */
export type CdnowCustomers = ReadonlyMap<string, readonly ActivityDay[]>;

/** Reads a published log. */
export async function cdnowCustomers(
  log: 'CDNOW_master.txt' | 'CDNOW_sample.txt',
): Promise<CdnowCustomers> {
  const customers = new Map<string, Map<number, ActivityDay>>();
  for await (const line of readCdnow(createReadStream(join(folder, log)))) {
    if ('fault' in line) throw new Error(line.fault.message);
    const { customerId, day, revenueMinor } = line.order;
    const days = customers.get(customerId) ?? new Map<number, ActivityDay>();
    customers.set(customerId, days);
    const before = days.get(day);
    const at = startOfDay(day);
    days.set(day, {
      ...nothing,
      day,
      firstAt: at,
      lastAt: at,
      events: 1 + (before?.events ?? 0),
      orders: 1 + (before?.orders ?? 0),
      revenueMinor: revenueMinor + (before?.revenueMinor ?? 0),
    });
  }
  return new Map([...customers].map(([customer, days]) => [customer, [...days.values()]]));
}

const nothing = Object.fromEntries(signalNames.map((name) => [name, 0])) as Pick<
  ActivityDay,
  (typeof signalNames)[number]
>;
