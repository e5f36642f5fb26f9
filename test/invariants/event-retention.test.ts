import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { EventRetention, IncomingEvent } from '../../src/domains/events';
import { firstRows } from '../../src/platform/database/keyset';
import { createLogger } from '../../src/platform/telemetry/logger';
import { type ProfileId, type QuarantineId, uuidSource } from '../../src/shared/ids';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';

/** Events go when they are too old; nothing that was made of them does, and none counts twice. */
const testing = useTestDatabase();
const { database } = testing;
const NOW = '2026-06-15T12:00:00.000Z';
const clock = new TestClock(NOW);

function createProcess(retentionDays: string) {
  return createApp({
    config: readConfig({
      NODE_ENV: 'test',
      DATABASE_URL: testing.url,
      EVENT_RETENTION_DAYS: retentionDays,
    }),
    database,
    logger: createLogger({ level: 'silent' }),
    clock,
    ids: uuidSource,
  });
}

const keeping = createProcess('');
/** April is kept whole, and what comes after it. */
const app = createProcess('60');

const ONE = { namespace: 'user_id', value: 'one' };
const OTHER = { namespace: 'email', value: 'other@x.io' };

function order(messageId: string, occurredAt: string, identifier = ONE): IncomingEvent {
  return {
    messageId,
    name: 'Order Completed',
    identifiers: [identifier],
    properties: { revenue: 120, currency: 'USD' },
    occurredAt: new Date(occurredAt),
  };
}

/** Every row of every table but the events, as text. */
async function everythingElse(): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await database.query<{ name: string }>(
    `select relname as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and not relispartition
     order by 1`,
  );
  const rows = new Map<string, readonly string[]>();
  for (const { name } of tables) {
    const found = await database.query<{ row: string }>(
      `select t::text as row from ${name} t order by 1`,
    );
    rows.set(
      name,
      found.map(({ row }) => row),
    );
  }
  return rows;
}

async function months(): Promise<readonly string[]> {
  const rows = await database.query<{ month: string }>(
    `select to_char(occurred_at at time zone 'UTC', 'YYYY-MM') as month from event
     group by 1 order by 1`,
  );
  return rows.map(({ month }) => month);
}

