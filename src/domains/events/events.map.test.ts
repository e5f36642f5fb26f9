import type { JsonObject, JsonValue } from '../../shared/json';
import type { DailySignals } from '../activity';
import { defaultEventMap } from './events.map';

const dollars = defaultEventMap({ code: 'USD', minorDigits: 2 });
const yen = defaultEventMap({ code: 'JPY', minorDigits: 0 });
const dinars = defaultEventMap({ code: 'KWD', minorDigits: 3 });

function read(name: string, properties: JsonObject, map = dollars) {
  return map.get(name)?.(properties);
}

describe('an amount', () => {
  it.each<[JsonValue, number | 'fault']>([
    [0, 0],
    [-0, 0],
    [1, 100],
    [12.34, 1234],
    [19.99, 1999],
    [1.15, 115],
    [0.29, 29],
    [4.35, 435],
    [0.1 + 0.2, 30],
    ['12.34', 1234],
    [' 12.34 ', 1234],
    ['012', 1200],
    ['0', 0],
    // Half a cent rounds up, on the decimal as it was written and not on its nearest double.
    [1.005, 101],
    ['1.005', 101],
    [8.575, 858],
    [1.0049, 100],
    [0.005, 1],
    [0.004, 0],
    [1e-7, 0],
    [1.5e-7, 0],
    [5e-324, 0],
    [90_000_000_000, 9_000_000_000_000],
    ['89999999999.99', 8_999_999_999_999],
    [90_000_000_000.01, 'fault'],
    [90_000_000_000.004, 9_000_000_000_000],
    [1e21, 'fault'],
    [1e308, 'fault'],
    ['9'.repeat(400), 'fault'],
    [Number.NaN, 'fault'],
    [Number.POSITIVE_INFINITY, 'fault'],
    [-1, 'fault'],
    [-0.01, 'fault'],
    [-1e-9, 'fault'],
    ['-1', 'fault'],
    ['', 'fault'],
    ['1e3', 'fault'],
    ['0x10', 'fault'],
    ['1,50', 'fault'],
    ['1.', 'fault'],
    ['.5', 'fault'],
    ['$5', 'fault'],
    ['12.34 USD', 'fault'],
    ['١٢', 'fault'],
    [true, 'fault'],
    [[1], 'fault'],
    [{ amount: 1 }, 'fault'],
  ])('of %j is %p', (revenue, expected) => {
    const reading = read('Order Completed', { revenue });
    if (expected === 'fault')
      expect(reading).toEqual({ fault: expect.stringContaining('revenue') });
    else expect(reading).toEqual({ orders: 1, revenueMinor: expected });
  });

  it('of two decimals is exact, up to the greatest', () => {
    for (let minor = 1; minor < 9_000_000_000_000; minor = minor * 3 + 7) {
      const text = `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
      expect(read('Order Completed', { revenue: text })).toMatchObject({ revenueMinor: minor });
      expect(read('Order Completed', { revenue: Number(text) })).toMatchObject({
        revenueMinor: minor,
      });
    }
  });

  it('is in the minor units of the currency', () => {
    expect(read('Order Completed', { revenue: 1234.5 }, yen)).toMatchObject({ revenueMinor: 1235 });
    expect(read('Order Completed', { revenue: 1.0005 }, dinars)).toMatchObject({
      revenueMinor: 1001,
    });
  });

  it.each<[string, JsonObject, number | 'fault']>([
    ['the currency left out', { total: 1 }, 100],
    ['no currency', { total: 1, currency: null }, 100],
    ['the currency of the company', { total: 1, currency: 'USD' }, 100],
    ['the same in lower case', { total: 1, currency: 'usd' }, 100],
    ['another currency', { total: 1, currency: 'EUR' }, 'fault'],
    ['an empty currency', { total: 1, currency: '' }, 'fault'],
    ['a currency that is no text', { total: 1, currency: 840 }, 'fault'],
  ])('with %s', (_, properties, expected) => {
    const reading = read('Order Completed', properties);
    if (expected === 'fault') expect(reading).toEqual({ fault: 'The currency must be USD.' });
    else expect(reading).toEqual({ orders: 1, revenueMinor: expected });
  });

  it.each<[string, string, JsonObject, object]>([
    ['revenue first', 'Order Completed', { value: 3, total: 2, revenue: 1 }, { revenueMinor: 100 }],
    ['then total', 'Order Completed', { value: 3, total: 2 }, { revenueMinor: 200 }],
    ['then value', 'Order Completed', { value: 3, revenue: null }, { revenueMinor: 300 }],
    ['zero is there', 'Order Completed', { revenue: 0, total: 2 }, { revenueMinor: 0 }],
    ['total first', 'Order Refunded', { value: 3, total: 2, revenue: 1 }, { refundMinor: 200 }],
    ['then revenue', 'Order Refunded', { value: 3, revenue: 1 }, { refundMinor: 100 }],
    ['then value', 'Order Refunded', { value: 3 }, { refundMinor: 300 }],
  ])('%s, of %s', (_, name, properties, expected) => {
    expect(read(name, properties)).toMatchObject(expected);
  });

  it.each(['Order Completed', 'Order Refunded'])('that is missing is a fault of %s', (name) => {
    expect(read(name, { currency: 'USD' })).toEqual({ fault: expect.stringMatching(/revenue/) });
  });

  it('never repeats what was sent, which may be personal', () => {
    const reading = read('Order Completed', { revenue: 'Ann Lee' });
    expect(JSON.stringify(reading)).not.toContain('Ann');
  });
});

describe('the other names', () => {
  it.each<[string, Partial<DailySignals> | undefined]>([
    ['Signed In', { signIns: 1 }],
    ['Post Created', { posts: 1 }],
    ['Comment Created', { comments: 1 }],
    ['Answer Created', { answers: 1 }],
    ['Content Liked', { likes: 1 }],
    ['Content Shared', { shares: 1 }],
    ['Product Shared', { shares: 1 }],
    ['Event Attended', { attendances: 1 }],
    ['Checked In', { checkIns: 1 }],
    ['Signed Up', undefined],
    ['order completed', undefined],
    ['Page Viewed', undefined],
  ])('%s', (name, expected) => {
    expect(read(name, {})).toEqual(expected);
  });

  it('Order Refunded counts the refund', () => {
    expect(read('Order Refunded', { total: 5 })).toEqual({ refunds: 1, refundMinor: 500 });
  });

  it('Feedback Submitted is read by its own rules', () => {
    expect(read('Feedback Submitted', { kind: 'NPS', score: 10 })).toMatchObject({
      npsAnswers: 1,
      npsPromoters: 1,
    });
    expect(read('Feedback Submitted', { kind: 'NPS', score: 11 })).toHaveProperty('fault');
  });

  it.each(['Consent Updated', 'Segment Consent Preference Updated'])(
    '%s is read by its own rules',
    (name) => {
      expect(read(name, { categoryPreferences: { ads: false } })).toEqual({});
      expect(read(name, { categoryPreferences: {} })).toHaveProperty('fault');
    },
  );
});
