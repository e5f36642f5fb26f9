import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { makeDataFolder } from '../../../../test/support/data-folder';
import { type EmbeddedPostgres, openEmbeddedPostgres } from './embedded-postgres';
import { deadlineAfter, pollUntil } from './poll';
import { readServerState } from './server-state';
import { findServerUser, identityOf } from './system-user';

jest.setTimeout(30_000);

// Processes are killed here, not the machine: what the kernel was told survives without fsync.
const settings = { fsync: 'off', shared_buffers: '16MB' };
const testWhenRoot = process.geteuid?.() === 0 ? test : test.skip;

let root: string;
let dataFolder: string;
let clusterFolder: string;

beforeAll(async () => {
  root = await makeDataFolder('embedded');
  dataFolder = join(root, '.data');
  clusterFolder = join(dataFolder, 'postgres');
});

afterEach(async () => {
  await endChildren();
  await expectNoServer(clusterFolder);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

test('a second open finds what the first one wrote, on the same port', async () => {
  const first = await open();
  await query(first.adminUrl, 'CREATE DATABASE "a b"');
  await query(first.databaseUrl('a b'), 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();
  await expectNoServer(clusterFolder);

  const second = await open();
  expect(await query(second.databaseUrl('a b'), 'SELECT answer FROM kept')).toEqual([
    { answer: 42 },
  ]);
  expect(second.adminUrl).toBe(first.adminUrl);
  await second.close();
});

test.each([
  ['server_encoding', 'UTF8'],
  ['data_checksums', 'on'],
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['TimeZone', 'UTC'],
  ['synchronous_commit', 'on'],
  ['shared_buffers', '16MB'],
])('setting %s is %s', async (name, expected) => {
  const postgres = await open();
  const [row] = await query(postgres.adminUrl, `SELECT current_setting('${name}') AS value`);
  expect(row).toEqual({ value: expected });
  await postgres.close();
});

test('a setting is passed as it is, whatever is in it', async () => {
  const value = `it's "quoted" $HOME \`id\` \\ ; done`;
  const postgres = await open({ 'perennial.note': value });
  const [row] = await query(postgres.adminUrl, `SELECT current_setting('perennial.note') AS value`);
  expect(row).toEqual({ value });
  await postgres.close();
});

test('processes that come first at the same time initialise one cluster, and the last stops it', async () => {
  const folder = join(root, 'shared');
  const [child, first, second] = await Promise.all([
    openInChild(folder),
    open({}, folder),
    open({}, folder),
  ]);
  expect(new Set([child.adminUrl, first.adminUrl, second.adminUrl]).size).toBe(1);
  expect((await readdir(folder)).sort()).toEqual([
    'postgres',
    'postgres.log',
    'postgres.password',
    'postgres.port',
    'postgres.users',
  ]);

  await Promise.all([first.close(), first.close()]);
  await query(second.adminUrl, 'SELECT 1');
  await second.close();
  await query(child.adminUrl, 'SELECT 1');
  await child.close();
  await expectNoServer(join(folder, 'postgres'));
});

test('after a kill -9 of its owner the server is adopted, and stopped by the new owner', async () => {
  const child = await openInChild(dataFolder);
  const pid = await serverPid();
  await child.kill();
  const adopter = await open();
  expect(await serverPid()).toBe(pid);
  expect(adopter.adminUrl).toBe(child.adminUrl);
  await adopter.close();
  await expectNoServer(clusterFolder);
});

test('after a kill -9 of the server it starts again, where its users look for it', async () => {
  const first = await open();
  await query(first.adminUrl, 'CREATE TABLE survivor AS SELECT 1 AS row');
  const pid = await serverPid();
  process.kill(pid, 'SIGKILL');
  const second = await open();
  expect(await serverPid()).not.toBe(pid);
  expect(await query(first.adminUrl, 'SELECT row FROM survivor')).toEqual([{ row: 1 }]);
  await second.close();
  await first.close();
});

test('after a kill -9 of the server and its owner it starts again', async () => {
  const child = await openInChild(dataFolder);
  process.kill(await serverPid(), 'SIGKILL');
  await child.kill();
  const postgres = await open();
  await query(postgres.adminUrl, 'SELECT 1');
  await postgres.close();
});

test('a pid file whose pid went to another process does not prevent a start', async () => {
  const postgres = await open();
  const pidFile = join(clusterFolder, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8');
  const pid = await serverPid();
  await postgres.close();
  // The pid's new owner is the server's user too: PostgreSQL by itself would refuse to start.
  const stranger = spawn('sleep', ['60'], { ...identityOf(await findServerUser()), cwd: '/' });
  children.add(stranger);
  await once(stranger, 'spawn');
  await writeFile(pidFile, text.replace(String(pid), String(stranger.pid)), { mode: 0o600 });
  await giveToServerUser(pidFile);

  const second = await open();
  await query(second.adminUrl, 'SELECT 1');
  await second.close();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('Ctrl-C at the terminal reaches the process, and not the server', async () => {
  const child = await openInChild(dataFolder);
  await child.interruptGroup();
  await query(child.adminUrl, 'SELECT 1');
  await child.close();
});

test('an initdb that was killed half-way does not prevent the next start', async () => {
  const folder = join(root, 'interrupted');
  const child = startChild(folder);
  await until(async () => (await drafts(folder)).length > 0);
  process.kill(-(child.pid as number), 'SIGKILL');
  await once(child, 'exit');
  expect(existsSync(join(folder, 'postgres'))).toBe(false);

  const postgres = await open({}, folder);
  await query(postgres.adminUrl, 'SELECT 1');
  await postgres.close();
  expect(await drafts(folder)).toEqual([]);
});

test('the lock of a process that died is broken', async () => {
  const lockFile = join(dataFolder, 'postgres.lock');
  await writeFile(lockFile, JSON.stringify({ pid: process.pid, birthMark: 'an earlier process' }));
  const postgres = await open();
  await postgres.close();
  expect(existsSync(lockFile)).toBe(false);
});

test('the records of users that died, or came with a copied folder, do not keep the server', async () => {
  const postgres = await open();
  const users = join(dataFolder, 'postgres.users');
  const [own] = await readdir(users);
  const record = JSON.parse(await readFile(join(users, own as string), 'utf8'));
  await writeFile(join(users, 'dead'), JSON.stringify({ ...record, birthMark: 'earlier' }));
  await writeFile(join(users, 'copied'), JSON.stringify({ ...record, usersFolder: '/elsewhere' }));
  await writeFile(join(users, 'cut-short'), '{"pid":');
  await postgres.close();
  await expectNoServer(clusterFolder);
  expect(await readdir(users)).toEqual([]);
});

describe('with the remembered port taken', () => {
  let occupant: Server;
  let port: number;

  beforeEach(async () => {
    port = Number(await readFile(join(dataFolder, 'postgres.port'), 'utf8'));
    occupant = createServer().listen(port, '127.0.0.1');
    await once(occupant, 'listening');
  });
  afterEach(() => new Promise((resolve) => occupant.close(resolve)));

  test('another one is chosen', async () => {
    const postgres = await open();
    expect(Number(new URL(postgres.adminUrl).port)).not.toBe(port);
    await query(postgres.adminUrl, 'SELECT 1');
    await postgres.close();
  });

  test('losing the race for a port again and again is bounded', async () => {
    await expect(open({ port: String(port) })).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('could not bind'),
    });
  });
});

test('a server that cannot start says why, and prevents nothing', async () => {
  await expect(open({ max_connections: 'many' })).rejects.toMatchObject({
    name: 'EmbeddedPostgresError',
    code: 'START_FAILED',
    message: expect.stringContaining('invalid value for parameter "max_connections"'),
  });
  await (await open()).close();
});

test('a data folder that cannot be made is said so', async () => {
  const file = join(root, 'a-file');
  await writeFile(file, '');
  const opening = open({}, join(file, '.data'));
  await expect(opening).rejects.toMatchObject({ code: 'DATA_FOLDER_DENIED' });
});

test('a cluster of another major version is refused', async () => {
  const versionFile = join(clusterFolder, 'PG_VERSION');
  const version = await readFile(versionFile, 'utf8');
  await writeFile(versionFile, '17\n');
  await expect(open()).rejects.toMatchObject({ code: 'VERSION_MISMATCH' });
  await writeFile(versionFile, version);
  await (await open()).close();
});

test('a lost password is not replaced by one that opens nothing', async () => {
  const file = join(dataFolder, 'postgres.password');
  await rename(file, `${file}.lost`);
  await expect(open()).rejects.toMatchObject({ code: 'PASSWORD_MISSING' });
  await rename(`${file}.lost`, file);
});

testWhenRoot('a cluster of another user is refused', async () => {
  await chown(clusterFolder, 12_345, 12_345);
  await expect(open()).rejects.toMatchObject({ code: 'DATA_FOLDER_DENIED' });
  await giveToServerUser(clusterFolder);
});

testWhenRoot(
  'in a folder closed to the server user the cluster is elsewhere, and linked',
  async () => {
    const home = join(root, 'closed');
    await mkdir(home, { mode: 0o700 });
    const folder = join(home, '.data');
    const copy = join(home, 'copy');
    const moved = join(home, 'moved');
    const places: string[] = [];
    try {
      const original = await open({}, folder);
      places.push(await readlink(join(folder, 'postgres')));
      expect(places[0]).toMatch(/^\/var\/lib\/perennial\/[0-9a-f]{16}\/postgres$/);
      await query(original.adminUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true });

      const copied = await open({}, copy);
      places.push(await readlink(join(copy, 'postgres')));
      expect(places[1]).not.toBe(places[0]);
      await copied.close();
      await original.close();

      await rename(folder, moved);
      const followed = await open({}, moved);
      places.push(await readlink(join(moved, 'postgres')));
      expect(await query(followed.adminUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      expect(existsSync(places[0] as string)).toBe(false);
      await followed.close();
    } finally {
      for (const place of places) await rm(dirname(place), { recursive: true, force: true });
    }
  },
);

/* Helpers */

function open(extra: Record<string, string> = {}, folder = dataFolder): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({ dataFolder: folder, settings: { ...settings, ...extra } });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(): Promise<number> {
  const state = await readServerState(clusterFolder);
  if (state.kind !== 'running') throw new Error('No server runs.');
  return state.pid;
}

async function expectNoServer(folder: string): Promise<void> {
  expect((await readServerState(folder)).kind).toBe('absent');
}

async function drafts(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.includes('initialising'));
}

async function giveToServerUser(file: string): Promise<void> {
  const user = await findServerUser();
  if (user) await chown(file, user.uid, user.gid);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const isMet = await pollUntil(deadlineAfter(10), async () => (await condition()) || undefined);
  if (!isMet) throw new Error('The condition was not met in time.');
}

/* Other processes */

const children = new Set<ChildProcess>();

/** Runs the module from its sources in a process of its own, which does as it is told on stdin. */
const CHILD_PROGRAM = `
  const { transformFileSync } = require('@swc/core');
  const swc = {
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  };
  require.extensions['.ts'] = (module, file) =>
    module._compile(transformFileSync(file, swc).code, file);
  const [moduleFile, options] = process.argv.slice(1);
  process.on('SIGINT', () => console.log('interrupted'));
  require(moduleFile).openEmbeddedPostgres(JSON.parse(options)).then((postgres) => {
    console.log(postgres.adminUrl);
    process.stdin.once('data', () => postgres.close().then(() => process.exit()));
  });
`;

function startChild(folder: string): ChildProcess {
  const options = JSON.stringify({ dataFolder: folder, settings });
  const moduleFile = join(__dirname, 'embedded-postgres.ts');
  const child = spawn(process.execPath, ['-e', CHILD_PROGRAM, moduleFile, options], {
    // A process group of its own, as the shell gives one to a command.
    detached: true,
    cwd: __dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}

async function openInChild(folder: string) {
  const child = startChild(folder);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [adminUrl] = (await Promise.race([
    once(lines, 'line'),
    once(lines, 'close').then(() => Promise.reject(new Error('The child could not open it.'))),
  ])) as [string];
  return {
    adminUrl,
    async close() {
      const exit = once(child, 'exit');
      child.stdin?.write('close\n');
      expect(await exit).toEqual([0, null]);
    },
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    async interruptGroup() {
      const line = once(lines, 'line');
      process.kill(-(child.pid as number), 'SIGINT');
      expect(await line).toEqual(['interrupted']);
    },
  };
}

async function endChildren(): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  children.clear();
}
