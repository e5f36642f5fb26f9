import { type App, createApp } from './app';
import { type Config, ConfigError } from './config';
import { EmbeddedPostgresError } from './platform/database/embedded';
import { DatabaseUnreachable, openDatabase } from './platform/database/open-database';
import { CannotListen } from './platform/http/http-server';
import { createLogger } from './platform/telemetry/logger';
import { migrationsFolder } from './schema-files';
import { systemClock } from './shared/clock';
import { Fault } from './shared/errors';
import { uuidSource } from './shared/ids';

export interface OpenApp {
  readonly app: App;
  close(): Promise<void>;
}

/** The app on its database, as every way in starts. */
export async function openApp(config: Config): Promise<OpenApp> {
  const logger = createLogger({ level: config.logLevel });
  const { database, close } = await openDatabase(
    {
      url: config.databaseUrl,
      dataFolder: config.dataFolder,
      poolSizeMax: config.databasePoolSizeMax,
      statementTimeoutMs: config.statementTimeoutMs,
      migrationsFolder,
    },
    logger,
  );
  const app = createApp({ config, database, logger, clock: systemClock, ids: uuidSource });
  app.live.start();
  return {
    app,
    close: async () => {
      await app.live.stop();
      await close();
    },
  };
}

/**
 * Aborted when the process is asked to end: Ctrl-C, or the SIGTERM of whoever runs it. A second
 * Ctrl-C ends it at once, as it would without us.
 */
export function endSignal(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort(new AskedToEnd());
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return controller.signal;
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Thrown by work that stops half-way because the process is to end. */
class AskedToEnd extends Error {
  constructor() {
    super('Ended before the work was done; the next run does the rest.');
  }
}

/** Errors whose message is meant for whoever started the process. */
const sentences = [
  AskedToEnd,
  CannotListen,
  ConfigError,
  DatabaseUnreachable,
  EmbeddedPostgresError,
  Fault,
];

/** Runs a way in. */
export function runProcess(work: () => Promise<void>): void {
  work().catch(failProcess);
}

/** What cannot work is told in a sentence where a sentence is known. */
export function failProcess(error: unknown): void {
  const isForPeople = sentences.some((known) => error instanceof known);
  const text = error instanceof Error ? (isForPeople ? error.message : error.stack) : error;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
