import type { EventId, IdentifierId } from '../../shared/ids';
import {
  type DemotingEvent,
  WARNING_NAMESPACE_LENGTH_MAX,
  WARNING_VALUE_LENGTH_MAX,
  warningsOf,
} from './identity.log.rules';
import type { Demotion } from './identity.plan';

const limit = (value: string, namespace = 'device_id'): Demotion => ({
  namespace,
  value,
  reason: 'NAMESPACE_LIMIT',
});
const junk = (value: string): Demotion => ({ namespace: 'email', value, reason: 'JUNK_VALUE' });
const unknown = (value: string, namespace = 'session'): Demotion => ({
  namespace,
  value,
  reason: 'UNKNOWN_NAMESPACE',
});

let serial = 0;

function event(demotions: readonly Demotion[], changes: Partial<DemotingEvent> = {}) {
  serial += 1;
  return {
    eventId: `event-${serial}` as EventId,
    identifierId: 'ann' as IdentifierId,
    source: 'web',
    occurredAt: new Date('2026-06-15T10:00:00Z'),
    demotions,
    ...changes,
  };
}

const bob = { identifierId: 'bob' as IdentifierId };
const app = { source: 'app' };

describe('what is one warning, and how often', () => {
  it.each<[string, readonly DemotingEvent[], readonly string[]]>([
    ['no events', [], []],
    ['nothing demoted', [event([]), event([])], []],
    ['one', [event([limit('d1')])], ['ann web NAMESPACE_LIMIT device_id d1 ×1']],
    [
      'the same in three events',
      [event([limit('d1')]), event([limit('d1')]), event([limit('d1')])],
      ['ann web NAMESPACE_LIMIT device_id d1 ×3'],
    ],
    [
      'the same twice in one event',
      [event([junk('null'), junk('null')])],
      ['ann web JUNK_VALUE email null ×1'],
    ],
    [
      'another value',
      [event([limit('d1'), limit('d2')])],
      ['ann web NAMESPACE_LIMIT device_id d1 ×1', 'ann web NAMESPACE_LIMIT device_id d2 ×1'],
    ],
    [
      'another namespace',
      [event([limit('x'), limit('x', 'phone')])],
      ['ann web NAMESPACE_LIMIT device_id x ×1', 'ann web NAMESPACE_LIMIT phone x ×1'],
    ],
    [
      'another rule',
      [event([limit('x', 'email')]), event([junk('x')])],
      ['ann web NAMESPACE_LIMIT email x ×1', 'ann web JUNK_VALUE email x ×1'],
    ],
    [
      'another source',
      [event([limit('d1')]), event([limit('d1')], app)],
      ['ann web NAMESPACE_LIMIT device_id d1 ×1', 'ann app NAMESPACE_LIMIT device_id d1 ×1'],
    ],
    [
      'another identifier that the event belongs to',
      [event([limit('d1')]), event([limit('d1')], bob)],
      ['ann web NAMESPACE_LIMIT device_id d1 ×1', 'bob web NAMESPACE_LIMIT device_id d1 ×1'],
    ],
    [
      'values of an unknown namespace',
      [
        event([unknown('s1'), unknown('s2')]),
        event([unknown('s3')]),
        event([unknown('a', 'other')]),
      ],
      ['ann web UNKNOWN_NAMESPACE session s1 ×2', 'ann web UNKNOWN_NAMESPACE other a ×1'],
    ],
    [
      'texts that would be the same if they were put together carelessly',
      [event([unknown('v', 'a b')]), event([limit('b', 'a')]), event([limit('', 'a b')])],
      [
        'ann web UNKNOWN_NAMESPACE a b v ×1',
        'ann web NAMESPACE_LIMIT a b ×1',
        'ann web NAMESPACE_LIMIT a b  ×1',
      ],
    ],
    [
      'NUL and half a surrogate pair',
      [event([unknown('a\0b', 'n\ud800')], { source: 'we\0b' })],
      ['ann we\ufffdb UNKNOWN_NAMESPACE n\ufffd a\ufffdb ×1'],
    ],
  ])('%s', (_name, events, expected) => {
    const warnings = warningsOf(events).map(
      ({ identifierId, source, rule, namespace, value, times }) =>
        `${identifierId} ${source} ${rule} ${namespace} ${value} ×${times}`,
    );
    expect(warnings).toEqual(expected);
  });
});

it('keeps the evidence of the first to arrive', () => {
  const first = event([limit('d1')], { occurredAt: new Date('2026-06-15T10:00:00Z') });
  const earlier = event([limit('d1')], { occurredAt: new Date('2026-06-01T10:00:00Z') });
  const { eventId, occurredAt } = first;
  expect(warningsOf([first, earlier])).toMatchObject([{ eventId, occurredAt, times: 2 }]);
});

describe('long texts', () => {
  it.each([
    ['as long as may be', 'v'.repeat(255), 255],
    ['longer', 'v'.repeat(256), 255],
    ['32 KB', 'v'.repeat(32_000), 255],
    ['cut through a pair', `${'v'.repeat(254)}😀`, 255],
  ])('%s', (_name, value, length) => {
    const [warning] = warningsOf([
      event([{ namespace: 'n'.repeat(300), value, reason: 'VALUE_TOO_LONG' }]),
    ]);
    expect(warning?.value).toHaveLength(length);
    expect(warning?.value.isWellFormed()).toBe(true);
    expect(warning?.namespace).toHaveLength(WARNING_NAMESPACE_LENGTH_MAX);
    expect(WARNING_VALUE_LENGTH_MAX).toBe(255);
  });

  it('that differ in what is not kept are still two', () => {
    const long = 'v'.repeat(300);
    const tooLong = (value: string): Demotion => ({ ...junk(value), reason: 'VALUE_TOO_LONG' });
    expect(warningsOf([event([tooLong(`${long}a`), tooLong(`${long}b`)])])).toHaveLength(2);
  });
});
