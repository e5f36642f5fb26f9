import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { soleIdentifier, wholeMove } from '../../../test/support/profiles';
import type { Tx } from '../../platform/database/database';
import { dayOf } from '../../shared/days';
import { type IdentifierId, type ProfileId, uuidSource } from '../../shared/ids';
import { lockIdentities } from '../identity';
import type { ProfileActivity, ProfileEvaluator } from './activity.model';
import { ActivityReads } from './activity.reads';
import { activityRehoming } from './activity.rehoming';
import type { Occurrence } from './activity.rules';
import { ActivityService } from './activity.service';
import { findDays, recordSchedule } from './activity.store';
import { firstDaysWith, SumsOfSignals } from './activity.sums';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const now = clock.now();

const earlier = (ms: number) => new Date(now.getTime() - ms);
const later = (ms: number) => new Date(now.getTime() + ms);

/** Remembers what it was given, and asks to be called again when told to. */
class RecordingEvaluator implements ProfileEvaluator {
  readonly calls: { now: Date; profiles: readonly ProfileActivity[] }[] = [];

  constructor(
    private readonly next: (profileId: ProfileId) => Date | undefined = () => undefined,
    private readonly meanwhile: (tx: Tx) => Promise<void> = async () => undefined,
  ) {}

  async evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    at: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>> {
    this.calls.push({ now: at, profiles });
    await this.meanwhile(tx);
    return new Map(
      profiles.flatMap(({ profileId }) => {
        const next = this.next(profileId);
        return next === undefined ? [] : [[profileId, next]];
      }),
    );
  }

  get seen(): ProfileId[] {
    return this.calls.flatMap((call) => call.profiles.map((profile) => profile.profileId));
  }
}

function newProfiles(count: number): ProfileId[] {
  return Array.from({ length: count }, () => uuidSource.next<ProfileId>());
}

function occurrence(profileId: ProfileId, at: string, changes: Partial<Occurrence> = {}) {
  return {
    profileId,
    identifierId: uuidSource.next<IdentifierId>(),
    occurredAt: new Date(at),
    isOwnEvent: true,
    signals: {},
    ...changes,
  };
}

/** Profiles that are due at the instant given. */
async function schedule(profileIds: readonly ProfileId[], at: Date | null): Promise<void> {
  const next = new Map(at === null ? [] : profileIds.map((profileId) => [profileId, at]));
  await database.transaction(async (tx) => recordSchedule(tx, profileIds, next));
}

async function nextOf(profileId: ProfileId): Promise<Date | null | undefined> {
  const [row] = await database.query<{ next: Date | null }>(
    'select next_evaluation_at as next from evaluation where profile_id = $1',
    [profileId],
  );
  return row?.next;
}

beforeEach(async () => {
  await database.query('truncate evaluation');
});

