import type { JsonValue } from '../../shared/json';
import { defaultEventMap } from './events.map';
import { everythingAllowed, type IncomingEvent } from './events.model';
import { defaultEventLimits, judgeEvent } from './events.rules';

const now = new Date('2026-06-15T12:00:00Z');
const map = defaultEventMap({ code: 'USD', minorDigits: 2 });

function event(changes: Partial<IncomingEvent> = {}): IncomingEvent {
  return {
    messageId: 'm-1',
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: 'ann' }],
    ...changes,
  };
}

function judge(one: IncomingEvent): string {
  const judgement = judgeEvent(one, map, defaultEventLimits, everythingAllowed, now);
  return judgement.valid ? 'valid' : judgement.reason;
}

function identifiers(count: number) {
  return Array.from({ length: count }, (_, index) => ({ namespace: 'd', value: String(index) }));
}

function nested(depth: number): JsonValue {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as JsonValue;
}

/** An event of exactly so many bytes of JSON. */
function ofBytes(bytes: number, filler = 'x'): IncomingEvent {
  const empty = Buffer.byteLength(JSON.stringify(event({ properties: { text: '' } })));
  const letters = (bytes - empty) / Buffer.byteLength(filler);
  return event({ properties: { text: filler.repeat(letters) } });
}

function traits(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, index]));
}

const {
  eventBytesMax,
  messageIdLengthMax,
  nameLengthMax,
  identifiersMax,
  traitsMax,
  traitNameLengthMax,
  clockSkewMsMax,
} = defaultEventLimits;

