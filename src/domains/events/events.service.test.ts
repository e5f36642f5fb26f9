import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, toPublicId } from '../../shared/ids';
import type { ActivityDay } from '../activity';
import { findDays } from '../activity/activity.store';
import type { IncomingEvent } from './events.model';
import type { EventOutcome } from './events.service';

const testing = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events: service, directory } = createPipeline(testing.database, { clock });

let serial = 0;

function event(changes: Partial<IncomingEvent> = {}): IncomingEvent {
  serial += 1;
  return {
    messageId: `m-${serial}`,
    name: 'Page Viewed',
    identifiers: [{ namespace: 'user_id', value: `u-${serial}` }],
    ...changes,
  };
}

function order(user: string, revenue: number | string, occurredAt: string): IncomingEvent {
  return event({
    name: 'Order Completed',
    identifiers: [{ namespace: 'user_id', value: user }],
    properties: { revenue },
    occurredAt: new Date(occurredAt),
  });
}

async function ingestOne(one: IncomingEvent, source = 'web'): Promise<EventOutcome> {
  const { outcomes } = await service.ingest(source, [one]);
  return outcomes[0] as EventOutcome;
}

async function accepted(one: IncomingEvent): Promise<ProfileId> {
  const outcome = await ingestOne(one);
  if (outcome.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome.profileId;
}

async function daysOf(profileId: ProfileId): Promise<readonly ActivityDay[]> {
  return (await findDays(testing.database, [profileId])).get(profileId) ?? [];
}

async function count(table: string): Promise<number> {
  const [row] = await testing.database.query<{ n: bigint }>(`select count(*) as n from ${table}`);
  return Number(row?.n);
}

describe('whose an event is', () => {
  it('creates a profile for somebody new and knows them the next time', async () => {
    const first = await accepted(event({ identifiers: [{ namespace: 'email', value: 'A@x.io' }] }));
    const again = await accepted(
      event({ identifiers: [{ namespace: 'email', value: ' a@X.io' }] }),
    );
    expect(again).toBe(first);
  });

  it('merges two profiles that one event shows to be one person, with their days', async () => {
    const anonymous = await accepted(
      event({
        identifiers: [{ namespace: 'anonymous_id', value: 'anon-merge' }],
        occurredAt: new Date('2026-06-01T08:00:00Z'),
      }),
    );
    const user = await accepted(order('u-merge', 10, '2026-06-02T08:00:00Z'));
    const merged = await accepted(
      event({
        identifiers: [
          { namespace: 'anonymous_id', value: 'anon-merge' },
          { namespace: 'user_id', value: 'u-merge' },
        ],
        occurredAt: new Date('2026-06-03T08:00:00Z'),
      }),
    );
    expect(merged).toBe(anonymous);
    expect(await directory.resolve(testing.database, user)).toBe(anonymous);
    expect((await daysOf(merged)).map((day) => [day.events, day.revenueMinor])).toEqual([
      [1, 0],
      [1, 1000],
      [1, 0],
    ]);
    expect(await daysOf(user)).toEqual([]);
  });

  it('never merges two user ids: the shared device is demoted and the event kept', async () => {
    const device = { namespace: 'device_id', value: 'shared-tablet' };
    const alice = await accepted(
      event({ identifiers: [{ namespace: 'user_id', value: 'alice' }, device] }),
    );
    const outcome = await ingestOne(
      event({ identifiers: [{ namespace: 'user_id', value: 'bob' }, device] }),
    );
    expect(outcome).toMatchObject({
      status: 'ACCEPTED',
      demotions: [{ ...device, reason: 'NAMESPACE_LIMIT' }],
    });
    expect(outcome).not.toMatchObject({ profileId: alice });
  });

  it('takes an event for a profile named by its id', async () => {
    const profileId = await accepted(order('by-id', 5, '2026-06-10T00:00:00Z'));
    const named = { namespace: 'profile_id', value: toPublicId('prf', profileId) };
    expect(await accepted(event({ identifiers: [named] }))).toBe(profileId);
  });

  it('quarantines an event for a profile that does not exist', async () => {
    const value = toPublicId('prf', '00000000-0000-7000-8000-000000000000');
    const outcome = await ingestOne(event({ identifiers: [{ namespace: 'profile_id', value }] }));
    expect(outcome).toMatchObject({ status: 'QUARANTINED', reason: 'UNKNOWN_PROFILE' });
  });
});

describe('the same message again', () => {
  it('is a duplicate and changes nothing, and the answer still names the profile', async () => {
    const one = order('dup', 20, '2026-06-10T10:00:00Z');
    const profileId = await accepted(one);
    expect(await ingestOne(one)).toMatchObject({ status: 'DUPLICATE', profileId });
    expect((await daysOf(profileId)).map((day) => day.orders)).toEqual([1]);
  });

  it('is told even within a batch', async () => {
    const one = order('dup-in-batch', 20, '2026-06-10T10:00:00Z');
    const { outcomes, profileIds } = await service.ingest('web', [one, one]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['ACCEPTED', 'DUPLICATE']);
    expect(profileIds).toHaveLength(1);
  });

  it('is another event when it comes from another source', async () => {
    const one = event();
    await ingestOne(one, 'web');
    expect(await ingestOne(one, 'app')).toMatchObject({ status: 'ACCEPTED' });
  });

  it('is told when it arrives many times at once', async () => {
    const one = order('dup-at-once', 20, '2026-06-10T10:00:00Z');
    const all = await Promise.all(Array.from({ length: 8 }, () => ingestOne(one)));
    expect(all.filter((outcome) => outcome.status === 'ACCEPTED')).toHaveLength(1);
    expect(all.filter((outcome) => outcome.status === 'DUPLICATE')).toHaveLength(7);
  });

  it('is told when it arrives at once with different identifiers', async () => {
    const one = event({ messageId: 'same-message' });
    const deliveries = Array.from({ length: 8 }, (_, index) =>
      ingestOne({ ...one, identifiers: [{ namespace: 'user_id', value: `racer-${index}` }] }),
    );
    const all = await Promise.all(deliveries);
    expect(all.filter((outcome) => outcome.status === 'ACCEPTED')).toHaveLength(1);
  });
});

describe('a bad event', () => {
  it('is set aside with its reason and fails none of the others', async () => {
    const bad = event({ name: ' ' });
    const { outcomes } = await service.ingest('web', [event(), bad, event()]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'ACCEPTED',
      'QUARANTINED',
      'ACCEPTED',
    ]);
  });

  it('is kept once however often it is sent, and counts once it is mended', async () => {
    const before = await count('quarantined_event');
    const bad = { ...order('mended', 'a lot', '2026-06-10T10:00:00Z'), messageId: 'to-mend' };
    await ingestOne(bad);
    expect(await ingestOne(bad)).toMatchObject({ reason: 'INVALID_PROPERTIES' });
    expect(await count('quarantined_event')).toBe(before + 1);
    expect(await ingestOne({ ...bad, properties: { revenue: 1 } })).toMatchObject({
      status: 'ACCEPTED',
    });
  });

  it('may hold anything: NUL, half a surrogate pair, a message id of a megabyte', async () => {
    const outcomes = await Promise.all([
      ingestOne(event({ properties: { note: 'a\0b' } })),
      ingestOne(event({ name: '\ud800' })),
      ingestOne(event({ messageId: 'x'.repeat(1_000_000) })),
      ingestOne(event({ messageId: 'nul\0', name: '' })),
      ingestOne(event({ identifiers: [{ namespace: 'user_id', value: 'nul\0' }] })),
    ]);
    expect(outcomes.map((outcome) => 'reason' in outcome && outcome.reason)).toEqual([
      'UNSTORABLE_TEXT',
      'UNSTORABLE_TEXT',
      'MESSAGE_ID_TOO_LONG',
      'MISSING_NAME',
      'NO_USABLE_IDENTIFIER',
    ]);
  });
});