async function partitions(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'event'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function dropAll(retention: Pick<EventRetention, 'dropOldest'>): Promise<number> {
  let dropped = 0;
  for (;;) {
    const count = await retention.dropOldest(clock.now());
    if (count === 0) return dropped;
    dropped += count;
  }
}

async function statuses(events: readonly IncomingEvent[]): Promise<readonly string[]> {
  const { outcomes } = await app.events.ingest('shop', events);
  return outcomes.map((one) => (one.status === 'QUARANTINED' ? one.reason : one.status));
}

async function profileOf({ namespace, value }: typeof ONE): Promise<ProfileId> {
  const id = await app.reads.identity.profileIdByIdentifier({ namespace, value });
  if (id === null) throw new Error(`Nobody is ${value}.`);
  return id;
}

const KEPT = ['event_y2026m04', 'event_y2026m05', 'event_y2026m06'];
let feedbackBy: ProfileId;

beforeAll(async () => {
  await keeping.events.ingest('shop', [
    order('2024', '2024-06-10T12:00:00Z'),
    order('january', '2026-01-31T23:59:59.999Z'),
    order('march', '2026-03-31T23:59:59.999Z'),
    order('april', '2026-04-01T00:00:00Z'),
    order('june', '2026-06-10T12:00:00Z'),
    order('other', '2026-02-10T12:00:00Z', OTHER),
    order('other june', '2026-06-11T12:00:00Z', OTHER),
  ]);
  feedbackBy = await profileOf(ONE);
  const told = {
    profileId: feedbackBy,
    occurredAt: new Date('2026-03-10T00:00:00Z'),
    channel: null,
    messageId: 'told',
  };
  const feedback = { ...told, kind: 'NPS' as const, score: 9, comment: null, sentiment: null };
  await keeping.feedback.submit(feedback, 'crm');
  const like = { ...told, messageId: 'liked', kind: 'LIKE' as const, targetId: 'post 1' };
  await keeping.community.record(like, 'crm');
});

it('keeps everything where nothing was said', async () => {
  expect(await dropAll(keeping.eventRetention)).toBe(0);
  expect(await partitions()).toContain('event_y2024m06');
});

it('waits for a batch that is being stored, and not for long', async () => {
  await database.transaction(async (tx) => {
    await keeping.events.ingestIn(tx, 'shop', [order('late', '2024-06-11T00:00:00Z')], clock.now());
    expect(await app.eventRetention.dropOldest(clock.now())).toBe(0);
  });
  expect(await partitions()).toContain('event_y2024m06');
});

it('drops whole months and touches nothing else, several processes side by side', async () => {
  const before = await everythingElse();
  expect(before.get('activity_day')?.length).toBeGreaterThan(7);
  expect(before.get('event_receipt')).toHaveLength(10);
  expect(before.get('point_lot')?.length).toBeGreaterThan(0);
  const dropped = await Promise.all(
    Array.from({ length: 4 }, () => dropAll(createProcess('60').eventRetention)),
  );
  // 2024, January, February and March, each once.
  expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(await months()).toEqual(['2026-04', '2026-06']);
  expect(await partitions()).toEqual(['event_y2026m04', 'event_y2026m06']);
  expect(await everythingElse()).toEqual(before);
});

it('shows what is left of a history', async () => {
  const key = { profileId: await profileOf(ONE), page: firstRows(10), withDetails: true };
  const [page] = await app.reads.events.eventsByPage([key]);
  expect(page?.map(({ messageId }) => messageId)).toEqual(['june', 'april']);
});

it('knows the message of an event that is gone, whatever time it comes with', async () => {
  const before = await everythingElse();
  expect(
    await statuses([
      order('january', '2026-01-31T23:59:59.999Z'),
      order('march', '2026-06-14T00:00:00Z'),
      order('april', '2025-04-01T00:00:00Z'),
      order('june', '2026-06-10T12:00:00Z'),
    ]),
  ).toEqual(['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE']);
  const after = await everythingElse();
  for (const table of ['activity_day', 'event_receipt', 'point_lot', 'quarantined_event']) {
    expect(after.get(table)).toEqual(before.get(table));
  }
});

it('sets aside what is too old, again when it is replayed, and makes no month for it', async () => {
  const old = order('too old', '2026-03-31T23:59:59.999Z');
  expect(await statuses([old, order('just kept', '2026-04-01T00:00:00Z')])).toEqual([
    'TOO_OLD',
    'ACCEPTED',
  ]);
  expect(await statuses([old])).toEqual(['TOO_OLD']);
  const [aside] = await database.query<{ id: QuarantineId; reason: string; times: number }>(
    `select quarantine_id as id, reason, times_received::int as times from quarantined_event
     where message_id = 'too old'`,
  );
  expect(aside).toMatchObject({ reason: 'TOO_OLD', times: 2 });
  if (aside === undefined) throw new Error('It was not set aside.');
  const selection = { kind: 'IDS' as const, ids: [aside.id] };
  const { outcomes } = await app.quarantineReplay.replay(selection, 'key:test');
  expect(outcomes).toMatchObject([{ status: 'QUARANTINED', reason: 'TOO_OLD' }]);
  expect((await partitions()).filter((name) => !KEPT.includes(name))).toEqual([]);
  expect(await dropAll(app.eventRetention)).toBe(0);
});

it('takes an event whose month was dropped beneath a process that had seen it', async () => {
  // This process has stored events of January, and does not know that it is gone.
  const { outcomes } = await keeping.events.ingest('shop', [order('back', '2026-01-10T00:00:00Z')]);
  expect(outcomes).toMatchObject([{ status: 'ACCEPTED' }]);
  expect(await dropAll(app.eventRetention)).toBe(1);
});

describe('a mutation that is sent again after its event is gone', () => {
  const at = new Date('2026-03-10T00:00:00Z');
  const feedback = (score: number) =>
    app.feedback.submit(
      {
        profileId: feedbackBy,
        kind: 'NPS',
        score,
        comment: null,
        sentiment: null,
        channel: null,
        occurredAt: at,
        messageId: 'told',
      },
      'crm',
    );
  const liked = (targetId: string, messageId: string | null = 'liked') =>
    app.community.record(
      { profileId: feedbackBy, kind: 'LIKE', targetId, occurredAt: at, messageId },
      'crm',
    );

  it('is the same one', async () => {
    expect(await feedback(9)).toMatchObject({ outcome: 'SUBMITTED', duplicate: true });
    expect(await liked('post 1')).toMatchObject({ outcome: 'RECORDED', duplicate: true });
  });

  it('is another one where something is left that tells', async () => {
    await expect(feedback(3)).rejects.toMatchObject({ code: 'MESSAGE_ID_REUSED' });
    // Of what was liked nothing is left: whoever sends it again is believed.
    expect(await liked('post 2')).toMatchObject({ outcome: 'RECORDED', duplicate: true });
  });

  it('is refused where it is new, and of a time that is not kept', async () => {
    await expect(liked('post 3', null)).rejects.toMatchObject({ details: { reason: 'TOO_OLD' } });
  });
});

it('merges and parts customers whose events are gone, with their days and points', async () => {
  const pair = [await profileOf(ONE), await profileOf(OTHER)] as const;
  const decision = { actor: 'key:test', reason: 'A test', isForced: false, isDryRun: false };
  const merged = await app.merges.merge({ ...decision, profileIds: pair });
  if (merged.kind !== 'MERGED') throw new Error(merged.kind);
  const { mergeId, before, after } = merged;
  const parted = await app.merges.unmerge({ ...decision, undoing: { mergeId } });
  if (parted.kind !== 'PARTED') throw new Error(parted.kind);
  expect(parted.before).toEqual(after);
  const byId = (one: { profileId: ProfileId }, two: { profileId: ProfileId }) =>
    one.profileId < two.profileId ? -1 : 1;
  expect([...parted.after].sort(byId)).toEqual([...before].sort(byId));
});
