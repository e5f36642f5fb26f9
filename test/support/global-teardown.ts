import { rm } from 'node:fs/promises';
import { runOn, TEST_ADMIN_URL, TEST_BUILD, TEST_TEMPLATE } from './database';
import { testServer } from './test-server';

export default async function globalTeardown(): Promise<void> {
  const build = process.env[TEST_BUILD];
  if (build !== undefined) await rm(build, { recursive: true, force: true });
  const adminUrl = process.env[TEST_ADMIN_URL];
  const template = process.env[TEST_TEMPLATE];
  if (adminUrl !== undefined) await runOn(adminUrl, `drop database if exists ${template}`);
  if (testServer.started === undefined) return;
  await testServer.started.server.close();
  await rm(testServer.started.dataFolder, { recursive: true, force: true });
}
