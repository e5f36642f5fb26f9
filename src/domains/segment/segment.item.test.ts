import type { JsonObject, JsonValue } from '../../shared/json';
import type { IncomingEvent } from '../events';
import { type ReadItem, readItem } from './segment.item.rules';
import type { SentRequest } from './segment.model';

const receivedAt = new Date('2026-11-20T10:00:00Z');

const knowledge = {
  namespaces: new Set(['user_id', 'email', 'phone', 'device_id', 'anonymous_id', 'member_card']),
  userIds: new Set(['old-user']),
};

function read(item: JsonValue, request: Partial<SentRequest> = {}): ReadItem {
  const sent = { items: [item], context: null, sentAtMs: null, callType: null, ...request };
  return readItem(item, sent, receivedAt, () => 'given-1', knowledge);
}

function readEvent(item: JsonObject, request: Partial<SentRequest> = {}): IncomingEvent {
  const result = read({ messageId: 'm-1', ...item }, request);
  if ('unreadable' in result) throw new Error(result.unreadable.detail);
  return result.event;
}

function identifiers(item: JsonObject, request: Partial<SentRequest> = {}): readonly string[] {
  return readEvent(item, request).identifiers.map(
    ({ namespace, value }) => `${namespace}:${value}`,
  );
}

describe('the calls', () => {
  it.each<[string, JsonObject, Partial<IncomingEvent>]>([
    [
      'identify',
      { type: 'identify', userId: 'u1', traits: { email: 'a@b.c', plan: 'pro' } },
      { name: 'Identify', properties: undefined, traits: { email: 'a@b.c', plan: 'pro' } },
    ],
    ['identify without traits', { type: 'identify', userId: 'u1' }, { traits: undefined }],
    [
      'track',
      { type: 'track', userId: 'u1', event: 'Order Completed', properties: { revenue: 5 } },
      { name: 'Order Completed', properties: { revenue: 5 }, traits: undefined },
    ],
    ['track without an event', { type: 'track', userId: 'u1' }, { name: '' }],
    [
      'page',
      { type: 'page', userId: 'u1', name: 'Home', category: 'Shop', properties: { path: '/' } },
      { name: 'Page Viewed', properties: { path: '/', name: 'Home', category: 'Shop' } },
    ],
    [
      'screen',
      { type: 'screen', anonymousId: 'a1', name: 'Cart', properties: { name: 'other' } },
      { name: 'Screen Viewed', properties: { name: 'Cart' } },
    ],
    [
      'group, whose traits are not the customer’s',
      { type: 'group', userId: 'u1', groupId: 'acme', traits: { email: 'office@acme.io' } },
      {
        name: 'Group',
        properties: { groupId: 'acme', traits: { email: 'office@acme.io' } },
        traits: { account_id: 'acme' },
        identifiers: [{ namespace: 'user_id', value: 'u1' }],
      },
    ],
    [
      'alias',
      { type: 'alias', userId: 'u1', previousId: 'a1' },
      { name: 'Alias', properties: { previousId: 'a1' }, traits: undefined },
    ],
  ])('%s', (_case, item, expected) => {
    expect(readEvent(item)).toMatchObject(expected);
  });

  it('are those of the address, whatever the item says', () => {
    expect(readEvent({ type: 'track', userId: 'u1' }, { callType: 'page' }).name).toBe(
      'Page Viewed',
    );
  });

  it('traits of a track are told of another call, and not of the customer', () => {
    const item = { type: 'track', userId: 'u1', event: 'E', context: { traits: { plan: 'pro' } } };
    expect(readEvent(item).traits).toBeUndefined();
  });
});