describe('order of arrival', () => {
  it('does not change the days', async () => {
    const orders = [3, 1, 2, 1].map(
      (day, index) =>
        ({ user: 'order', revenue: index + 1, at: `2026-06-0${day}T0${index}:00:00Z` }) as const,
    );
    for (const { revenue, at } of orders) await ingestOne(order('arrives-late', revenue, at));
    const [inOrder] = (
      await service.ingest(
        'web',
        [...orders]
          .sort((left, right) => (left.at < right.at ? -1 : 1))
          .map(({ revenue, at }) => order('arrives-in-order', revenue, at)),
      )
    ).profileIds;
    const late = await accepted(order('arrives-late', 0, '2026-06-04T00:00:00Z'));
    await ingestOne(order('arrives-in-order', 0, '2026-06-04T00:00:00Z'));
    const withoutIds = (days: readonly ActivityDay[]) =>
      days.map((day) => ({ ...day, profileId: null }));
    expect(withoutIds(await daysOf(late))).toEqual(withoutIds(await daysOf(inOrder as ProfileId)));
  });
});

describe('opposite merges at once', () => {
  it('neither deadlock for good nor lose anything', async () => {
    for (let round = 0; round < 5; round += 1) {
      const a = { namespace: 'anonymous_id', value: `opposite-a-${round}` };
      const b = { namespace: 'email', value: `opposite-b-${round}@x.io` };
      await service.ingest('web', [event({ identifiers: [a] }), event({ identifiers: [b] })]);
      const joined = await Promise.all([
        accepted(event({ identifiers: [a, b] })),
        accepted(event({ identifiers: [b, a] })),
        accepted(event({ identifiers: [a] })),
        accepted(event({ identifiers: [b] })),
      ]);
      const survivor = await directory.resolve(testing.database, joined[0]);
      const days = await daysOf(survivor as ProfileId);
      expect(days.reduce((sum, day) => sum + day.events, 0)).toBe(6);
    }
  });
});