describe('recording', () => {
  const day = '2026-06-01';

  async function record(...batches: (readonly Occurrence[])[]): Promise<void> {
    const service = new ActivityService(database, []);
    for (const batch of batches) {
      await database.transaction((tx) => service.record(tx, batch, [], now));
    }
  }

  it('adds to the days that are there, and sums a profile over its identifiers', async () => {
    const [profileId] = newProfiles(1) as [ProfileId];
    const one = occurrence(profileId, `${day}T10:00:00Z`, {
      signals: { orders: 1, revenueMinor: 9_000_000_000_000, sentimentMilli: -500 },
    });
    const other = { ...one, identifierId: uuidSource.next<IdentifierId>() };
    await record(
      [one, other],
      [one],
      [{ ...one, occurredAt: new Date('2026-05-31T23:59:59.999Z') }],
    );
    const found = (await findDays(database, [profileId])).get(profileId);
    expect(found).toMatchObject([
      { day: dayOf(new Date('2026-05-31')), events: 1, orders: 1, revenueMinor: 9e12 },
      {
        day: dayOf(new Date(day)),
        events: 3,
        orders: 3,
        revenueMinor: 27e12,
        sentimentMilli: -1500,
      },
    ]);
  });

  it.each<[string, [number, boolean, string][][], [number, number]]>([
    ['own events', [[[12, true, 'a']], [[9, true, 'a']], [[15, true, 'b']]], [9, 15]],
    ['others alone', [[[12, false, 'a']], [[9, false, 'b']]], [9, 12]],
    ['others, then own', [[[8, false, 'a']], [[20, false, 'a']], [[12, true, 'a']]], [12, 12]],
    ['own, then others', [[[12, true, 'a']], [[8, false, 'a']], [[20, false, 'a']]], [12, 12]],
    ['another identifier', [[[8, false, 'a']], [[12, true, 'b']], [[20, false, 'a']]], [12, 12]],
  ])('dates a day by %s', async (_, batches, [first, last]) => {
    const [profileId] = newProfiles(1) as [ProfileId];
    const ids = new Map(['a', 'b'].map((name) => [name, uuidSource.next<IdentifierId>()]));
    await record(
      ...batches.map((batch) =>
        batch.map(([hour, isOwnEvent, name]) =>
          occurrence(profileId, `${day}T${String(hour).padStart(2, '0')}:00:00Z`, {
            isOwnEvent,
            identifierId: ids.get(name) as IdentifierId,
          }),
        ),
      ),
    );
    const hours = (await findDays(database, [profileId]))
      .get(profileId)
      ?.map((one) => [one.firstAt.getUTCHours(), one.lastAt.getUTCHours()]);
    expect(hours).toEqual([[first, last]]);
  });

  it('tells when a profile was seen, by what it did itself', async () => {
    const [own, helped, nobody] = newProfiles(3) as [ProfileId, ProfileId, ProfileId];
    await record([
      occurrence(own, '2026-01-05T10:00:00Z'),
      occurrence(own, '2026-03-05T10:00:00Z'),
      occurrence(own, '2026-04-05T10:00:00Z', { isOwnEvent: false }),
      occurrence(helped, '2026-04-05T10:00:00Z', { isOwnEvent: false }),
    ]);
    const seen = await new ActivityReads(database).seenByProfile([nobody, helped, own]);
    expect(seen).toEqual([
      null,
      null,
      {
        profileId: own,
        firstSeenAt: new Date('2026-01-05T10:00:00Z'),
        lastSeenAt: new Date('2026-03-05T10:00:00Z'),
      },
    ]);
  });

  it('sums signals over a span and over all days, with zeros for who has none', async () => {
    const [active, silent] = newProfiles(2) as [ProfileId, ProfileId];
    await record(
      ['2026-05-30', '2026-05-31', '2026-06-01', '2026-06-02'].map((date, index) =>
        occurrence(active, `${date}T10:00:00Z`, { signals: { likes: 10 ** index } }),
      ),
    );
    const span = { first: dayOf(new Date('2026-05-31')), last: dayOf(new Date('2026-06-01')) };
    const profiles = [active, silent, active];
    const sums = new SumsOfSignals(['likes', 'posts']);
    const inSpan = await sums.ofSpan(database, profiles, span);
    expect([...inSpan.keys()].sort()).toEqual([active, silent].sort());
    expect(inSpan.get(active)).toEqual({ likes: 110, posts: 0 });
    expect(inSpan.get(silent)).toEqual({ likes: 0, posts: 0 });
    const ever = await sums.ofAllDays(database, profiles);
    expect(ever.get(active)).toMatchObject({
      sums: { likes: 1111, posts: 0 },
      lastAt: new Date('2026-06-02T10:00:00Z'),
    });
    expect(ever.get(silent)).toMatchObject({ sums: { likes: 0, posts: 0 }, lastAt: null });
    expect(await firstDaysWith(database, [active, silent], 'likes')).toEqual(
      new Map([[active, dayOf(new Date('2026-05-30'))]]),
    );
  });

  it('follows a merge, with the schedule of the absorbed one gone', async () => {
    const [survivor, absorbed] = newProfiles(2) as [ProfileId, ProfileId];
    await record([
      occurrence(survivor, `${day}T10:00:00Z`, { signals: { orders: 1 } }),
      occurrence(absorbed, `${day}T12:00:00Z`, {
        signals: { orders: 2 },
        identifierId: soleIdentifier(absorbed),
      }),
    ]);
    await schedule([survivor, absorbed], later(1));
    await database.transaction((tx) =>
      activityRehoming.rehome(tx, wholeMove(absorbed, survivor), now),
    );
    const days = await findDays(database, [survivor, absorbed]);
    expect(days.get(survivor)).toMatchObject([{ events: 2, orders: 3 }]);
    expect(days.has(absorbed)).toBe(false);
    expect(await nextOf(absorbed)).toBeUndefined();
  });
});

