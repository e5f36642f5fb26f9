import { activeDay, instant } from '../../../../test/support/lifecycle';
import type { DayEvents } from '../../events';
import { fiveStageModel } from '../models/presets';
import { compileModel } from '../stage/compiled';
import { triggerOf } from './trigger.rules';

const byOrders = compileModel(
  {
    ...fiveStageModel,
    stages: [
      { name: 'NEW', description: '' },
      { name: 'BUYER', description: '' },
      { name: 'FAN', description: '' },
    ],
    rules: [
      { stage: 'FAN', when: [{ fact: 'referralsConverted', op: 'GTE', threshold: 1 }] },
      { stage: 'BUYER', when: [{ fact: 'orders', op: 'GTE', threshold: 3 }] },
    ],
    otherwise: { stage: 'NEW', explainedBy: [] },
    atRisk: [],
  },
  null,
);

function told(...signals: readonly DayEvents['telling'][number]['signals'][]): DayEvents {
  return {
    count: signals.length,
    telling: signals.map((one, place) => ({
      signals: one,
      event: {
        eventId: String(place) as DayEvents['telling'][number]['event']['eventId'],
        name: 'Any',
        source: 'test',
        messageId: String(place),
        channel: null,
        properties: {},
        occurredAt: instant(50, place),
        receivedAt: instant(50, place),
      },
    })),
  };
}

const since = instant(50, 0);
const before = activeDay(10, { orders: 1 });

function trigger(stage: string, today: Parameters<typeof activeDay>[1], events: DayEvents) {
  const days = [activeDay(50, { firstAt: since, ...today }), before];
  return triggerOf({ stage, since }, days, events, byOrders)?.messageId ?? null;
}

test('is the first after which the day comes to the stage, and not the first of the day', () => {
  const events = told({}, { orders: 1 }, { likes: 1 }, { orders: 1 }, { orders: 1 });
  expect(trigger('BUYER', { events: 5, orders: 3, likes: 1 }, events)).toBe('3');
});

test('is the first of the day where coming was enough', () => {
  expect(trigger('NEW', { events: 2, likes: 1 }, told({}, { likes: 1 }))).toBe('0');
});

test('is none where others brought the stage about', () => {
  const events = told({}, { orders: 1 });
  expect(trigger('FAN', { events: 2, orders: 1, referralsConverted: 1 }, events)).toBeNull();
  expect(trigger('FAN', { events: 0, referralsConverted: 1 }, told())).toBeNull();
});

test('what others did that day is no reason against an event', () => {
  const events = told({}, { orders: 2 });
  const model = { ...fiveStageModel, rules: byOrders.model.rules.slice(1) };
  const compiled = compileModel({ ...byOrders.model, rules: model.rules }, null);
  const today = activeDay(50, { firstAt: since, events: 2, orders: 2, referralsConverted: 1 });
  const found = triggerOf({ stage: 'BUYER', since }, [before, today], events, compiled);
  expect(found?.messageId).toBe('1');
});

test('cannot be told where events of the day are missing, or the day is', () => {
  expect(trigger('BUYER', { events: 3, orders: 3 }, told({ orders: 2 }))).toBeNull();
  expect(triggerOf({ stage: 'BUYER', since }, [before], told(), byOrders)).toBeNull();
});

test('cannot be told where the day never comes to the stage', () => {
  expect(trigger('BUYER', { events: 1, orders: 1 }, told({ orders: 1 }))).toBeNull();
});
