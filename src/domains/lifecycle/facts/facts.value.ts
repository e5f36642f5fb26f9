import { daysWithin, type FactDefinition, fixed, growing, sumWithin } from './fact-kinds';
import { type History, seriesPlace } from './history';

const ORDERS = seriesPlace('orders');

/** Of somebody who never ordered there is no last order. */
const lastOrderDay = (history: History) => {
  const orders = history.seriesAt(ORDERS);
  return orders.count === 0 ? null : orders.last;
};

const orderDays = (history: History) => history.seriesAt(ORDERS).count;

const UNBOUNDED = { min: 0, max: Number.POSITIVE_INFINITY } as const;

/** What a customer is worth in money. An order day is one on which they ordered. */
export const valueFacts = {
  orders: {
    ...fixed((history) => history.series('orders').total),
    ...UNBOUNDED,
    unit: 'COUNT',
    label: { en: 'orders', zh: '订单数' },
    description: 'Orders of all time.',
  },
  orderDays: {
    ...fixed(orderDays),
    ...UNBOUNDED,
    unit: 'COUNT',
    label: { en: 'order days', zh: '下单天数' },
    description: 'Order days of all time: several orders of one day are one act of buying.',
  },
  orderDays90: {
    ...daysWithin('orders', 90),
    unit: 'COUNT',
    label: { en: 'order days of the last 90 days', zh: '近90天下单天数' },
    description: 'Order days of the last 90 days.',
    min: 0,
    max: 90,
  },
  orderDays365: {
    ...daysWithin('orders', 365),
    unit: 'COUNT',
    label: { en: 'order days of the last 365 days', zh: '近365天下单天数' },
    description: 'Order days of the last 365 days.',
    min: 0,
    max: 365,
  },
  repurchases: {
    ...fixed((history) => Math.max(orderDays(history) - 1, 0)),
    ...UNBOUNDED,
    unit: 'COUNT',
    label: { en: 'repurchases', zh: '复购次数' },
    description: 'Order days after the first.',
  },
  orderSilenceDays: {
    ...growing(lastOrderDay),
    ...UNBOUNDED,
    unit: 'DAYS',
    label: { en: 'days since the last order', zh: '距上次下单天数' },
    description: 'Days since the last order day. Null before the first order.',
  },
  orderCadenceDays: {
    ...fixed((history) => history.ownOrderCadenceDays),
    ...UNBOUNDED,
    unit: 'DAYS',
    label: { en: 'usual days between orders', zh: '个人复购周期(天)' },
    description:
      'The own repurchase cycle: the median number of days from one occasion of ordering to the ' +
      'next. Null before the third order day.',
  },
  revenue30: revenueWithin(30),
  revenue90: revenueWithin(90),
  revenue365: revenueWithin(365),
  revenue: {
    ...fixed((history) => history.series('revenue').total),
    ...UNBOUNDED,
    unit: 'MONEY_MINOR',
    label: { en: 'revenue', zh: '累计消费额' },
    description: 'Revenue of all time, refunds not taken off. Minor units of the currency.',
  },
  refunds: {
    ...fixed((history) => history.series('refunds').total),
    ...UNBOUNDED,
    unit: 'COUNT',
    label: { en: 'refunds', zh: '退款次数' },
    description: 'Refunds of all time.',
  },
  refundShare: {
    ...fixed((history) => {
      const revenue = history.series('revenue').total;
      return revenue <= 0 ? null : history.series('refunded').total / revenue;
    }),
    ...UNBOUNDED,
    unit: 'RATIO',
    label: { en: 'share of revenue refunded', zh: '退款金额占比' },
    description: 'Part of all revenue that was paid back. Null without revenue.',
  },
} as const satisfies Readonly<Record<string, FactDefinition>>;

function revenueWithin(lengthDays: number): FactDefinition {
  return {
    ...sumWithin('revenue', lengthDays),
    ...UNBOUNDED,
    unit: 'MONEY_MINOR',
    label: { en: `revenue of the last ${lengthDays} days`, zh: `近${lengthDays}天消费额` },
    description: `Revenue of the last ${lengthDays} days, refunds not taken off. Minor units of the currency.`,
  };
}
