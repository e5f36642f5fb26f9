import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Sql } from '../../src/platform/database/database';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../src/platform/database/embedded';
import { readServerState } from '../../src/platform/database/embedded/server-state';
import { makeDataFolder } from './data-folder';
import { runOn } from './database';
import { until } from './processes';

const DATABASE = 'perennial';

/** The processes of a PostgreSQL, told just before they are killed. */
export interface PostgresProcesses {
  readonly postmaster: number;
  /** All but the postmaster: those who serve connections, and the server's own workers. */
  readonly others: readonly number[];
  /** Of the others those that somebody is connected to. */
  readonly clients: readonly number[];
  /** The one who serves the connection that comes from a port; or else anybody's. */
  readonly backend: number;
}

/** A PostgreSQL of a test's own that may be killed: durable, as the product starts it. */
export class KillablePostgres implements Sql {
  private constructor(
    private readonly dataFolder: string,
    private opened: EmbeddedPostgres,
  ) {}

  static async start(): Promise<KillablePostgres> {
    const dataFolder = await makeDataFolder('killable');
    const opened = await openEmbeddedPostgres({ dataFolder });
    await runOn(opened.adminUrl, `create database ${DATABASE}`);
    return new KillablePostgres(dataFolder, opened);
  }

  get url(): string {
    return this.opened.databaseUrl(DATABASE);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Past the product, and past whatever stands between the two. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'surgeon' });
    await client.connect();
    try {
      return (await client.query<Row>(text, [...parameters])).rows;
    } finally {
      await client.end();
    }
  }

  /** @param clientPort of the connection whose backend is asked for */
  async processes(clientPort: number | null): Promise<PostgresProcesses> {
    const state = await readServerState(join(this.dataFolder, 'postgres'));
    if (state.kind !== 'running') throw new Error('PostgreSQL does not run.');
    const rows = await this.query<{ pid: number; isBackend: boolean; isClient: boolean }>(
      `select pid, coalesce(client_port = $1, application_name = 'perennial') as "isBackend",
         backend_type = 'client backend' as "isClient"
       from pg_stat_activity where pid <> pg_backend_pid()`,
      [clientPort],
    );
    const backend = rows.find(({ isBackend }) => isBackend)?.pid;
    if (backend === undefined) throw new Error('The product is not connected.');
    return {
      postmaster: state.pid,
      others: rows.map(({ pid }) => pid),
      clients: rows.filter(({ isClient }) => isClient).map(({ pid }) => pid),
      backend,
    };
  }

  /** Starts it again where it was killed, and waits until it has recovered. */
  async restart(): Promise<void> {
    const before = this.opened;
    this.opened = await openEmbeddedPostgres({ dataFolder: this.dataFolder });
    // Two uses of this process; the first goes when there is a second.
    await before.close();
  }

  /**
   * Waits until it has recovered by itself.
   * @param gone who is thrown out first: until then it may answer as if nothing had happened
   */
  async recovered(gone: readonly number[]): Promise<void> {
    await until(async () => !gone.some(isAlive));
    await until(() =>
      this.query('select').then(
        () => true,
        () => false,
      ),
    );
  }

  /** Waits until nothing of the product is connected: what it had begun is done or undone. */
  async abandoned(): Promise<void> {
    await until(async () => {
      const rows = await this.query(
        `select from pg_stat_activity where application_name = 'perennial'`,
      );
      return rows.length === 0;
    });
  }

  async discard(): Promise<void> {
    await this.opened.close();
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
