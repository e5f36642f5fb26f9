import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../src/platform/database/embedded';
import { createSchemaDataSource } from '../../src/schema-files';
import { makeDataFolder } from './data-folder';
import { runOn, TEST_ADMIN_URL, TEST_BUILD, TEST_TEMPLATE, withDatabase } from './database';
import globalTeardown from './global-teardown';
import { testServer } from './test-server';

/**
 * One PostgreSQL for the whole run, with one migrated template that every test file clones.
 * TEST_DATABASE_URL runs the tests on a server of your own instead (any database on it; the role
 * must be allowed to create databases). What is built for the tests of processes is built once.
 */
export default async function globalSetup(): Promise<void> {
  const adminUrl = process.env['TEST_DATABASE_URL'] ?? (await startServer());
  process.env[TEST_ADMIN_URL] = adminUrl;
  // From here the built product finds its packages.
  const cache = join(__dirname, '../../node_modules/.cache');
  process.env[TEST_BUILD] = join(cache, `perennial-build-${randomBytes(6).toString('hex')}`);
  try {
    await createTemplate(adminUrl);
  } catch (error) {
    // Jest tears down only what was set up completely.
    await globalTeardown();
    throw error;
  }
}

async function createTemplate(adminUrl: string): Promise<void> {
  const template = `perennial_template_${randomBytes(4).toString('hex')}`;
  await runOn(adminUrl, `create database ${template}`);
  process.env[TEST_TEMPLATE] = template;
  const dataSource = createSchemaDataSource({
    url: withDatabase(adminUrl, template),
    poolSizeMax: 1,
    statementTimeoutMs: 60_000,
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

async function startServer(): Promise<string> {
  const dataFolder = await makeDataFolder('test');
  // Nobody needs the test data after a power cut; without fsync cloning is several times faster.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const server = await openEmbeddedPostgres({ dataFolder, settings });
  testServer.started = { server, dataFolder };
  return server.adminUrl;
}
