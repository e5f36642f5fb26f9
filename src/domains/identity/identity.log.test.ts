import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createExecutor } from '../../../test/support/graphql';
import { createPipeline } from '../../../test/support/pipeline';
import { listening } from '../../../test/support/statements';
import { firstRows } from '../../platform/database/keyset';
import { encodeCursor } from '../../platform/graphql/cursor';
import { type ProfileId, toPublicId } from '../../shared/ids';
import type { IncomingEvent } from '../events';
import { IdentityLogReads } from './identity.log.reads';
import { IdentityLogResolver } from './identity.log.resolver';
import type { LogPosition, LogRow } from './identity.log.store';
import { defaultIdentityPolicy } from './identity.policy';
import { IdentityReads } from './identity.reads';
import { IdentityResolver } from './identity.resolver';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
// Two people on one device: here it is demoted, as an identifier is that does not follow people.
const identityPolicy = {
  ...defaultIdentityPolicy,
  namespaces: defaultIdentityPolicy.namespaces.map((one) => ({ ...one, followsPerson: false })),
};
const { events: service } = createPipeline(database, { clock, identityPolicy });
const reads = new IdentityLogReads(database);
const execute = createExecutor([
  new IdentityResolver(new IdentityReads(database, defaultIdentityPolicy)),
  new IdentityLogResolver(reads),
]);

const NIL = '00000000-0000-0000-0000-000000000000';

let serial = 0;

function fresh(): string {
  serial += 1;
  return String(serial);
}

/** @param identifiers written `namespace:value` */
function event(...identifiers: readonly string[]): IncomingEvent {
  return {
    messageId: `m-${fresh()}`,
    name: 'Page Viewed',
    occurredAt: new Date('2026-06-14T08:00:00Z'),
    identifiers: identifiers.map((text) => {
      const [namespace = '', value = ''] = text.split(':');
      return { namespace, value };
    }),
  };
}

