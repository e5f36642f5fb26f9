import { type App, createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { defaultIdentityPolicy, type IdentityPolicy } from '../../src/domains/identity';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import { uuidSource } from '../../src/shared/ids';
import type { TestClock } from './clock';

/** The whole product without its HTTP, on a test database. */
export function createTestApp(
  database: Database,
  clock: TestClock,
  identityPolicy: IdentityPolicy = defaultIdentityPolicy,
): App {
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: 'postgres://not.used' });
  return createApp({
    config: { ...config, identityPolicy },
    database,
    logger: createLogger({ level: 'silent' }),
    clock,
    ids: uuidSource,
  });
}
