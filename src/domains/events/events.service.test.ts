import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { firstRows, type InstantPosition } from '../../platform/database/keyset';
import { type IdentifierId, type ProfileId, toPublicId, uuidSource } from '../../shared/ids';
import type { JsonValue } from '../../shared/json';
import type { ActivityDay } from '../activity';
import { findDays } from '../activity/activity.store';
import { defaultIdentityPolicy, IdentityReads } from '../identity';
import type { EventProjector, IncomingEvent } from './events.model';
import { EventReads } from './events.reads';
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

async function profileToday(profileId: ProfileId): Promise<ProfileId> {
  const identities = new IdentityReads(testing.database, defaultIdentityPolicy);
  const [profile] = await identities.profileById([profileId]);
  if (!profile) throw new Error('No such profile.');
  return profile.profileId;
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
    expect(await profileToday(user)).toBe(anonymous);
    expect((await daysOf(merged)).map((day) => [day.events, day.revenueMinor])).toEqual([
      [1, 0],
      [1, 1000],
      [1, 0],
    ]);
    expect(await daysOf(user)).toEqual([]);
  });

  it('never merges two user ids: a shared address is demoted and the event kept', async () => {
    const email = { namespace: 'email', value: 'shared@example.com' };
    const alice = await accepted(
      event({ identifiers: [{ namespace: 'user_id', value: 'alice' }, email] }),
    );
    const outcome = await ingestOne(
      event({ identifiers: [{ namespace: 'user_id', value: 'bob' }, email] }),
    );
    expect(outcome).toMatchObject({
      status: 'ACCEPTED',
      demotions: [{ ...email, reason: 'PERSON_CONFLICT' }],
    });
    expect(outcome).not.toMatchObject({ profileId: alice });
  });

  it('takes an event for a profile named by its id', async () => {
    const profileId = await accepted(order('by-id', 5, '2026-06-10T00:00:00Z'));
    const named = { namespace: 'profile_id', value: toPublicId('prf', profileId) };
    expect(await accepted(event({ identifiers: [named] }))).toBe(profileId);
  });

  it('takes an event for a profile named by the id of one it absorbed', async () => {
    const [a, b] = [
      { namespace: 'device_id', value: 'absorbing' },
      { namespace: 'device_id', value: 'absorbed' },
    ];
    const survivor = await accepted(event({ identifiers: [a] }));
    const absorbed = await accepted(event({ identifiers: [b] }));
    const identifiers = [{ namespace: 'profile_id', value: toPublicId('prf', absorbed) }];
    const before = event({ identifiers });
    expect(await accepted(before)).toBe(absorbed);
    await accepted(event({ identifiers: [a, b] }));
    expect(await ingestOne(before)).toMatchObject({ status: 'DUPLICATE', profileId: survivor });
    expect(await accepted(event({ identifiers }))).toBe(survivor);
  });

  it('uses an identifier it holds as it is, whatever the rules have become', async () => {
    const profileId = await accepted(
      event({ identifiers: [{ namespace: 'user_id', value: 'old' }] }),
    );
    await testing.database.query(
      "update identifier set value = repeat('ö', 300) where profile_id = $1",
      [profileId],
    );
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

  it.each([
    ['NUL in a value', { namespace: 'email', value: 'a\0@x.io' }, 'INVALID_VALUE'],
    ['half a surrogate pair', { namespace: 'email', value: 'a\ud800@x.io' }, 'INVALID_VALUE'],
    ['NUL in a namespace', { namespace: 'e\0', value: 'a' }, 'UNKNOWN_NAMESPACE'],
    ['half a pair in a namespace', { namespace: 'e\ud800', value: 'a' }, 'UNKNOWN_NAMESPACE'],
  ])('loses an identifier with %s and nothing else', async (_, unusable, reason) => {
    const one = event();
    expect(await ingestOne({ ...one, identifiers: [unusable, ...one.identifiers] })).toMatchObject({
      status: 'ACCEPTED',
      demotions: [{ ...unusable, reason }],
    });
    const alone = await service.ingest('web', [event(), event({ identifiers: [unusable] })]);
    expect(alone.outcomes).toMatchObject([
      { status: 'ACCEPTED' },
      { status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' },
    ]);
  });

  it.each([100, 16_000, 1_000_000])('may be nested %i levels deep', async (depth) => {
    const deep = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as JsonValue;
    const { outcomes } = await service.ingest('web', [
      event(),
      event({ properties: { deep } }),
      event({ traits: { deep } }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'ACCEPTED' },
      { status: 'QUARANTINED', reason: 'NESTED_TOO_DEEPLY' },
      { status: 'QUARANTINED', reason: 'NESTED_TOO_DEEPLY' },
    ]);
  });

  it('may tell traits of any name, and any number of them', async () => {
    const { outcomes } = await service.ingest('web', [
      event({ traits: { ['öß漢'.repeat(2000)]: 1 } }),
      event(),
      event({ traits: { ['漢'.repeat(200)]: 1 } }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'QUARANTINED', reason: 'TRAIT_NAME_TOO_LONG' },
      { status: 'ACCEPTED' },
      { status: 'ACCEPTED' },
    ]);
  });

  it('may name a profile 50,000 times, and is not even looked at', async () => {
    const profileId = await accepted(event());
    const named = { namespace: 'profile_id', value: toPublicId('prf', profileId) };
    const asked = jest.spyOn(directory, 'primaryIdentifiers');
    expect(
      await ingestOne(event({ identifiers: Array.from({ length: 50_000 }, () => named) })),
    ).toMatchObject({ status: 'QUARANTINED', reason: 'TOO_MANY_IDENTIFIERS' });
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('without a message id is kept beside the others without one, once each', async () => {
    const before = await count('quarantined_event');
    const nameless = ['A', 'B'].map((name) => event({ messageId: ' ', name }));
    await service.ingest('web', nameless);
    await service.ingest('web', nameless);
    expect(await count('quarantined_event')).toBe(before + 2);
  });

  it('that could not even be read is kept as it came', async () => {
    const before = await count('quarantined_event');
    const line = (number: number) => ({
      messageId: `orders.ndjson:${number}`,
      payload: `{"name": "Order ${number}\0`,
      reason: 'UNREADABLE' as const,
      detail: `Line ${number} is no JSON.`,
    });
    const lines = Array.from({ length: 501 }, (_, index) => line(index + 1));
    await service.quarantineUnreadable('file:orders', lines);
    await service.quarantineUnreadable('file:orders', lines.slice(0, 1));
    expect(await count('quarantined_event')).toBe(before + 501);
    const kept = await testing.database.query(
      `select source, payload, reason, detail from quarantined_event
       where message_id = 'orders.ndjson:501'`,
    );
    expect(kept).toEqual([
      {
        source: 'file:orders',
        payload: '{"name": "Order 501\uFFFD',
        reason: 'UNREADABLE',
        detail: 'Line 501 is no JSON.',
      },
    ]);
  });
});

describe('what a projector gives another profile', () => {
  const referralsConverted = (days: readonly ActivityDay[]) =>
    days.reduce((sum, day) => sum + day.referralsConverted, 0);

  function pipelineThatThanks(identifierId: IdentifierId) {
    const thanks: EventProjector = {
      project: async (_tx, events) =>
        events.map(({ occurredAt }) => ({
          identifierId,
          occurredAt,
          signals: { referralsConverted: 1 },
        })),
    };
    return createPipeline(testing.database, { clock, projectors: [thanks] }).events;
  }

  async function identifierOf(value: string): Promise<IdentifierId> {
    const [row] = await testing.database.query<{ id: IdentifierId }>(
      'select identifier_id as id from identifier where value = $1',
      [value],
    );
    if (row === undefined) throw new Error('There is no such identifier.');
    return row.id;
  }

  it('counts for it, and is no activity of its own', async () => {
    const referrer = await accepted(order('referrer', 5, '2026-06-01T10:00:00Z'));
    const one = event({ occurredAt: new Date('2026-06-01T23:00:00Z') });
    await pipelineThatThanks(await identifierOf('referrer')).ingest('web', [one]);
    expect(await daysOf(referrer)).toMatchObject([
      {
        events: 1,
        referralsConverted: 1,
        firstAt: new Date('2026-06-01T10:00:00Z'),
        lastAt: new Date('2026-06-01T10:00:00Z'),
      },
    ]);
  });

  it('goes to the profile that holds the identifier now', async () => {
    const [a, b] = ['thanked-a', 'thanked-b'].map((value) => ({ namespace: 'device_id', value }));
    if (a === undefined || b === undefined) throw new Error('There are two.');
    const survivor = await accepted(event({ identifiers: [a] }));
    const absorbed = await accepted(event({ identifiers: [b] }));
    await accepted(event({ identifiers: [a, b] }));
    await pipelineThatThanks(await identifierOf(b.value)).ingest('web', [event()]);
    expect(referralsConverted(await daysOf(survivor))).toBe(1);
    expect(await daysOf(absorbed)).toEqual([]);
  });

  it('is left out where there is no such identifier', async () => {
    const nobody = uuidSource.next<IdentifierId>();
    const { outcomes } = await pipelineThatThanks(nobody).ingest('web', [event()]);
    expect(outcomes).toMatchObject([{ status: 'ACCEPTED' }]);
    const rows = 'select from activity_day where identifier_id = $1';
    expect(await testing.database.query(rows, [nobody])).toEqual([]);
  });
});

describe('a page of events', () => {
  it('is the same for everybody who asks for it in one request', async () => {
    const user = { namespace: 'user_id', value: 'paged' };
    const { profileIds, outcomes } = await service.ingest(
      'web',
      [1, 2, 3, 4].map(() => event({ identifiers: [user] })),
    );
    const [profileId] = profileIds as [ProfileId];
    const other = await accepted(event());
    const page = (limit: number, of = profileId) => ({
      profileId: of,
      page: firstRows(limit),
      withDetails: true,
    });
    const reads = new EventReads(testing.database);
    const pages = await reads.eventsByPage([page(3), page(3), page(2), page(3, other)]);
    const newest = outcomes
      .map((outcome) => ('eventId' in outcome ? outcome.eventId : ''))
      .sort()
      .reverse();
    expect(pages.map((rows) => rows.map((row) => row.eventId))).toEqual([
      newest.slice(0, 3),
      newest.slice(0, 3),
      newest.slice(0, 2),
      [expect.any(String)],
    ]);
  });

  it('goes on after the last one, through events of one instant and of several identifiers', async () => {
    const device = { namespace: 'device_id', value: 'paged-device' };
    const email = { namespace: 'email', value: 'paged@x.io' };
    await service.ingest('web', [
      event({ identifiers: [device, email] }),
      ...Array.from({ length: 9 }, (_, index) =>
        event({ identifiers: [index % 2 === 0 ? device : email] }),
      ),
    ]);
    const profileId = await accepted(event({ identifiers: [device] }));
    const reads = new EventReads(testing.database);
    const seen: string[] = [];
    for (let before: InstantPosition | null = null; ; ) {
      const [rows = []] = await reads.eventsByPage([
        { profileId, page: firstRows(4, before), withDetails: true },
      ]);
      const last = rows.at(-1);
      if (last === undefined) break;
      seen.push(...rows.map((row) => row.eventId));
      before = { at: last.occurredAt, id: last.eventId };
    }
    expect(seen).toHaveLength(11);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
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
      const days = await daysOf(await profileToday(joined[0]));
      expect(days.reduce((sum, day) => sum + day.events, 0)).toBe(6);
    }
  });
});
