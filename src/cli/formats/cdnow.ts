import type { IncomingEvent } from '../../domains/events';
import { addDays, dayOf, type EpochDay, formatDay, startOfDay } from '../../shared/days';
import { splitLines } from './lines';

/** One line of the CDNOW log: one purchase. */
export interface CdnowOrder {
  /** Five digits, as in the file. */
  readonly customerId: string;
  /** The day in the log; the hour was not recorded. */
  readonly day: EpochDay;
  /** Compact discs bought. */
  readonly units: number;
  /** US cents; 0 where everything was free. */
  readonly revenueMinor: number;
  /** 1 for the customer's first line of that day, 2 for the second … */
  readonly ordinal: number;
}

export type CdnowFaultCode =
  | 'LINE_TOO_LONG'
  | 'WRONG_COLUMN_COUNT'
  | 'INVALID_CUSTOMER_ID'
  | 'INVALID_DATE'
  | 'INVALID_UNITS'
  | 'INVALID_AMOUNT';

export interface CdnowFault {
  readonly code: CdnowFaultCode;
  /** One sentence for a person. */
  readonly message: string;
}

/** What became of one line; lines are counted from 1. */
export type CdnowLine =
  | { readonly lineNumber: number; readonly order: CdnowOrder }
  | { readonly lineNumber: number; readonly fault: CdnowFault };

/** What a log holds, found by reading it once. */
export interface CdnowSurvey {
  readonly orders: number;
  /** The day of the latest order; null where there is no order. */
  readonly latestDay: EpochDay | null;
}

/** Longer than any purchase, so that a file that is no log at all is not read into memory. */
const LINE_BYTES_MAX = 200;
const UNITS_MAX = 10_000;
const REVENUE_MINOR_MAX = 100_000_000;
const YEAR_MIN = 1970;
const YEAR_MAX = 2099;

/**
 * Reads the log of purchases at CDNOW line by line, in the form of the full log (customer, date
 * `YYYYMMDD`, number of CDs, dollars) or of its published tenth (customer, number within the
 * sample, date, CDs, dollars). Blank lines and a heading before the first purchase are passed
 * over; a line that is no purchase is told as a fault, and reading goes on. Memory grows with the
 * customers' purchase days only: they are counted, so that the n-th purchase of a customer on a
 * day is the n-th whatever lines of other customers and days stand between.
 *
 * @param chunks the file as it comes, e.g. a read stream; its errors are passed on
 */
