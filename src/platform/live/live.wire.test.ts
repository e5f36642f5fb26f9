import { newUuid } from '../../shared/uuid';
import { decodeMessage, encodeChanges, encodeSignal } from './live.wire';

const ids = Array.from({ length: 1_200 }, () => newUuid());

test('what is encoded is what is decoded, in payloads that PostgreSQL takes', () => {
  const pairs = ids.slice(0, 400).map((id, index) => `${id}:${ids[index + 1]}`);
  const changes = new Map([
    ['profile.changed', new Set(ids)],
    ['lifecycle.stage-changed', new Set(pairs)],
    ['loyalty.tier-changed', new Set(ids.slice(0, 1))],
  ]);
  const payloads = encodeChanges(changes);
  expect(payloads.length).toBeGreaterThan(2);
  const told = new Map([...changes.keys()].map((topic): [string, string[]] => [topic, []]));
  for (const payload of payloads) {
    expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
    const message = decodeMessage(payload);
    if (message?.kind !== 'CHANGES') throw new Error('These are no changes.');
    for (const { topic, ids } of message.changes) told.get(topic)?.push(...ids);
  }
  expect(told).toEqual(new Map([...changes].map(([topic, set]) => [topic, [...set]])));
});

test('a batch of 500 profiles takes two notifications', () => {
  expect(encodeChanges(new Map([['profile.changed', new Set(ids.slice(0, 500))]]))).toHaveLength(2);
});

test('nothing takes none', () => {
  expect(encodeChanges(new Map())).toEqual([]);
});

test.each(['GAP', 'HELLO', 'FAREWELL', 'ECHO'] as const)('the signal %s', (kind) => {
  const [processId = ''] = ids;
  expect(decodeMessage(encodeSignal(kind, processId))).toMatchObject({ kind });
});

test.each(['', 'profile.changed x', 'profile.changed', '!WHAT', 'Topic', '{}'])(
  'nobody of ours says %j',
  (payload) => {
    const message = decodeMessage(payload);
    const said = message?.kind === 'CHANGES' ? message.changes.flatMap(({ ids }) => ids) : [];
    expect([message === null || message.kind === 'CHANGES', said]).toEqual([true, []]);
  },
);

test.each([
  ['Topic', ids[0]],
  ['topic', 'no id'],
])('%s %s cannot be told', (topic, id = '') => {
  expect(() => encodeChanges(new Map([[topic, new Set([id])]]))).toThrow();
});
