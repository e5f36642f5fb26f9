import type { JsonValue } from '../../shared/json';
import { writeKeyOf } from './segment.key.rules';
import type { CallType } from './segment.model';
import { readRequest } from './segment.request.rules';

describe('the body', () => {
  const item = { type: 'track', sentAt: '1970-01-01T00:00:01Z' };

  it.each<[string, JsonValue, CallType | null, object | null]>([
    [
      'an item at its address',
      { userId: 'u' },
      'track',
      { items: [{ userId: 'u' }], callType: 'track' },
    ],
    ['an item at the address of batches', item, null, { items: [item], sentAtMs: 1_000 }],
    [
      'a batch',
      { batch: [item, 7], context: { a: 1 }, sentAt: 'soon' },
      null,
      { items: [item, 7], context: { a: 1 }, sentAtMs: null, callType: null },
    ],
    [
      'a batch at the address of an item',
      { batch: [item] },
      'page',
      { items: [item], callType: null },
    ],
    ['an empty batch', { batch: [] }, null, { items: [] }],
    ['a context that is none', { batch: [], context: 'x' }, null, { context: null }],
    ['neither batch nor item', { hello: 1 }, null, null],
    ['a batch that is no list', { batch: {}, type: 'track' }, 'track', null],
    ['a list', [item], null, null],
    ['text', 'track', 'track', null],
    ['null', null, null, null],
  ])('%s', (_case, body, callType, expected) => {
    const request = readRequest(body, callType);
    if (expected === null) expect(request).toBeNull();
    else expect(request).toMatchObject(expected);
  });
});

describe('the write key', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each<[string, string | undefined, JsonValue, string | undefined, string]>([
    ['Basic', basic('key:'), {}, undefined, 'key'],
    ['Basic with a password', basic('key:secret'), {}, undefined, 'key'],
    ['Basic without a colon', basic('key'), {}, undefined, 'key'],
    ['basic', basic('key:').replace('Basic', 'basic'), {}, undefined, 'key'],
    ['Bearer', 'Bearer key', {}, undefined, 'key'],
    ['body', undefined, { writeKey: 'key' }, undefined, 'key'],
    ['address', undefined, {}, 'key', 'key'],
    ['header before body before address', 'Bearer a', { writeKey: 'b' }, 'c', 'a'],
    ['body before address', undefined, { writeKey: 'b' }, 'c', 'b'],
    ['Basic that says nothing', basic(':'), { writeKey: 'b' }, undefined, 'b'],
    ['another scheme is a bad key', 'Digest x', { writeKey: 'b' }, undefined, 'Digest x'],
    ['none', undefined, {}, undefined, ''],
    ['none in a list', undefined, [], undefined, ''],
  ])('%s', (_case, authorization, body, queried, expected) => {
    expect(writeKeyOf(authorization, body, queried)).toBe(expected);
  });
});