async function accepted(one: IncomingEvent, source = 'web'): Promise<ProfileId> {
  const { outcomes } = await service.ingest(source, [one]);
  const [outcome] = outcomes;
  if (outcome?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome.profileId;
}

/** A user whose device is somebody else's: every event with both demotes the device. */
async function shared(source = 'web') {
  const [user, device] = [`user_id:u${fresh()}`, `device_id:d${fresh()}`];
  await accepted(event(`user_id:u${fresh()}`, device));
  const send = () => accepted(event(user, device), source);
  return { user, device, send };
}

async function logOf(
  profileId: ProfileId,
  after: LogPosition | null = null,
  size = 100,
): Promise<readonly LogRow[]> {
  const [rows = []] = await reads.logByPage([{ profileId, page: firstRows(size, after) }]);
  return rows;
}

function told({
  kind,
  source,
  namespace,
  value,
  linkedNamespace,
  linkedValue,
  rule,
  times,
}: LogRow) {
  const names = [`${namespace}:${value}`, `${linkedNamespace}:${linkedValue}`];
  return [
    kind,
    source,
    ...(kind === 'MERGED' ? [] : names),
    ...(rule === null ? [] : [rule, times]),
  ];
}

async function warnings() {
  return reads.findWarnings({ rule: null, source: null, since: null }, firstRows(1000));
}

describe('the log of a profile', () => {
  it('has links with their first evidence, merges and demotions', async () => {
    const [user, email, device] = [
      `user_id:${fresh()}`,
      `email:a${fresh()}@x.io`,
      `device_id:${fresh()}`,
    ];
    const survivor = await accepted(event(user));
    const absorbed = await accepted(event(email), 'shop');
    clock.advanceDays(1);
    const joining = event(user, email);
    const { outcomes } = await service.ingest('crm', [joining]);
    await accepted(event(user, email), 'later');
    await accepted(event(`user_id:${fresh()}`, device));
    clock.advanceDays(1);
    await accepted(event(user, device, 'email:null'), 'tablet');

    const log = await logOf(survivor);
    expect(log.map(told)).toEqual(
      expect.arrayContaining([
        ['DEMOTED', 'tablet', device, user, 'PERSON_CONFLICT', 1],
        ['DEMOTED', 'tablet', 'email:null', user, 'JUNK_VALUE', 1],
        ['LINKED', 'crm', email, user],
        ['MERGED', 'crm'],
      ]),
    );
    expect(log).toHaveLength(4);
    expect(log.map(({ at }) => at.getTime())).toEqual(
      log.map(({ at }) => at.getTime()).sort((left, right) => right - left),
    );
    const [outcome] = outcomes;
    const { eventId } = outcome?.status === 'ACCEPTED' ? outcome : { eventId: null };
    expect(log.filter(({ source }) => source === 'crm').map((one) => one.eventId)).toEqual([
      eventId,
      eventId,
    ]);
    expect(log.find(({ kind }) => kind === 'MERGED')).toMatchObject({
      survivorId: survivor,
      absorbedId: absorbed,
    });
  });

  it('is empty where one identifier is all there is', async () => {
    expect(await logOf(await accepted(event(`user_id:${fresh()}`)))).toEqual([]);
  });

  it('counts the same demotion up instead of telling it again', async () => {
    const { user, device, send } = await shared();
    const profileId = await send();
    clock.advanceDays(1);
    await send();
    await service.ingest('web', [event(user, device), event(user, device)]);
    const log = await logOf(profileId);
    expect(log.map(told)).toEqual([['DEMOTED', 'web', device, user, 'PERSON_CONFLICT', 4]]);
    expect((log[0]?.lastAt?.getTime() ?? 0) - (log[0]?.at.getTime() ?? 0)).toBe(86_400_000);
  });

  it('follows a merge, of several profiles in turn, and goes back with an identifier', async () => {
    const [x, y, z] = ['x', 'y', 'z'].map((one) => `email:${one}${fresh()}@x.io`) as [
      string,
      string,
      string,
    ];
    const first = await accepted(event(x, 'phone:0'));
    const second = await accepted(event(y, 'phone:0'));
    const third = await accepted(event(z, 'phone:0'));
    await accepted(event(y, z));
    expect(await accepted(event(x, y))).toBe(first);
    const demoted = async (profileId: ProfileId) =>
      (await logOf(profileId))
        .filter(({ kind }) => kind === 'DEMOTED')
        .map(({ linkedNamespace, linkedValue }) => `${linkedNamespace}:${linkedValue}`)
        .sort();
    expect(await demoted(first)).toEqual([x, y, z]);
    const merges = (await logOf(first)).filter(({ kind }) => kind === 'MERGED');
    expect(merges.map(({ survivorId, absorbedId }) => [survivorId, absorbedId])).toEqual([
      [first, second],
      [second, third],
    ]);
    // What taking a merge apart does to the graph.
    await database.query('update identifier set profile_id = $1 where value = $2', [
      third,
      z.slice('email:'.length),
    ]);
    expect(await demoted(first)).toEqual([x, y]);
    expect(await demoted(third)).toEqual([z]);
  });

  it('loses nothing over pages of any size, through entries of one instant', async () => {
    const [user, email] = [`user_id:${fresh()}`, `email:p${fresh()}@x.io`];
    const profileId = await accepted(event(user));
    await accepted(event(email));
    // One batch, one instant: links, a merge and warnings at several identifiers.
    await service.ingest('web', [
      event(user, email, 'phone:1', 'x:1'),
      ...Array.from({ length: 7 }, (_, index) =>
        event(user, `anonymous_id:p${fresh()}`, `y${index}:1`),
      ),
      ...Array.from({ length: 7 }, (_, index) =>
        event(email, `anonymous_id:p${fresh()}`, `y${index}:1`),
      ),
    ]);
    clock.advanceDays(1);
    await service.ingest('web', [event(email, 'z:1'), event(user, 'z:1')]);
    const all = await logOf(profileId);
    expect(all).toHaveLength(1 + 15 + 18);
    for (const size of [1, 4, 33, 34]) {
      const seen: LogRow[] = [];
      for (let after: LogPosition | null = null; ; ) {
        const rows = await logOf(profileId, after, size);
        seen.push(...rows);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last;
      }
      expect(seen).toEqual(all);
    }
  });

  it('is read for many profiles in one statement, each its own page', async () => {
    const [one, other] = [await shared(), await shared('app')];
    const [left, right] = [await one.send(), await other.send()];
    const pages = await reads.logByPage([
      { profileId: left, page: firstRows(5) },
      { profileId: right, page: firstRows(5) },
      { profileId: left, page: firstRows(0) },
    ]);
    expect(pages.map((rows) => rows.map(({ source }) => source))).toEqual([['web'], ['app'], []]);
  });
});

describe('what is logged', () => {
  it('is nothing for a duplicate, sent again or twice in a batch', async () => {
    const { user, device, send } = await shared();
    const profileId = await send();
    const one = event(user, device, 'email:null');
    await service.ingest('web', [one, one]);
    await service.ingest('web', [one]);
    const log = await logOf(profileId);
    expect(log.map(({ value, times }) => [value, times])).toEqual(
      expect.arrayContaining([
        [device.split(':')[1], 2],
        ['null', 1],
      ]),
    );
    expect(log).toHaveLength(2);
  });

  it('is nothing for an event in quarantine', async () => {
    const before = await warnings();
    const { outcomes } = await service.ingest('web', [
      event('email:null'),
      { ...event(`user_id:${fresh()}`, 'email:null'), name: ' ' },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['QUARANTINED', 'QUARANTINED']);
    expect(await warnings()).toEqual(before);
  });

  it('is nothing where the transaction comes to nothing', async () => {
    const before = await warnings();
    const { user, device } = await shared();
    const failing = database.transaction(async (tx) => {
      await service.ingestIn(tx, 'web', [event(user, device)], clock.now());
      throw new Error('Not today.');
    });
    await expect(failing).rejects.toThrow('Not today.');
    expect(await warnings()).toEqual(before);
  });

  it('keeps no batch waiting for another that broke the same rule and is not committed', async () => {
    const [one, other] = [await shared('busy'), await shared('busy')];
    await database.transaction(async (open) => {
      await service.ingestIn(open, 'busy', [event(one.user, one.device)], clock.now());
      await database.transaction(async (tx) => {
        await tx.query(`set local lock_timeout = '2s'`);
        await service.ingestIn(tx, 'busy', [event(other.user, other.device)], clock.now());
      });
    });
    const counts = await reads.countWarnings(null);
    expect(counts.filter(({ source }) => source === 'busy')).toMatchObject([{ times: 2n }]);
  });

  it('may be anything: NUL, half a surrogate pair, 30 KB', async () => {
    const user = `user_id:${fresh()}`;
    const sent = [
      { namespace: 'n\0', value: 'a\0' },
      { namespace: 'm\ud800', value: 'b\ud800' },
      { namespace: 'email', value: `${'x'.repeat(30_000)}@x.io` },
    ];
    const one = event(user);
    const profileId = await accepted({ ...one, identifiers: [...one.identifiers, ...sent] });
    const log = await logOf(profileId);
    expect(log.map(({ namespace, value }) => `${namespace}:${value}`).sort()).toEqual([
      `email:${'x'.repeat(255)}`,
      'm\ufffd:b\ufffd',
      'n\ufffd:a\ufffd',
    ]);
  });

  it('costs one statement a batch, and none where there is nothing to log', async () => {
    const plain = [`user_id:${fresh()}`, `user_id:${fresh()}`];
    const { user, device, send } = await shared();
    await send();
    await service.ingest(
      'web',
      plain.map((one) => event(one)),
    );
    const without = await statementsOf(plain.map((one) => event(one)));
    const withMany = await statementsOf([
      event(user, device, 'email:null', 'x:1'),
      event(user, device, 'phone:0', 'x:2'),
    ]);
    const ours = (texts: readonly string[]) =>
      texts.filter((text) => /identity_warning/.test(text));
    expect(ours(without)).toEqual([]);
    expect(ours(withMany)).toHaveLength(1);
  });

  async function statementsOf(events: readonly IncomingEvent[]): Promise<readonly string[]> {
    const statements: string[] = [];
    await database.transaction(async (tx) => {
      const counted = listening(tx, (text) => statements.push(text));
      await service.ingestIn(counted, 'web', events, clock.now());
    });
    return statements;
  }
});

describe('warnings of all profiles', () => {
  const sources = ['list-a', 'list-b', 'list-c'];
  const since = () => reads.countWarnings(new Date('2026-09-01T15:00:00Z'));

  beforeAll(async () => {
    clock.set('2026-09-01T00:30:00Z');
    for (const source of sources) {
      const { send } = await shared(source);
      await send();
      await send();
    }
    clock.set('2026-09-02T00:00:00Z');
    for (const source of sources.slice(1)) {
      await service.ingest(source, [
        event(`user_id:${fresh()}`, 'email:null'),
        event(`user_id:${fresh()}`, 'email:null'),
        event(`user_id:${fresh()}`, 'email:undefined', 'phone:0'),
      ]);
    }
  });

  it.each<[string, object, number]>([
    ['by rule', { rule: 'JUNK_VALUE', since: new Date('2026-09-01T00:00:00Z') }, 8],
    ['by source', { source: 'list-a' }, 1],
    ['by both', { rule: 'JUNK_VALUE', source: 'list-b' }, 4],
    ['since an instant, that one included', { since: new Date('2026-09-02T00:00:00Z') }, 8],
    ['since a moment later', { since: new Date('2026-09-02T00:00:00.001Z') }, 0],
    ['by a rule that nobody broke', { rule: 'NO_SUCH_RULE' }, 0],
    ['by what cannot be stored', { source: '\0\ud800' }, 0],
  ])('%s', async (_name, conditions, expected) => {
    const all = { rule: null, source: null, since: null, ...conditions };
    expect(await reads.findWarnings(all, firstRows(1000))).toHaveLength(expected);
  });

  it('come newest first, and none is lost over pages', async () => {
    const conditions = { rule: null, source: null, since: new Date('2026-09-01T00:00:00Z') };
    const all = await reads.findWarnings(conditions, firstRows(1000));
    expect(all).toHaveLength(11);
    const seen = [];
    for (let after: LogPosition | null = null; ; ) {
      const rows = await reads.findWarnings(conditions, firstRows(2, after));
      seen.push(...rows);
      after = rows.at(-1) ?? null;
      if (after === null) break;
    }
    expect(seen).toEqual(all);
    expect(all.map(({ at }) => at.getUTCDate())).toEqual([
      ...Array(8).fill(2),
      ...Array(3).fill(1),
    ]);
  });

  it('name the profile that has the event today', async () => {
    const [x, y] = [`email:w${fresh()}@x.io`, `email:w${fresh()}@x.io`];
    const survivor = await accepted(event(x));
    await accepted(event(y, 'phone:0'), 'list-moved');
    await accepted(event(x, y));
    const conditions = { rule: null, source: 'list-moved', since: null };
    expect(await reads.findWarnings(conditions, firstRows(10))).toMatchObject([
      { profileId: survivor },
    ]);
  });

  it('are counted per rule and source by whole UTC days, repeats included', async () => {
    const counts = (await since()).filter(({ source }) => sources.includes(source));
    expect(counts.map(({ rule, source, times }) => [rule, source, times])).toEqual([
      ['JUNK_VALUE', 'list-b', 4n],
      ['JUNK_VALUE', 'list-c', 4n],
      ['PERSON_CONFLICT', 'list-a', 2n],
      ['PERSON_CONFLICT', 'list-b', 2n],
      ['PERSON_CONFLICT', 'list-c', 2n],
    ]);
    const later = await reads.countWarnings(new Date('2026-09-02T23:59:59Z'));
    expect(later.map(({ rule }) => rule)).not.toContain('PERSON_CONFLICT');
    const [rows] = await database.query<{ times: bigint }>(
      'select sum(times) as times from identity_warning',
    );
    const all = await reads.countWarnings(null);
    expect(all.reduce((sum, { times }) => sum + times, 0n)).toBe(rows?.times);
  });

  it('are counted right by many batches at once', async () => {
    const users = Array.from({ length: 8 }, () => `user_id:${fresh()}`);
    await Promise.all(
      users.map((user) =>
        service.ingest('list-busy', [event(user, 'email:null'), event(user, 'phone:0', 'x:1')]),
      ),
    );
    const counts = (await reads.countWarnings(null)).filter(({ source }) => source === 'list-busy');
    expect(counts.map(({ rule, times }) => [rule, times])).toEqual([
      ['JUNK_VALUE', 16n],
      ['UNKNOWN_NAMESPACE', 8n],
    ]);
  });
});

describe('the API', () => {
  const log = `query ($id: ID!, $first: Int, $after: String) {
    profile(id: $id) {
      identityLog(first: $first, after: $after) {
        edges { node {
          kind source eventId rule times survivorId absorbedId
          identifier { namespace value } linkedTo { namespace value }
        } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  const list = `query ($filter: IdentityWarningFilter, $after: String) {
    identityWarnings(filter: $filter, first: 1, after: $after) {
      edges { node { profileId rule source times identifier { namespace value } eventId occurredAt } }
      pageInfo { hasNextPage endCursor }
    }
    identityWarningCounts { rule source times }
  }`;

  it('pages through a log', async () => {
    const { user, device, send } = await shared('api');
    const profileId = await send();
    clock.advanceDays(1);
    await accepted(event(user, `anonymous_id:${fresh()}`));
    const id = toPublicId('prf', profileId);
    const first = await execute(log, { id, first: 1 });
    expect(first.errors).toBeUndefined();
    const page = (first.data as { profile: { identityLog: Page } }).profile.identityLog;
    expect(page.edges).toMatchObject([{ node: { kind: 'LINKED', rule: null, times: null } }]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const second = await execute(log, { id, first: 1, after: page.pageInfo.endCursor });
    expect(second.data).toMatchObject({
      profile: {
        identityLog: {
          edges: [
            {
              node: {
                kind: 'DEMOTED',
                eventId: expect.stringMatching(/^evt_/),
                rule: 'PERSON_CONFLICT',
                identifier: { namespace: 'device_id', value: device.split(':')[1] },
                linkedTo: { namespace: 'user_id', value: user.split(':')[1] },
              },
            },
          ],
          pageInfo: { hasNextPage: false },
        },
      },
    });
  });

  it('lists and counts warnings', async () => {
    const profileId = await accepted(event(`user_id:${fresh()}`, 'email:null', 'phone:0'), 'api-2');
    const filter = { source: 'api-2' };
    const first = await execute(list, { filter });
    expect(first.errors).toBeUndefined();
    const page = (first.data as { identityWarnings: Page }).identityWarnings;
    const second = await execute(list, { filter, after: page.pageInfo.endCursor });
    expect(second.data).toMatchObject({
      identityWarnings: {
        edges: [{ node: { profileId: toPublicId('prf', profileId), times: 1, source: 'api-2' } }],
        pageInfo: { hasNextPage: false },
      },
      identityWarningCounts: expect.arrayContaining([
        { rule: 'JUNK_VALUE', source: 'api-2', times: '2' },
      ]),
    });
  });

  it.each([
    ['no cursor', 'nonsense'],
    ['a cursor of another list', encodeCursor(['2026-06-15T12:00:00.000Z'])],
    ['no time', encodeCursor(['x', NIL, NIL])],
    ['no ids', encodeCursor(['2026-06-15T12:00:00.000Z', NIL, "'"])],
  ])('refuses %s', async (_name, after) => {
    const { errors } = await execute(list, { after });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
  });

  interface Page {
    readonly edges: readonly object[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  }
});
