import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { RECORD_EVENTS, type Recorded, userIdentifier } from '../support/actions';
import { runOn, TEST_ADMIN_URL, withDatabase } from '../support/database';
import { type RunningServer, until, useProduct } from '../support/processes';

jest.setTimeout(120_000);

const place = useProduct('EMBEDDED');

let key = '';

/** Sends events under the message ids given. @returns how many were taken, or the fault's code */
async function record(
  server: RunningServer,
  userId: string,
  messageIds: readonly string[],
): Promise<Recorded | string> {
  const events = messageIds.map((messageId) => ({
    name: 'Page Viewed',
    messageId,
    identifiers: [userIdentifier(userId)],
  }));
  const { data, errors } = await server.query<{ recordEvents: Recorded }>(key, RECORD_EVENTS, {
    events,
  });
  return data?.recordEvents ?? errors[0]?.extensions.code ?? 'nothing';
}

async function ok(server: RunningServer): Promise<void> {
  const answer = await server.query<object>(
    key,
    '{ profiles(first: 1) { pageInfo { endCursor } } }',
  );
  expect([answer.status, answer.errors]).toEqual([200, []]);
}

describe('the server', () => {
  it('starts with a banner, answers, and ends on SIGTERM with the database stopped', async () => {
    key = await place.product.createKey();
    expect(await place.product.databasePid()).toBeNull();
    const server = await place.product.startServer();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    await server.program.says(/^API key: make one with `npx perennial keys create/m);
    await server.program.says(/^A query to paste:/m);
    expect([await server.health('live'), await server.health('ready')]).toEqual([200, 200]);
    await ok(server);
    expect(await place.product.databasePid()).not.toBeNull();

    server.program.kill('SIGTERM');
    expect(await server.program.end()).toBe(0);
    expect(await place.product.databasePid()).toBeNull();
    expect(server.program.stderr).toBe('');
    expect(await readdir(join(place.product.dataFolder, 'postgres.users'))).toEqual([]);
  });

  it.each(['SIGTERM', 'Ctrl-C'])('on %s answers what is in flight before it ends', async (way) => {
    const server = await place.product.startServer();
    const blocker = new pg.Client({ connectionString: await place.product.databaseUrl() });
    await blocker.connect();
    await blocker.query('begin; lock table event in access exclusive mode');
    const inFlight = record(server, `in-flight-${way}`, [`slow-${way}`]);
    await until(async () => {
      const { rowCount } = await blocker.query('select from pg_locks where not granted');
      return rowCount !== null && rowCount > 0;
    });
    if (way === 'SIGTERM') server.program.kill('SIGTERM');
    else server.program.interruptGroup();
    // It has stopped listening, and still waits for the answer in flight.
    await until(async () =>
      fetch(server.url).then(
        () => false,
        () => true,
      ),
    );
    expect(server.program.hasEnded).toBe(false);
    await blocker.query('commit');
    await blocker.end();
    expect(await inFlight).toMatchObject({ accepted: 1 });
    expect(await server.program.end()).toBe(0);
    expect(await place.product.databasePid()).toBeNull();
    expect(server.program.stderr).toBe('');
  });

  it('keeps its data over a restart', async () => {
    const before = await place.product.startServer();
    expect(await record(before, 'kept', ['k1', 'k2'])).toMatchObject({ accepted: 2 });
    before.program.kill('SIGTERM');
    expect(await before.program.end()).toBe(0);
    const after = await place.product.startServer();
    expect(await record(after, 'kept', ['k1', 'k2', 'k3'])).toMatchObject({
      accepted: 1,
      duplicates: 2,
    });
    after.program.kill('SIGTERM');
    expect(await after.program.end()).toBe(0);
  });

  // What an acknowledgement promises is looked at more closely in kill.test.ts.
  it('kill -9 leaves its database to the next start, which loses nothing and doubles nothing', async () => {
    const user = 'crash';
    const server = await place.product.startServer();
    const acknowledged: string[] = [];
    const unsure: string[] = [];
    let isKilled = false;
    let sent = 0;
    const sendOn = async (): Promise<void> => {
      while (!isKilled) {
        const messageIds = Array.from({ length: 10 }, () => {
          sent += 1;
          return `${user}-${sent}`;
        });
        const outcome = await record(server, user, messageIds).catch(() => 'no answer');
        (typeof outcome === 'string' ? unsure : acknowledged).push(...messageIds);
      }
    };
    const senders = [sendOn(), sendOn(), sendOn()];
    await until(async () => acknowledged.length >= 200).finally(() => {
      isKilled = acknowledged.length < 200;
    });
    const databasePid = await place.product.databasePid();
    server.program.kill('SIGKILL');
    isKilled = true;
    await Promise.all(senders);
    expect(await server.program.end()).toBe('SIGKILL');

    const again = await place.product.startServer();
    expect(await place.product.databasePid()).toBe(databasePid);
    const stored = await place.product.sql<{ message_id: string }>(
      `select message_id from event where message_id like '${user}-%'`,
    );
    const ids = stored.map((row) => row.message_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
    // Those without an answer are sent again, as a client would.
    if (unsure.length > 0)
      expect(await record(again, user, unsure)).toMatchObject({ quarantined: 0 });
    expect(
      await place.product.sql(
        `select (select count(*)::int from event where message_id like $1) as events,
                (select sum(events)::int from activity_day d join identifier i using (profile_id)
                 where i.value = $2) as counted`,
        [`${user}-%`, user],
      ),
    ).toEqual([{ events: sent, counted: sent }]);
    again.program.kill('SIGTERM');
    expect(await again.program.end()).toBe(0);
    expect(await place.product.databasePid()).toBeNull();
  });

  it('outlives a kill -9 of its database: starts it again, says so, and goes on', async () => {
    const server = await place.product.startServer();
    await ok(server);
    const blocker = new pg.Client({ connectionString: await place.product.databaseUrl() });
    blocker.on('error', () => undefined);
    await blocker.connect();
    await blocker.query('begin; lock table event in access exclusive mode');
    const inFlight = record(server, 'database-away', ['a1']);
    await until(async () => {
      const { rowCount } = await blocker.query('select from pg_locks where not granted');
      return rowCount !== null && rowCount > 0;
    });
    process.kill((await place.product.databasePid()) ?? 0, 'SIGKILL');

    expect(await inFlight).toBe('UNAVAILABLE');
    // Nobody else opens the data folder: it is the server that starts it again.
    await server.program.says(/"level":"warn".*PostgreSQL had ended and was started again/);
    expect(await server.health('live')).toBe(200);
    await until(async () => (await server.health('ready')) === 200);
    expect(await record(server, 'database-away', ['a1', 'a2'])).toMatchObject({ accepted: 2 });
    server.program.kill('SIGTERM');
    expect(await server.program.end()).toBe(0);
    expect(await place.product.databasePid()).toBeNull();
  });

  it('ends cleanly even while its database is away', async () => {
    const server = await place.product.startServer();
    await ok(server);
    // Whether it has noticed by then, or is about to start the database again, or neither.
    process.kill((await place.product.databasePid()) ?? 0, 'SIGKILL');
    server.program.kill('SIGTERM');
    const code = await server.program.end();
    expect({ code, ...(code !== 0 && { said: server.program.stderr }) }).toEqual({ code: 0 });
    expect(await place.product.databasePid()).toBeNull();
  });
});

describe('what cannot work is told in a sentence', () => {
  it('every faulty setting by name', async () => {
    const program = place.product.run('main', [], {
      PORT: 'abc',
      JOBS: 'perhaps',
      DATABASE_URL: 'mysql://secret@host/db',
      JWT_SECRET: 'short',
    });
    expect(await program.end()).toBe(1);
    expect(program.stdout).toBe('');
    for (const name of ['PORT', 'JOBS', 'DATABASE_URL', 'JWT_SECRET']) {
      expect(program.stderr).toContain(name);
    }
    expect(program.stderr).not.toMatch(/secret@|abc|perhaps|^\s+at /m);
  });

  it('a port in use, and the database is stopped again', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    try {
      const program = place.product.run('main', [], { PORT: String(port) });
      expect(await program.end()).toBe(1);
      expect(program.stderr).toMatch(new RegExp(`^[^\\n]*${port}[^\\n]*\\.\\n$`));
      expect(await place.product.databasePid()).toBeNull();
    } finally {
      occupant.close();
    }
  });

  it.each([
    ['nobody listens', 'postgresql://user:hidden@127.0.0.1:1/db'],
    ['there is no such host', 'postgresql://user:hidden@no-such-host.invalid/db'],
  ])('a database where %s', async (_name, url) => {
    const program = place.product.run('main', [], { DATABASE_URL: url });
    expect(await program.end()).toBe(1);
    expect(program.stderr).toMatch(/database/i);
    expect(program.stderr).not.toMatch(/hidden|^\s+at /m);
  });
});

describe('DATABASE_URL', () => {
  const adminUrl = process.env[TEST_ADMIN_URL] ?? '';
  const name = `processes_${process.pid}`;

  afterAll(() => runOn(adminUrl, `drop database if exists ${name} with (force)`));

  it('replaces the embedded database, for the server and the command line alike', async () => {
    await runOn(adminUrl, `create database ${name}`);
    const product = await place.newProduct();
    const settings = { DATABASE_URL: withDatabase(adminUrl, name) };
    key = await product.createKey(settings);
    const server = await product.startServer(settings);
    expect(await record(server, 'elsewhere', ['e1'])).toMatchObject({ accepted: 1 });
    const worker = product.run('worker', [], settings);
    server.program.kill('SIGTERM');
    expect(await server.program.end()).toBe(0);
    worker.kill('SIGTERM');
    expect([0, 'SIGTERM']).toContain(await worker.end());
    expect(await readdir(product.dataFolder)).toEqual([]);
    await runOn(withDatabase(adminUrl, name), 'select from event');
  });
});
