import type { JsonObject, JsonValue } from '../../shared/json';
import { instantOf, occurredAtOf } from './segment.time.rules';

const receivedAt = new Date('2026-11-20T10:00:00Z');
const THEN = '2026-11-20T08:00:00Z';

test.each<[string, JsonObject, JsonValue | undefined, string | null | undefined]>([
  ['nothing', {}, undefined, undefined],
  ['null', { timestamp: null }, undefined, undefined],
  ['a timestamp', { timestamp: THEN }, undefined, THEN],
  ['an original timestamp', { originalTimestamp: THEN }, undefined, THEN],
  [
    'a timestamp of a clock three hours ahead',
    { timestamp: '2026-11-20T12:59:00Z' },
    '2026-11-20T13:00:00Z',
    '2026-11-20T09:59:00Z',
  ],
  [
    'a timestamp of a clock a day behind',
    { timestamp: '2026-11-19T09:00:00Z' },
    '2026-11-19T10:00:00Z',
    '2026-11-20T09:00:00Z',
  ],
  ['a timestamp that took ten seconds', { timestamp: THEN }, '2026-11-20T09:59:50Z', THEN],
  [
    'a timestamp that took longer',
    { timestamp: THEN },
    '2026-11-20T09:59:49.999Z',
    '2026-11-20T08:00:10.001Z',
  ],
  [
    'an original timestamp is always corrected',
    { originalTimestamp: THEN },
    '2026-11-20T09:59:59Z',
    '2026-11-20T08:00:01Z',
  ],
  [
    'what was corrected already is not again',
    { timestamp: THEN, originalTimestamp: '2026-11-20T01:00:00Z' },
    '2026-11-20T03:00:00Z',
    THEN,
  ],
  ['a sentAt that is no time corrects nothing', { timestamp: THEN }, 'soon', THEN],
  ['no offset is UTC', { timestamp: '2026-11-20T08:00:00' }, undefined, THEN],
  ['no time', { timestamp: 'yesterday' }, undefined, null],
  ['an empty time', { timestamp: '' }, undefined, null],
  ['a number', { timestamp: 1_763_625_600_000 }, undefined, null],
  ['no original time', { originalTimestamp: {} }, undefined, null],
])('%s', (_case, item, sentAt, expected) => {
  const occurredAt = occurredAtOf(item, instantOf(sentAt), receivedAt);
  expect(occurredAt).toEqual(typeof expected === 'string' ? new Date(expected) : expected);
});
