import { type App, createApp } from '../../src/app';
import { type Config, readConfig } from '../../src/config';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import type { Clock } from '../../src/shared/clock';
import { uuidSource } from '../../src/shared/ids';

/**
 * The whole product without its HTTP, on a test database.
 * @param settings that are to differ
 */
export function createTestApp(
  database: Database,
  clock: Clock,
  settings: Partial<Config> = {},
): App {
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: 'postgres://not.used' });
  return createApp({
    config: { ...config, ...settings },
    database,
    logger: createLogger({ level: 'silent' }),
    clock,
    ids: uuidSource,
  });
}