describe('identifiers', () => {
  const track = { type: 'track', event: 'E' };

  it.each<[string, JsonObject, readonly string[]]>([
    ['both ids', { ...track, userId: 'u1', anonymousId: 'a1' }, ['user_id:u1', 'anonymous_id:a1']],
    ['an id that is a number', { ...track, userId: 7 }, ['user_id:7']],
    ['none', track, []],
    ['null and empty', { ...track, userId: null, anonymousId: '' }, []],
    ['an object names nobody', { ...track, userId: { id: 1 } }, ['user_id:[object Object]']],
    [
      'traits of identify',
      { type: 'identify', userId: 'u1', traits: { email: 'a@b.c', phone: '+491234' } },
      ['user_id:u1', 'email:a@b.c', 'phone:+491234'],
    ],
    [
      'traits in the context, each value once',
      {
        type: 'identify',
        userId: 'u1',
        traits: { email: 'a@b.c' },
        context: { traits: { email: 'a@b.c', phone: '+491234' } },
      },
      ['user_id:u1', 'email:a@b.c', 'phone:+491234'],
    ],
    ['the device', { ...track, context: { device: { id: 'd1' } } }, ['device_id:d1']],
    [
      'external ids, of namespaces of the policy',
      {
        ...track,
        context: {
          externalIds: [
            { id: 'c1', type: 'member_card', collection: 'users', encoding: 'none' },
            { id: 'c2', type: 'member_card' },
            { id: 'c3', type: 'member_card', collection: 'accounts', encoding: 'none' },
            { id: 'c4', type: 'member_card', collection: 'users', encoding: 'sha256' },
            { id: 'x', type: 'ga_client_id', collection: 'users', encoding: 'none' },
            { id: 'prf_1', type: 'profile_id', collection: 'users', encoding: 'none' },
            'nonsense',
          ],
        },
      },
      ['member_card:c1', 'member_card:c2'],
    ],
    ['external ids that are no list', { ...track, context: { externalIds: {} } }, []],
  ])('%s', (_case, item, expected) => {
    expect(identifiers(item)).toEqual(expected);
  });

  it('of which there are many too many are read in no time', () => {
    const externalIds = Array.from({ length: 100_000 }, (_, id) => ({ id, type: 'member_card' }));
    const startedAt = Date.now();
    expect(identifiers({ ...track, context: { externalIds } })).toHaveLength(100_000);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it.each<[string, JsonObject, readonly string[], string | null]>([
    ['an anonymous id', { previousId: 'a1' }, ['user_id:u1', 'anonymous_id:a1'], null],
    [
      'the anonymous id that the item has anyway',
      { previousId: 'a1', anonymousId: 'a1' },
      ['user_id:u1', 'anonymous_id:a1'],
      null,
    ],
    [
      'the id of a user, which comes last',
      { previousId: 'old-user', anonymousId: 'a1' },
      ['user_id:u1', 'anonymous_id:a1', 'user_id:old-user'],
      null,
    ],
    ['of itself', { previousId: 'u1' }, ['user_id:u1'], 'ALIAS_OF_ITSELF'],
  ])('of an alias: %s', (_case, item, expected, warning) => {
    const result = read({ type: 'alias', messageId: 'm', userId: 'u1', ...item });
    expect(result).toMatchObject({ warning });
    expect(identifiers({ type: 'alias', userId: 'u1', ...item })).toEqual(expected);
  });
});

describe('context', () => {
  const track = { type: 'track', event: 'E', userId: 'u1' };
  const page = { url: 'https://shop.example/', path: '/' };

  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['none', track, undefined],
    ['what nobody needs', { ...track, context: { ip: '1.2.3.4', userAgent: 'x' } }, undefined],
    [
      'what is kept',
      { ...track, properties: { a: 1 }, context: { page, locale: 'de', ip: '1.2.3.4' } },
      { a: 1, context: { page, locale: 'de' } },
    ],
    [
      'a property of that name stays',
      { ...track, properties: { context: 'mine' }, context: { page } },
      { context: 'mine' },
    ],
    [
      'the page of a page call is in its properties',
      { type: 'page', userId: 'u1', properties: page, context: { page, locale: 'de' } },
      { ...page, context: { locale: 'de' } },
    ],
    [
      'the page of a page call without properties is kept',
      { type: 'page', userId: 'u1', context: { page } },
      { context: { page } },
    ],
    [
      'a name that is no name of a member',
      { ...track, context: { page }, properties: JSON.parse('{"__proto__": {"revenue": 1}}') },
      { context: { page } },
    ],
  ])('%s', (_case, item, expected) => {
    expect(readEvent(item).properties).toEqual(expected);
  });

  it('of the batch is merged into that of the item, whose members win', () => {
    const context = { locale: 'de', app: { name: 'shop', version: '1' }, device: { id: 'd1' } };
    const item = { ...track, context: { locale: 'fr', app: { version: '2' } } };
    const event = readEvent(item, { context });
    expect(event.properties).toEqual({
      context: { app: { name: 'shop', version: '2' }, device: { id: 'd1' }, locale: 'fr' },
    });
    expect(event.identifiers).toContainEqual({ namespace: 'device_id', value: 'd1' });
  });

  it.each([
    ['analytics.js', 'web'],
    ['@segment/analytics-next', 'web'],
    ['analytics-ios', 'app'],
    ['analytics-kotlin', 'app'],
    ['@segment/analytics-react-native', 'app'],
    ['RudderLabs JavaScript SDK', 'web'],
    ['@segment/analytics-node', 'server'],
    ['analytics-go', 'server'],
    ['analytics-python', 'server'],
    ['Analytics.NET', 'server'],
    ['something else', undefined],
  ])('the library %s is the channel %s', (name, channel) => {
    expect(readEvent({ ...track, context: { library: { name } } }).channel).toBe(channel);
  });

  it.each<[string, JsonObject, number | undefined]>([
    ['a number', { event_version: 2 }, 2],
    ['a number in text', { event_version: '2' }, 2],
    ['nothing', {}, undefined],
    ['what is no version', { event_version: '2024-01' }, undefined],
    ['an empty text', { event_version: '' }, undefined],
  ])('the version of the schema is %s', (_, protocols, version) => {
    expect(readEvent({ ...track, context: { protocols } }).schemaVersion).toBe(version);
  });

  it('the channel that the item states counts', () => {
    const context = { library: { name: 'analytics.js' } };
    expect(readEvent({ ...track, channel: 'store', context }).channel).toBe('store');
  });
});

