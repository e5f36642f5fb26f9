import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';

/** Set by the global setup for every test process. */
export const TEST_ADMIN_URL = 'PERENNIAL_TEST_ADMIN_URL';
export const TEST_TEMPLATE = 'PERENNIAL_TEST_TEMPLATE';
/** The folder of this run's build, made by the first file that needs it. */
export const TEST_BUILD = 'PERENNIAL_TEST_BUILD';

/** A database of this test file's own: a clone of the migrated template, dropped afterwards. */
export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
}

/**
 * Gives this test file its own database. Call once at the top level of the file or of a
 * `describe`; read the properties inside the tests.
 */
export function useTestDatabase(): TestDatabase {
  const clone = nameClone();
  const { url } = clone;
  const database = new Database(
    createDataSource({ url, poolSizeMax: 10, statementTimeoutMs: 20_000 }),
  );
  beforeAll(async () => {
    await clone.create();
    await database.dataSource.initialize();
  });
  afterAll(async () => {
    await database.close();
    await clone.drop();
  });
  return { url, database };
}

/** A clone of the migrated template, which is there from `create` to `drop`. */
export interface Clone {
  readonly url: string;
  create(): Promise<void>;
  drop(): Promise<void>;
}

export function nameClone(): Clone {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const adminUrl = fromGlobalSetup(TEST_ADMIN_URL);
  const template = fromGlobalSetup(TEST_TEMPLATE);
  return {
    url: withDatabase(adminUrl, name),
    create: () => runOn(adminUrl, `create database ${name} template ${template}`),
    drop: () => runOn(adminUrl, `drop database if exists ${name} with (force)`),
  };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** Runs one statement on a connection of its own. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function fromGlobalSetup(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`The global setup has not set ${variable}.`);
  return value;
}
