import { readdir } from 'node:fs/promises';
import pg from 'pg';
import type { Logger } from '../telemetry/logger';
import {
  createDataSource,
  createMigratingDataSource,
  type DataSourceSettings,
} from './data-source';
import { Database } from './database';
import { openEmbeddedPostgres } from './embedded';

export interface DatabaseSettings extends Omit<DataSourceSettings, 'url'> {
  /** Null: start an embedded PostgreSQL, or join the one that is running. */
  readonly url: string | null;
  /** Where the embedded PostgreSQL keeps its data. */
  readonly dataFolder: string;
  readonly migrationsFolder: string;
}

export interface OpenDatabase {
  readonly database: Database;
  /** Ends the connections; stops the embedded PostgreSQL where nobody else uses it. */
  close(): Promise<void>;
}

/** The settings name a database that does not let us in. */
export class DatabaseUnreachable extends Error {
  constructor(reason: string) {
    super(`The database cannot be reached: ${reason}.`);
    this.name = 'DatabaseUnreachable';
  }
}

const EMBEDDED_DATABASE = 'perennial';

/** Any number will do, as long as every process of the product takes the same. */
const MIGRATION_LOCK = 7_264_001;

/**
 * Opens the database the settings name, created and migrated where it is not yet.
 * @param logger is told when the embedded PostgreSQL ended and was started again; without one
 *   nobody looks after it
 * @throws EmbeddedPostgresError where the embedded PostgreSQL does not come up
 * @throws DatabaseUnreachable where the one of the URL does not let us in
 */
export async function openDatabase(
  settings: DatabaseSettings,
  logger?: Logger,
): Promise<OpenDatabase> {
  const server = settings.url === null ? await openEmbeddedPostgres(settings) : null;
  try {
    if (server !== null) await createDatabase(server.adminUrl, EMBEDDED_DATABASE);
    const url = server?.databaseUrl(EMBEDDED_DATABASE) ?? settings.url ?? '';
    await migrate({ ...settings, url }, settings.migrationsFolder);
    const dataSource = await createDataSource({ ...settings, url }).initialize();
    if (logger !== undefined) server?.keepRunning(reportsTo(logger));
    const database = new Database(dataSource);
    return {
      database,
      close: async () => {
        await database.close();
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

function reportsTo(logger: Logger) {
  return {
    restarted: () => logger.warn('the embedded PostgreSQL had ended and was started again'),
    failed: (err: unknown) =>
      logger.error({ err }, 'the embedded PostgreSQL has ended and cannot be started again'),
  };
}

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 1) return;
    await client.query(`create database ${name}`).catch((error: pg.DatabaseError) => {
      // 42P04, 23505: another process that started at the same moment has created it.
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  });
}

/** Runs what migrations are missing; of several processes one does, and the others wait for it. */
async function migrate(settings: DataSourceSettings, migrationsFolder: string): Promise<void> {
  await withClient(settings.url, async (client) => {
    if (await isMigrated(client, migrationsFolder)) return;
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const dataSource = createMigratingDataSource(
      {
        ...settings,
        poolSizeMax: 1,
        // Building an index on a large table takes as long as it takes.
        statementTimeoutMs: 0,
      },
      { migrationsFolder },
    );
    await dataSource.initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  });
}

/**
 * Whether the database knows the times of all migrations, which their files are named for. It
 * nearly always does, and to load them takes longer than many a command.
 */
async function isMigrated(client: pg.Client, migrationsFolder: string): Promise<boolean> {
  const exists = await client.query("select 1 where to_regclass('migration') is not null");
  if (exists.rowCount === 0) return false;
  const { rows } = await client.query<{ timestamp: string }>('select timestamp from migration');
  const known = new Set(rows.map(({ timestamp }) => Number(timestamp)));
  const files = await readdir(migrationsFolder);
  return files.every((name) => {
    const time = timeOf(name);
    return time === null || known.has(time);
  });
}

/** Milliseconds of a file like `20261126170000-place-quarantined-lines.js`; null: no migration. */
function timeOf(name: string): number | null {
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-.*\.[jt]s$/.exec(name);
  if (time === null) return null;
  const [year = 0, month = 0, day, hour, minute, second] = time.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect().catch((error: Error & { code?: string }) => {
    // An address that stands for several gives an error without a message.
    throw new DatabaseUnreachable(error.message || String(error.code));
  });
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