export async function* readCdnow(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<CdnowLine, void, undefined> {
  const linesOfCustomerDay = new Map<string, number>();
  let isHeadingPossible = true;
  for await (const line of splitLines(chunks, { lineBytesMax: LINE_BYTES_MAX })) {
    const { lineNumber, text } = line;
    if (line.fault === 'TOO_LONG') {
      yield { lineNumber, fault: fault('LINE_TOO_LONG', `over ${LINE_BYTES_MAX} bytes`) };
      continue;
    }
    const columns = text.trim().split(/\s+/);
    if (columns[0] === '') continue;
    const isHeading = isHeadingPossible && columns[0] === 'customer_id';
    isHeadingPossible = false;
    if (isHeading) continue;

    const parsed = parseColumns(columns);
    if ('code' in parsed) {
      yield { lineNumber, fault: parsed };
      continue;
    }
    const customerDay = `${parsed.customerId}:${parsed.day}`;
    const ordinal = (linesOfCustomerDay.get(customerDay) ?? 0) + 1;
    linesOfCustomerDay.set(customerDay, ordinal);
    yield { lineNumber, order: { ...parsed, ordinal } };
  }
}

/** Reads a log once through: how many orders it has, and its latest day. */
export async function surveyCdnow(chunks: AsyncIterable<Uint8Array>): Promise<CdnowSurvey> {
  let orders = 0;
  let latestDay: EpochDay | null = null;
  for await (const line of readCdnow(chunks)) {
    if ('fault' in line) continue;
    orders += 1;
    if (latestDay === null || line.order.day > latestDay) latestDay = line.order.day;
  }
  return { orders, latestDay };
}

/** The days by which a log has to move for its latest day to be today (UTC). */
export function shiftDaysToNow(latestDay: EpochDay, now: Date): number {
  return dayOf(now) - latestDay;
}

/**
 * The order as an event. Its message id is made from the log alone, so that the same purchase is
 * the same event in every run, on whatever day and by whatever number of days it is moved.
 *
 * @param shiftDays whole days added to the day of the log; 0 keeps it
 */
export function cdnowOrderToEvent(order: CdnowOrder, shiftDays: number): IncomingEvent {
  const { customerId, day, units, revenueMinor, ordinal } = order;
  const loggedDay = formatDay(day).replaceAll('-', '');
  // The log has no hours. The first seconds of the day, and not its noon: a log that is moved to
  // end today would otherwise end in the future every morning.
  const occurredAt = new Date(startOfDay(addDays(day, shiftDays)).getTime() + ordinal * 1000);
  return {
    messageId: `cdnow:${customerId}:${loggedDay}:${ordinal}`,
    name: 'Order Completed',
    occurredAt,
    identifiers: [{ namespace: 'user_id', value: customerId }],
    properties: {
      order_id: `cdnow-${customerId}-${loggedDay}-${ordinal}`,
      revenue: revenueMinor / 100,
      currency: 'USD',
      units,
    },
    channel: 'web',
  };
}

/** The columns of one line as an order that is not yet counted, or the first fault found. */
function parseColumns(columns: readonly string[]): Omit<CdnowOrder, 'ordinal'> | CdnowFault {
  if (columns.length !== 4 && columns.length !== 5) {
    return fault('WRONG_COLUMN_COUNT', `${columns.length} columns where 4 or 5 are expected`);
  }
  const [customerId = ''] = columns;
  const [date = '', units = '', dollars = ''] = columns.slice(-3);
  if (!/^\d{5}$/.test(customerId)) {
    return fault('INVALID_CUSTOMER_ID', `customer "${customerId}" is not five digits`);
  }
  if (columns.length === 5 && !/^\d{4}$/.test(columns[1] ?? '')) {
    return fault('INVALID_CUSTOMER_ID', `number in the sample "${columns[1]}" is not four digits`);
  }
  const day = parseDay(date);
  if (day === null) {
    return fault('INVALID_DATE', `"${date}" is not a day YYYYMMDD of ${YEAR_MIN} to ${YEAR_MAX}`);
  }
  const unitCount = /^\d{1,6}$/.test(units) ? Number(units) : Number.NaN;
  if (!(unitCount >= 1 && unitCount <= UNITS_MAX)) {
    return fault('INVALID_UNITS', `number of CDs "${units}" is not 1 to ${UNITS_MAX}`);
  }
  const revenueMinor = parseDollars(dollars);
  if (revenueMinor === null || revenueMinor > REVENUE_MINOR_MAX) {
    return fault(
      'INVALID_AMOUNT',
      `"${dollars}" is not an amount of 0 to ${REVENUE_MINOR_MAX / 100} dollars`,
    );
  }
  return { customerId, day, units: unitCount, revenueMinor };
}

/** `YYYYMMDD` as a day, or null where the calendar has no such day. */
function parseDay(text: string): EpochDay | null {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (parts === null) return null;
  const year = Number(parts[1]);
  if (year < YEAR_MIN || year > YEAR_MAX) return null;
  const day = dayOf(new Date(Date.UTC(year, Number(parts[2]) - 1, Number(parts[3]))));
  // Date rolls 30 February over into March: only a real day comes back as it was written.
  return formatDay(day).replaceAll('-', '') === text ? day : null;
}

/** Dollars as cents; read digit by digit, since 0.29 × 100 is not 29 in binary fractions. */
function parseDollars(text: string): number | null {
  const parts = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text);
  if (parts === null) return null;
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
}

function fault(code: CdnowFaultCode, reason: string): CdnowFault {
  return { code, message: `Not a purchase: ${reason}.` };
}