describe('a part that moves out', () => {
  it('takes its days along, and leaves the schedule of the others', async () => {
    const [from, into] = newProfiles(2) as [ProfileId, ProfileId];
    const [leaving, staying] = [1, 2].map(() => uuidSource.next<IdentifierId>()) as [
      IdentifierId,
      IdentifierId,
    ];
    const service = new ActivityService(database, []);
    await database.transaction((tx) =>
      service.record(
        tx,
        [
          occurrence(from, '2026-06-01T10:00:00Z', {
            signals: { orders: 1 },
            identifierId: leaving,
          }),
          occurrence(from, '2026-06-01T10:00:00Z', {
            signals: { orders: 2 },
            identifierId: staying,
          }),
        ],
        [],
        now,
      ),
    );
    await schedule([from], later(1));
    const move = {
      from,
      into,
      identifierIds: [leaving],
      isWhole: false,
      reason: 'UNMERGE',
    } as const;
    await database.transaction((tx) => activityRehoming.rehome(tx, move, now));
    const days = await findDays(database, [from, into]);
    expect(days.get(from)).toMatchObject([{ events: 1, orders: 2 }]);
    expect(days.get(into)).toMatchObject([{ events: 1, orders: 1 }]);
    expect(await nextOf(from)).toEqual(later(1));
  });
});

describe('evaluating', () => {
  it('calls every evaluator in order, with all days of each profile, ascending', async () => {
    const [busy, idle] = newProfiles(2) as [ProfileId, ProfileId];
    const first = new RecordingEvaluator();
    const second = new RecordingEvaluator(undefined, async () => {
      expect(first.calls).toHaveLength(1);
    });
    const service = new ActivityService(database, [first, second]);
    await database.transaction(async (tx) => {
      const days = ['2026-06-03', '2025-06-03'].map((day) => occurrence(busy, `${day}T10:00:00Z`));
      await new ActivityService(database, []).record(tx, days, [], now);
      await service.evaluate(tx, [idle, busy], now);
    });
    for (const { calls } of [first, second]) {
      expect(calls).toMatchObject([
        {
          now,
          profiles: [
            { profileId: idle, days: [] },
            {
              profileId: busy,
              days: [
                { day: dayOf(new Date('2025-06-03')), events: 1 },
                { day: dayOf(new Date('2026-06-03')), events: 1 },
              ],
            },
          ],
        },
      ]);
    }
  });

  it('calls nobody for no profiles', async () => {
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    await database.transaction((tx) => service.evaluate(tx, [], now));
    expect(evaluator.calls).toEqual([]);
  });

  it('schedules the earliest of what the evaluators ask for, and nothing where none does', async () => {
    const [early, late, never] = newProfiles(3) as [ProfileId, ProfileId, ProfileId];
    await schedule([early, late, never], later(1));
    const service = new ActivityService(database, [
      new RecordingEvaluator((id) => (id === early ? later(9_000) : undefined)),
      new RecordingEvaluator((id) => (id === never ? undefined : later(5_000))),
      new RecordingEvaluator((id) => (id === early ? later(7_000) : undefined)),
    ]);
    await database.transaction((tx) => service.evaluate(tx, [early, late, never], now));
    expect(await Promise.all([early, late, never].map(nextOf))).toEqual([
      later(5_000),
      later(5_000),
      null,
    ]);
  });
});