describe('consent', () => {
  const consent = { categoryPreferences: { Advertising: false } };

  it.each<[string, JsonObject, JsonValue | undefined]>([
    ['moves to the properties', { event: 'Consent Updated', context: { consent } }, consent],
    [
      'of Segment’s own event as well',
      { event: 'Segment Consent Preference Updated', context: { consent } },
      consent,
    ],
    [
      'what the properties say counts',
      {
        event: 'Consent Updated',
        context: { consent },
        properties: { categoryPreferences: { Advertising: true } },
      },
      { categoryPreferences: { Advertising: true } },
    ],
    ['of another event is no decision', { event: 'Clicked', context: { consent } }, undefined],
  ])('%s', (_case, item, expected) => {
    expect(readEvent({ type: 'track', userId: 'u1', ...item }).properties).toEqual(expected);
  });
});

describe('the message id', () => {
  it.each<[JsonValue, string]>([
    ['m-7', 'm-7'],
    [7, '7'],
    ['', 'given-1'],
    [null, 'given-1'],
    [{ id: 1 }, 'given-1'],
  ])('%p is %s', (messageId, expected) => {
    expect(readEvent({ type: 'track', userId: 'u1', messageId }).messageId).toBe(expected);
  });
});

describe('what is no event', () => {
  it.each<[string, JsonValue, string, RegExp]>([
    ['a number', 7, 'UNREADABLE', /An item is an object/],
    ['null', null, 'UNREADABLE', /An item is an object/],
    ['a list', [], 'UNREADABLE', /An item is an object/],
    ['no type', { userId: 'u1' }, 'UNREADABLE', /`type` is one of identify, track/],
    ['an unknown type', { type: 'delete', userId: 'u1' }, 'UNREADABLE', /`type` is one of/],
    ['a type that is no text', { type: {}, userId: 'u1' }, 'UNREADABLE', /`type` is one of/],
    ['properties that are a list', { type: 'track', properties: [] }, 'UNREADABLE', /`properties`/],
    ['traits that are text', { type: 'identify', traits: 'x' }, 'UNREADABLE', /`traits` is an obj/],
    ['context that is a number', { type: 'track', context: 1 }, 'UNREADABLE', /`context` is an/],
    ['a track of a list', { type: 'track', event: [] }, 'UNREADABLE', /`event` is text/],
    ['a track of an object', { type: 'track', event: {} }, 'UNREADABLE', /`event` is text/],
    ['a group without its id', { type: 'group', userId: 'u' }, 'UNREADABLE', /needs `groupId`/],
    ['an alias of nobody', { type: 'alias', userId: 'u' }, 'UNREADABLE', /needs `previousId`/],
    ['an alias to nobody', { type: 'alias', previousId: 'u' }, 'UNREADABLE', /needs `userId`/],
    ['a time in words', { type: 'track', timestamp: 'yesterday' }, 'INVALID_TIME', /ISO 8601/],
    ['a time in milliseconds', { type: 'track', timestamp: 1e12 }, 'INVALID_TIME', /ISO 8601/],
  ])('%s', (_case, item, reason, detail) => {
    expect(read(item)).toEqual({
      unreadable: {
        messageId: '',
        payload: JSON.stringify(item),
        reason,
        detail: expect.stringMatching(detail),
      },
    });
  });

  it('not even where it has no bottom', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as JsonValue;
    expect(read(deep)).toMatchObject({ unreadable: { reason: 'UNREADABLE' } });
  });
});
