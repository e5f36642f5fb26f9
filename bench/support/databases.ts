import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '../../src/platform/database/database';
import { openEmbeddedPostgres } from '../../src/platform/database/embedded';
import { openDatabase } from '../../src/platform/database/open-database';
import { migrationsFolder } from '../../src/schema-files';

/** A migrated database of a benchmark, and its address. */
export interface BenchDatabase {
  readonly database: Database;
  readonly url: string;
}

/**
 * Runs the work on as many new, migrated databases of one server as asked for, and drops them.
 * Without a URL the server is an embedded one with the durability it comes with: every commit is
 * on disk before it is answered.
 */
export function withDatabases<Result>(
  serverUrl: string | null,
  count: number,
  work: (databases: readonly Database[]) => Promise<Result>,
): Promise<Result> {
  return withServer(serverUrl, async (server) => {
    const opened: BenchDatabase[] = [];
    for (let index = 0; index < count; index++) opened.push(await server.open());
    return work(opened.map(({ database }) => database));
  });
}

/** Like `withDatabases`, for one that processes of their own read as well. */
export function withServed<Result>(
  serverUrl: string | null,
  work: (one: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  return withServer(serverUrl, async (server) => work(await server.open()));
}

/** Like `withDatabases`, for databases that are all filled alike. */
export function withFilled<Result>(
  serverUrl: string | null,
  count: number,
  fill: (database: Database) => Promise<void>,
  work: (databases: readonly BenchDatabase[]) => Promise<Result>,
): Promise<Result> {
  return withServer(serverUrl, async (server) => {
    const template = await server.open();
    await fill(template.database);
    // Nobody may be connected to what is copied.
    await server.close(template);
    const copies: BenchDatabase[] = [];
    for (let index = 0; index < count; index++) copies.push(await server.open(template));
    return work(copies);
  });
}

async function withServer<Result>(
  serverUrl: string | null,
  work: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  if (serverUrl !== null) return withDatabasesOf(serverUrl, work);
  const dataFolder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  // The server's own user has to get through; the cluster inside is still closed to others.
  await chmod(dataFolder, 0o755);
  try {
    const server = await openEmbeddedPostgres({ dataFolder });
    try {
      return await withDatabasesOf(server.adminUrl, work);
    } finally {
      await server.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function withDatabasesOf<Result>(
  serverUrl: string,
  work: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  const server = new BenchServer(serverUrl);
  try {
    return await work(server);
  } finally {
    await server.dropAll();
  }
}

/** The databases of one run. */
class BenchServer {
  private readonly names: string[] = [];
  private readonly opened = new Map<BenchDatabase, () => Promise<void>>();

  constructor(private readonly serverUrl: string) {}

  /** @param template a closed one to copy; a new one is migrated where there is none */
  async open(template?: BenchDatabase): Promise<BenchDatabase> {
    const name = `perennial_bench_${randomBytes(4).toString('hex')}`;
    const source = template === undefined ? '' : ` template ${nameOf(template)}`;
    await runOn(this.serverUrl, `create database ${name}${source}`);
    this.names.push(name);
    const address = new URL(this.serverUrl);
    address.pathname = `/${name}`;
    const url = address.toString();
    const { database, close } = await openDatabase({
      url,
      dataFolder: '',
      poolSizeMax: 4,
      statementTimeoutMs: 0,
      migrationsFolder,
    });
    const opened = { database, url };
    this.opened.set(opened, close);
    return opened;
  }

  async close(one: BenchDatabase): Promise<void> {
    await this.opened.get(one)?.();
    this.opened.delete(one);
  }

  async dropAll(): Promise<void> {
    for (const one of [...this.opened.keys()]) await this.close(one);
    for (const name of this.names) {
      await runOn(this.serverUrl, `drop database if exists ${name} with (force)`);
    }
  }
}

function nameOf({ url }: BenchDatabase): string {
  return new URL(url).pathname.slice(1);
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