describe('evaluating what is due', () => {
  it('takes those whose instant has come, and no others', async () => {
    const [overdue, onTime, notYet, never] = newProfiles(4) as [
      ProfileId,
      ProfileId,
      ProfileId,
      ProfileId,
    ];
    await schedule([overdue], earlier(1));
    await schedule([onTime], now);
    await schedule([notYet], later(1));
    await schedule([never], null);
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    expect(await service.evaluateDue(now)).toBe(2);
    expect(evaluator.seen.sort()).toEqual([overdue, onTime].sort());
    expect(await nextOf(overdue)).toBeNull();
    expect(await nextOf(notYet)).toEqual(later(1));
    expect(await service.evaluateDue(now)).toBe(0);
  });

  it('works through a backlog, the longest overdue first', async () => {
    const [oldest] = newProfiles(1) as [ProfileId];
    await schedule(newProfiles(600), earlier(10));
    await schedule([oldest], earlier(1000));
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    const done = [await service.evaluateDue(now), await service.evaluateDue(now)];
    expect(done).toEqual([500, 101]);
    expect(await service.evaluateDue(now)).toBe(0);
    expect(evaluator.calls[0]?.profiles.map((one) => one.profileId)).toContain(oldest);
    expect(new Set(evaluator.seen).size).toBe(601);
  });

  it('evaluates each profile once, however many workers there are', async () => {
    const profileIds = newProfiles(1200);
    await schedule(profileIds, earlier(10));
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    const work = async () => {
      // A round may find all of its candidates held by the others; the backlog tells when to end.
      for (;;) {
        await service.evaluateDue(now);
        const [row] = await database.query<{ due: number }>(
          'select count(*)::int as due from evaluation where next_evaluation_at <= $1',
          [now],
        );
        if (row?.due === 0) return;
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    expect(evaluator.seen).toHaveLength(1200);
    expect(new Set(evaluator.seen)).toEqual(new Set(profileIds));
  });

  it('leaves out a profile that is being worked on, and takes it up later', async () => {
    const [held, free] = newProfiles(2) as [ProfileId, ProfileId];
    await schedule([held, free], earlier(1));
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    await database.transaction(async (tx) => {
      await lockIdentities(tx, [held]);
      expect(await service.evaluateDue(now)).toBe(1);
      expect(await service.evaluateDue(now)).toBe(0);
    });
    expect(evaluator.seen).toEqual([free]);
    expect(await service.evaluateDue(now)).toBe(1);
    expect(evaluator.seen).toEqual([free, held]);
  });

  it('changes nothing when an evaluator fails', async () => {
    const [profileId] = newProfiles(1) as [ProfileId];
    await schedule([profileId], earlier(1));
    const broken = new RecordingEvaluator(undefined, async () => {
      throw new Error('broken');
    });
    const service = new ActivityService(database, [broken]);
    await expect(service.evaluateDue(now)).rejects.toThrow('broken');
    expect(await nextOf(profileId)).toEqual(earlier(1));
  });
});

describe('evaluating all', () => {
  it('visits every profile once, due or not', async () => {
    const profileIds = newProfiles(1001);
    await schedule(profileIds.slice(0, 500), later(1000));
    await schedule(profileIds.slice(500), null);
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    await service.scheduleAll(database, now);
    expect(await service.evaluateAllDue(now)).toBe(1001);
    expect(evaluator.seen.toSorted()).toEqual(profileIds.toSorted());
  });

  it('can be left to the sweep, which takes up what is held now once it is free', async () => {
    const [survivor, absorbed] = newProfiles(2) as [ProfileId, ProfileId];
    await schedule([survivor, absorbed], null);
    const evaluator = new RecordingEvaluator();
    const service = new ActivityService(database, [evaluator]);
    await service.scheduleAll(database, now);
    await database.transaction(async (tx) => {
      await lockIdentities(tx, [survivor, absorbed]);
      expect(await service.evaluateDue(now)).toBe(0);
      await activityRehoming.rehome(tx, wholeMove(absorbed, survivor), now);
    });
    expect(await service.evaluateDue(now)).toBe(1);
    expect(evaluator.seen).toEqual([survivor]);
    expect(await nextOf(absorbed)).toBeUndefined();
  });

  it('goes through all profiles with their days, page by page', async () => {
    const profileIds = newProfiles(501);
    await schedule(profileIds, null);
    const [last] = profileIds.slice(-1) as [ProfileId];
    const service = new ActivityService(database, []);
    await database.transaction((tx) =>
      service.record(tx, [occurrence(last, '2026-06-01T10:00:00Z')], [], now),
    );
    const pages: ProfileActivity[][] = [];
    for await (const page of service.allProfiles()) pages.push([...page]);
    // Small enough for others in the process to have their turn in between.
    expect(Math.max(...pages.map((page) => page.length))).toBe(20);
    expect(pages.flat().map((one) => one.profileId)).toEqual(profileIds);
    expect(pages.at(-1)?.at(-1)?.days).toMatchObject([{ events: 1 }]);
  });
});
