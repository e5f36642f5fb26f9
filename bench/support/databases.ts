import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '../../src/platform/database/database';
import { openEmbeddedPostgres } from '../../src/platform/database/embedded';
import { openDatabase } from '../../src/platform/database/open-database';

/**
 * Runs the work on as many new, migrated databases of one server as asked for, and drops them.
 * Without a URL the server is an embedded one with the durability it comes with: every commit is
 * on disk before it is answered.
 */
export async function withDatabases<Result>(
  serverUrl: string | null,
  count: number,
  work: (databases: readonly Database[]) => Promise<Result>,
): Promise<Result> {
  if (serverUrl !== null) return onServer(serverUrl, count, work);
  const dataFolder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  // The server's own user has to get through; the cluster inside is still closed to others.
  await chmod(dataFolder, 0o755);
  try {
    const server = await openEmbeddedPostgres({ dataFolder });
    try {
      return await onServer(server.adminUrl, count, work);
    } finally {
      await server.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function onServer<Result>(
  serverUrl: string,
  count: number,
  work: (databases: readonly Database[]) => Promise<Result>,
): Promise<Result> {
  const names = Array.from(
    { length: count },
    () => `perennial_bench_${randomBytes(4).toString('hex')}`,
  );
  const opened: { database: Database; close(): Promise<void> }[] = [];
  try {
    for (const name of names) {
      await runOn(serverUrl, `create database ${name}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      const settings = { poolSizeMax: 2, statementTimeoutMs: 0, dataFolder: '' };
      opened.push(await openDatabase({ ...settings, url: url.toString() }));
    }
    return await work(opened.map(({ database }) => database));
  } finally {
    for (const { close } of opened) await close();
    for (const name of names) {
      await runOn(serverUrl, `drop database if exists ${name} with (force)`);
    }
  }
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
