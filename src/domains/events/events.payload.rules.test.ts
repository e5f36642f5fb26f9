import type { IncomingEvent } from './events.model';
import { readPayload, writePayload } from './events.payload.rules';

const event: IncomingEvent = {
  messageId: 'm-1',
  name: 'Order Completed',
  occurredAt: new Date('2026-06-01T08:00:00.123Z'),
  identifiers: [{ namespace: 'user_id', value: 'ada' }],
  properties: { revenue: 10, coupon: null },
  traits: { name: 'Ada \0' },
  channel: 'web',
};

it('reads back what it wrote', () => {
  expect(readPayload(writePayload(event))).toEqual(event);
});

it.each<[string, object]>([
  ['without a message id', { messageId: undefined }],
  ['without a time', { occurredAt: undefined }],
  ['before our era', { occurredAt: new Date('-000044-03-15T00:00:00Z') }],
  ['with nothing but a name', { identifiers: [], properties: undefined, channel: undefined }],
  ['with what later versions may add', { version: 2 }],
])('reads one %s', (_what, changes) => {
  const changed = { ...event, ...changes };
  expect(readPayload(writePayload(changed))).toEqual(changed);
});

it('takes null for what was left out', () => {
  const text = '{"name":"A","identifiers":[],"messageId":null,"occurredAt":null,"traits":null}';
  expect(readPayload(text)).toEqual({ name: 'A', identifiers: [], occurredAt: undefined });
});

it('takes no half of an event for the whole', () => {
  let value: NonNullable<IncomingEvent['properties']> = {};
  for (let level = 0; level < 50_000; level += 1) value = { value };
  const text = writePayload({ ...event, properties: value });
  expect(JSON.parse(text)).toMatchObject({ messageId: 'm-1', name: 'Order Completed' });
  expect(readPayload(text)).toBeNull();
});

it.each<[string, unknown]>([
  ['a list', [event]],
  ['null', null],
  ['no name', { ...event, name: undefined }],
  ['no identifiers', { ...event, identifiers: undefined }],
  ['identifiers by name', { ...event, identifiers: { user_id: 'ada' } }],
  ['an identifier that is a number', { ...event, identifiers: [{ namespace: 'a', value: 1 }] }],
  ['a message id that is a number', { ...event, messageId: 1 }],
  ['properties that are a list', { ...event, properties: [] }],
  ['traits that are a text', { ...event, traits: 'Ada' }],
  ['a channel that is a number', { ...event, channel: 1 }],
  ['a time in words', { ...event, occurredAt: 'yesterday' }],
  ['a time without a zone', { ...event, occurredAt: '2026-06-01T08:00:00' }],
  ['a day there is not', { ...event, occurredAt: '2026-13-01T08:00:00Z' }],
  ['a time that is a number', { ...event, occurredAt: 1_780_000_000_000 }],
])('reads nothing from %s', (_what, value) => {
  expect(readPayload(JSON.stringify(value))).toBeNull();
});

it('reads nothing from what is no JSON', () => {
  expect(readPayload('{"name": "Order Comp')).toBeNull();
});
