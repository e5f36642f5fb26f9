import type { Currency } from '../../shared/currency';
import type { JsonObject } from '../../shared/json';
import type { DailySignals } from '../activity';
import { consentEventNames, consentSignals } from './maps/consent-preferences';
import { feedbackSignals } from './maps/feedback-signals';

/** What an event of some name means for the day it falls on; a fault says why it makes no sense. */
export type SignalReading = Partial<DailySignals> | { readonly fault: string };

export type EventMap = ReadonlyMap<string, (properties: JsonObject) => SignalReading>;

/** Amounts beyond this are mistakes, and would not fit the sums: 90 billion in a currency of cents. */
const AMOUNT_MINOR_MAX = 9_000_000_000_000;

/**
 * The default map: Segment's e-commerce names, and our own for what Segment has none for. Events
 * of other names count as activity and nothing else.
 * Source: Segment Spec, "Ecommerce events" (`revenue`, `total`, `value`, `currency`).
 */
export function defaultEventMap(currency: Currency): EventMap {
  return new Map<string, (properties: JsonObject) => SignalReading>([
    [
      'Order Completed',
      (properties) => {
        const amount = readAmount(properties, ['revenue', 'total', 'value'], currency);
        return 'fault' in amount ? amount : { orders: 1, revenueMinor: amount.minor };
      },
    ],
    [
      'Order Refunded',
      (properties) => {
        const amount = readAmount(properties, ['total', 'revenue', 'value'], currency);
        return 'fault' in amount ? amount : { refunds: 1, refundMinor: amount.minor };
      },
    ],
    ['Feedback Submitted', feedbackSignals],
    ['Signed In', () => ({ signIns: 1 })],
    ['Post Created', () => ({ posts: 1 })],
    ['Comment Created', () => ({ comments: 1 })],
    ['Answer Created', () => ({ answers: 1 })],
    ['Content Liked', () => ({ likes: 1 })],
    ['Content Shared', () => ({ shares: 1 })],
    ['Product Shared', () => ({ shares: 1 })],
    ['Event Attended', () => ({ attendances: 1 })],
    ['Checked In', () => ({ checkIns: 1 })],
    ...consentEventNames.map((name) => [name, consentSignals] as const),
  ]);
}

/** The first of the properties that is there, in minor units of the company's currency. */
function readAmount(
  properties: JsonObject,
  names: readonly string[],
  currency: Currency,
): { readonly minor: number } | { readonly fault: string } {
  const name = names.find((candidate) => (properties[candidate] ?? null) !== null);
  if (name === undefined) return { fault: `One of ${names.join(', ')} must give the amount.` };
  const stated = properties['currency'] ?? currency.code;
  if (typeof stated !== 'string' || stated.toUpperCase() !== currency.code) {
    return { fault: `The currency must be ${currency.code}.` };
  }
  const value = properties[name];
  const isNumeric =
    typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()));
  const minor = isNumeric ? toMinor(String(value).trim(), currency) : Number.NaN;
  if (!(Number(value) >= 0 && minor <= AMOUNT_MINOR_MAX)) {
    return { fault: `${name} must be an amount from 0 to ${AMOUNT_MINOR_MAX} minor units.` };
  }
  return { minor };
}

/**
 * Half a minor unit rounds up, reckoned on the decimal as it was written: 1.005 is 101 cents, though
 * the double nearest to it is less than that.
 */
function toMinor(amount: string, { minorDigits }: Currency): number {
  const [digits, exponent = '0'] = amount.split('e');
  // Adding 0 turns −0 into 0.
  return Math.round(Number(`${digits}e${Number(exponent) + minorDigits}`)) + 0;
}
