import { useTestDatabase } from '../../../test/support/database';
import type { Tx } from '../../platform/database/database';
import { type ProfileId, uuidSource } from '../../shared/ids';
import {
  lockAndLoadIdentifiers,
  lockEverybody,
  lockIdentities,
  tryLockProfiles,
} from './identity.locks';
import type { KnownGraph } from './identity.model';

const { database } = useTestDatabase();

function newProfiles(count: number): ProfileId[] {
  return Array.from({ length: count }, () => uuidSource.next<ProfileId>());
}

async function locksHeld(tx: Tx): Promise<number> {
  const rows = await tx.query(
    `select from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid()`,
  );
  return rows.length;
}

/** Whether another transaction could have the locks at once. */
async function isFree(profileIds: readonly ProfileId[]): Promise<boolean> {
  return database
    .transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '50ms'`);
      await lockIdentities(tx, profileIds);
      return true;
    })
    .catch(() => false);
}

const some = newProfiles(2);
const others = newProfiles(2);
const many = newProfiles(1001);
const tooMany = newProfiles(3001);

it.each([
  ['the same', some, some, false],
  ['one in common', some, [...others, ...some.slice(1)], false],
  ['others', some, others, true],
  ['a multitude, while others are held', some, many, true],
  ['others, while a multitude is held', many, some, true],
  ['a thousand others, while a multitude is held', many, newProfiles(1000), true],
  ['some of a multitude', many, many.slice(0, 1), false],
  ['a multitude, while some of it are held', many.slice(-1), many, false],
  ['two multitudes', many, newProfiles(3000), false],
  ['too many, while some are held', some, tooMany, false],
  ['some, while too many are held', tooMany, some, false],
  ['a multitude, while too many are held', tooMany, many, false],
  ['twice too many', tooMany, newProfiles(3001), false],
  ['none', tooMany, [], true],
])('%s', async (_, held, wanted, expected) => {
  await database.transaction(async (tx) => {
    await lockIdentities(tx, held);
    expect(await isFree(wanted)).toBe(expected);
  });
  expect(await isFree(wanted)).toBe(true);
});

it('tries without waiting, and gets what is free', async () => {
  const attempt = (profileIds: readonly ProfileId[]) =>
    database.transaction((tx) => tryLockProfiles(tx, profileIds));
  await database.transaction(async (tx) => {
    await lockIdentities(tx, some);
    expect(await attempt([...some, ...others])).toEqual(others);
  });
  await database.transaction(async (tx) => {
    await lockIdentities(tx, many);
    expect(await attempt([...many.slice(0, 2), ...others])).toEqual(others);
  });
  await database.transaction(async (tx) => {
    await lockIdentities(tx, tooMany);
    expect(await attempt(others)).toEqual([]);
  });
  await database.transaction(async (tx) => {
    expect(await tryLockProfiles(tx, others)).toEqual(others);
    expect(await isFree(others)).toBe(false);
    expect(await isFree(many)).toBe(true);
    expect(await isFree(tooMany)).toBe(false);
  });
});

it('may be taken again by who has them', async () => {
  await database.transaction(async (tx) => {
    await lockIdentities(tx, some);
    await lockIdentities(tx, [...some, ...others]);
    await lockIdentities(tx, many);
    await lockIdentities(tx, newProfiles(1));
    await lockIdentities(tx, tooMany);
    await lockIdentities(tx, newProfiles(1));
  });
});

it.each([
  [1, 2],
  [1000, 1001],
  [1001, 1003],
  [3000, 3002],
  [3001, 1],
  [25_000, 1],
])('of %i names are %i at most', async (count, expected) => {
  await database.transaction(async (tx) => {
    await lockIdentities(
      tx,
      [],
      Array.from({ length: count }, (_, index) => ({ namespace: 'email', value: String(index) })),
    );
    expect(await locksHeld(tx)).toBe(expected);
  });
});

it('never close a circle, whatever order they are asked for in', async () => {
  const profileIds = newProfiles(20);
  let attempts = 0;
  await Promise.all(
    Array.from({ length: 30 }, (_, turn) =>
      database.transaction(async (tx) => {
        attempts += 1;
        const rotated = [...profileIds.slice(turn % 20), ...profileIds.slice(0, turn % 20)];
        await lockIdentities(tx, turn % 2 === 0 ? rotated : rotated.toReversed());
        await tx.query('select 1');
      }),
    ),
  );
  expect(attempts).toBe(30);
});

test('who goes alone waits for all others, and all others for it', async () => {
  const profileId = uuidSource.next<ProfileId>();
  await database.transaction(async (tx) => {
    await lockEverybody(tx);
    // Also for the locks of its own.
    await lockIdentities(tx, [profileId]);
    expect(await isFree([uuidSource.next<ProfileId>()])).toBe(false);
  });
  expect(await isFree([profileId])).toBe(true);
});

describe('locking and loading', () => {
  const at = new Date('2026-06-01');
  const key = (value: string) => ({ namespace: 'device_id', value, from: at, until: at });

  async function hold(value: string, profileId: ProfileId): Promise<void> {
    await database.query(
      `insert into identifier (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
       values ($1, 'device_id', $2, $3, now(), now())`,
      [value, uuidSource.next(), profileId],
    );
    await database.query(
      `insert into profile (profile_id, created_at, identifier_counts, merges)
       values ($1, now(), '{"device_id": 1}', 4)
       on conflict (profile_id) do update set identifier_counts = '{"device_id": 2}'`,
      [profileId],
    );
  }

  async function untilSomebodyWaits(tx: Tx): Promise<void> {
    for (;;) {
      const waiting = await tx.query(
        `select from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      );
      if (waiting.length > 0) return;
    }
  }

  it('gives what is named and what its profiles hold, and locks these', async () => {
    const [home, other] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    for (const value of ['all-1', 'all-2']) await hold(value, home);
    await hold('all-3', other);
    await database.transaction(async (tx) => {
      const { identifiers, profiles } = await lockAndLoadIdentifiers(
        tx,
        ['all-1', 'all-new'].map(key),
      );
      expect(identifiers).toMatchObject([{ value: 'all-1', profileId: home, tenant: 0 }]);
      const counts = new Map([['device_id', 2]]);
      expect(profiles).toEqual([{ profileId: home, counts, merges: 4, revokedLinks: [] }]);
      expect(await isFree([home])).toBe(false);
      expect(await isFree([other])).toBe(true);
      expect(await locksHeld(tx)).toBe(3);
    });
  });

  it('gives all identifiers of a namespace that is asked for, each once', async () => {
    const [home, other] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    for (const value of ['wide-1', 'wide-2']) await hold(value, home);
    await hold('wide-3', other);
    await database.transaction(async (tx) => {
      const names = [key('wide-1')];
      const { identifiers } = await lockAndLoadIdentifiers(tx, names, [], ['device_id']);
      expect(identifiers.map(({ value }) => value)).toEqual(['wide-1', 'wide-2']);
    });
  });

  it('locks companions with them, and reads nothing of them', async () => {
    const [home, companion] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    await hold('beside-1', home);
    await hold('beside-2', companion);
    await database.transaction(async (tx) => {
      const companions = [companion, home, companion];
      const loaded = await lockAndLoadIdentifiers(tx, [key('beside-1')], companions);
      expect(loaded.identifiers.map(({ value }) => value)).toEqual(['beside-1']);
      expect(loaded.profiles).toHaveLength(1);
      expect(await isFree([companion])).toBe(false);
      expect(await locksHeld(tx)).toBe(3);
    });
  });

  it.each([
    ['moved to another profile', 'moved', true],
    ['made', 'made', false],
  ])('starts over where an identifier was %s while it waited', async (_, value, isKnown) => {
    const [before, after] = [uuidSource.next<ProfileId>(), uuidSource.next<ProfileId>()];
    if (isKnown) await hold(value, before);
    let attempts = 0;
    let waiting: Promise<KnownGraph> | null = null;
    await database.transaction(async (tx) => {
      if (isKnown) await lockIdentities(tx, [before]);
      else await lockIdentities(tx, [], [key(value)]);
      waiting = database.transaction((late) => {
        attempts += 1;
        return lockAndLoadIdentifiers(late, [key(value)]);
      });
      await untilSomebodyWaits(tx);
      await tx.query('delete from identifier where value = $1', [value]);
      await tx.query(
        `insert into identifier (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
         values ($1, 'device_id', $2, $3, now(), now())`,
        [value, uuidSource.next(), after],
      );
    });
    const known = await (waiting as Promise<KnownGraph> | null);
    expect(known?.identifiers.map(({ profileId }) => profileId)).toEqual([after]);
    expect(attempts).toBe(2);
  });
});
