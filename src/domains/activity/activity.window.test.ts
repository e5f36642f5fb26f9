import { addDays, type EpochDay, MS_PER_DAY, startOfDay } from '../../shared/days';
import { type ActivityDay, signalNames } from './activity.model';
import { walkWindow } from './activity.window';

const DAY_0 = 20_000 as EpochDay;

function instant(offset: number): Date {
  return new Date(startOfDay(DAY_0).getTime() + offset * MS_PER_DAY);
}

function day(offset: number, signals: Partial<ActivityDay>): ActivityDay {
  const none = Object.fromEntries(signalNames.map((name) => [name, 0])) as unknown as ActivityDay;
  const at = instant(offset + 0.5);
  return { ...none, day: addDays(DAY_0, offset), events: 1, firstAt: at, lastAt: at, ...signals };
}

const order = (offset: number, revenueMinor: number) => day(offset, { orders: 1, revenueMinor });
const refund = (offset: number, refundMinor: number) => day(offset, { refundMinor });

type Told = readonly [at: number, orders: number, netMinor: number, isEntry: boolean];

test.each<[string, readonly ActivityDay[], readonly Told[]]>([
  ['nothing', [], []],
  ['a day without an order enters, and leaves nothing to leave', [day(3, {})], [[3, 0, 0, true]]],
  [
    'days in any order',
    [refund(4, 30), order(1, 100)],
    [
      [1, 1, 100, true],
      [4, 1, 70, true],
      [11, 0, -30, false],
      [14, 0, 0, false],
    ],
  ],
  [
    'one leaves as another enters',
    [order(0, 100), order(10, 50)],
    [
      [0, 1, 100, true],
      [10, 1, 50, true],
      [20, 0, 0, false],
    ],
  ],
  [
    'an order refunded on its day still counts as one',
    [day(0, { orders: 1, revenueMinor: 5, refundMinor: 5 })],
    [
      [0, 1, 0, true],
      [10, 0, 0, false],
    ],
  ],
])('a window of ten days: %s', (_, days, expected) => {
  const steps = walkWindow(days, 10, (one) => startOfDay(one.day));
  expect(steps).toEqual(
    expected.map(([at, orders, netMinor, isEntry]) => ({
      at: instant(at),
      orders,
      netMinor,
      isEntry,
    })),
  );
});

test('a day counts from when it is said to, and leaves at midnight', () => {
  const steps = walkWindow([order(0, 100)], 10, (one) => one.firstAt);
  expect(steps.map(({ at }) => at)).toEqual([instant(0.5), instant(10)]);
});