describe('the judgement of one event', () => {
  it.each<[string, IncomingEvent, string]>([
    ['a plain one', event(), 'valid'],
    ['no message id', event({ messageId: '' }), 'MISSING_MESSAGE_ID'],
    ['a blank message id', event({ messageId: ' \t' }), 'MISSING_MESSAGE_ID'],
    ['the longest message id', event({ messageId: 'x'.repeat(messageIdLengthMax) }), 'valid'],
    [
      'a message id one longer',
      event({ messageId: 'x'.repeat(messageIdLengthMax + 1) }),
      'MESSAGE_ID_TOO_LONG',
    ],
    ['no name', event({ name: '' }), 'MISSING_NAME'],
    ['a blank name', event({ name: '\n ' }), 'MISSING_NAME'],
    ['the longest name', event({ name: 'x'.repeat(nameLengthMax) }), 'valid'],
    ['a name one longer', event({ name: 'x'.repeat(nameLengthMax + 1) }), 'NAME_TOO_LONG'],
    ['the most identifiers', event({ identifiers: identifiers(identifiersMax) }), 'valid'],
    [
      'one identifier more',
      event({ identifiers: identifiers(identifiersMax + 1) }),
      'TOO_MANY_IDENTIFIERS',
    ],
    ['the most traits', event({ traits: traits(traitsMax) }), 'valid'],
    ['one trait more', event({ traits: traits(traitsMax + 1) }), 'TOO_MANY_TRAITS'],
    [
      'the longest name of a trait',
      event({ traits: { ['x'.repeat(traitNameLengthMax)]: 1 } }),
      'valid',
    ],
    [
      'one longer',
      event({ traits: { a: 1, ['x'.repeat(traitNameLengthMax + 1)]: 1 } }),
      'TRAIT_NAME_TOO_LONG',
    ],
    ['the largest', ofBytes(eventBytesMax), 'valid'],
    ['one byte more', ofBytes(eventBytesMax + 1), 'EVENT_TOO_LARGE'],
    ['bytes are counted, not letters', ofBytes(eventBytesMax + 2, 'ü'), 'EVENT_TOO_LARGE'],
    ['the first instant there is', event({ occurredAt: new Date(0) }), 'valid'],
    ['one millisecond before', event({ occurredAt: new Date(-1) }), 'OCCURRED_TOO_EARLY'],
    ['no instant at all', event({ occurredAt: new Date('?') }), 'OCCURRED_TOO_EARLY'],
    ['now', event({ occurredAt: now }), 'valid'],
    [
      'as far ahead as a clock may run',
      event({ occurredAt: new Date(now.getTime() + clockSkewMsMax) }),
      'valid',
    ],
    [
      'one millisecond further',
      event({ occurredAt: new Date(now.getTime() + clockSkewMsMax + 1) }),
      'OCCURRED_IN_FUTURE',
    ],
    ['NUL in the message id', event({ messageId: 'a\0' }), 'UNSTORABLE_TEXT'],
    ['NUL in the name', event({ name: 'a\0' }), 'UNSTORABLE_TEXT'],
    ['NUL in the channel', event({ channel: '\0' }), 'UNSTORABLE_TEXT'],
    ['NUL in a property', event({ properties: { a: ['b', { c: '\0' }] } }), 'UNSTORABLE_TEXT'],
    ['NUL in the name of a property', event({ properties: { 'a\0': 1 } }), 'UNSTORABLE_TEXT'],
    ['NUL in a trait', event({ traits: { city: 'a\0' } }), 'UNSTORABLE_TEXT'],
    ['half a surrogate pair', event({ traits: { city: '\udc00' } }), 'UNSTORABLE_TEXT'],
    ['a whole one', event({ traits: { city: '😀' } }), 'valid'],
    ['properties as deep as allowed', event({ properties: { a: nested(31) } }), 'valid'],
    ['one level deeper', event({ properties: { a: nested(32) } }), 'NESTED_TOO_DEEPLY'],
    ['traits too deep', event({ traits: { a: nested(32) } }), 'NESTED_TOO_DEEPLY'],
    [
      'deep enough to exhaust a stack',
      event({ properties: { a: nested(2e6) } }),
      'NESTED_TOO_DEEPLY',
    ],
    ['the same within 32 KiB', event({ properties: { a: nested(16_000) } }), 'NESTED_TOO_DEEPLY'],
    [
      'an order without an amount',
      event({ name: 'Order Completed', properties: {} }),
      'INVALID_PROPERTIES',
    ],
    ['an order without properties', event({ name: 'Order Completed' }), 'INVALID_PROPERTIES'],
    [
      'an order with an amount',
      event({ name: 'Order Completed', properties: { total: 1 } }),
      'valid',
    ],
    ['a name from the prototype', event({ name: 'constructor' }), 'valid'],
  ])('%s', (_, one, expected) => {
    expect(judge(one)).toBe(expected);
  });

  it('names the first fault of several', () => {
    expect(judge(event({ messageId: '', name: '', occurredAt: new Date(-1) }))).toBe(
      'MISSING_MESSAGE_ID',
    );
  });

  it('gives the time of arrival to an event without one, and no signals to an unknown name', () => {
    expect(judgeEvent(event(), map, defaultEventLimits, everythingAllowed, now)).toEqual({
      valid: true,
      occurredAt: now,
      signals: {},
    });
  });

  it('reads the signals of a known name', () => {
    const occurredAt = new Date('2026-01-01T00:00:00Z');
    const one = event({ name: 'Order Completed', properties: { revenue: 12.5 }, occurredAt });
    expect(judgeEvent(one, map, defaultEventLimits, everythingAllowed, now)).toEqual({
      valid: true,
      occurredAt,
      signals: { orders: 1, revenueMinor: 1250 },
    });
  });
});

describe('an event of a month that is not kept', () => {
  const limits = { ...defaultEventLimits, retentionDays: 60 };
  const at = (occurredAt: string) =>
    judgeEvent(event({ occurredAt: new Date(occurredAt) }), map, limits, everythingAllowed, now);

  it('is too old, and told since when events are kept', () => {
    expect(at('2026-03-31T23:59:59.999Z')).toEqual({
      valid: false,
      reason: 'TOO_OLD',
      detail: 'Events are kept since 2026-04-01T00:00:00.000Z, and it happened before.',
    });
    expect(at('2026-04-01T00:00:00Z')).toMatchObject({ valid: true });
  });

  it('is taken where events are kept for ever', () => {
    expect(judge(event({ occurredAt: new Date('1971-01-01T00:00:00Z') }))).toBe('valid');
  });
});
