import { access, constants, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareBinaries } from './binaries';
import { clusterExists, ensureCluster, INIT_TIMEOUT_SECONDS_MAX, SUPERUSER } from './cluster';
import { dataFolderDenied, EmbeddedPostgresError, explainDenial } from './errors';
import { type Keeper, type KeeperReports, keepRunning } from './keeper';
import { withLock } from './lock';
import { readOrCreatePassword } from './password';
import { chooseClusterFolder } from './place';
import { HOST } from './port';
import { ensureServerRuns, STOP_TIMEOUT_SECONDS_MAX, stopServer } from './server';
import { readServerState } from './server-state';
import { findServerUser } from './system-user';
import { addUser, countLivingUsers, removeUser } from './users';

export interface EmbeddedPostgres {
  /** Connection URL of the maintenance database `postgres`, on 127.0.0.1, as the superuser. */
  readonly adminUrl: string;
  /** Connection URL of a named database on it, which may not exist yet. */
  databaseUrl(name: string): string;
  /**
   * From now until `close`, starts the server again when it ends without having been asked by us.
   * Of several processes that do so one starts it, and the others find it running.
   */
  keepRunning(reports: KeeperReports): void;
  /**
   * Leaves the server; the last to leave stops it (fast, clean shutdown). Idempotent.
   *
   * @throws EmbeddedPostgresError LOCK_TIMEOUT or STOP_FAILED.
   */
  close(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /**
   * The folder that holds everything: cluster, password, port, log, the list of users. Created when
   * missing, e.g. `<project>/.data`.
   */
  readonly dataFolder: string;
  /**
   * Server settings by name, e.g. `{ fsync: 'off' }` for tests. They prevail over the defaults and
   * count for the one who starts the server: who attaches to a running one takes it as it is.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long the server may take to accept connections, crash recovery included. Default 300. */
  readonly startTimeoutSecondsMax?: number;
}

/** To recover from some GB of log takes a slow disk minutes; a server that ends is noticed at once. */
const START_TIMEOUT_SECONDS_DEFAULT = 300;

/**
 * Opens the PostgreSQL of a data folder: initialises it at the first call, starts it when it does
 * not run, attaches to it when it does. Any number of processes may have it open; it runs as long
 * as one of them does, and goes on running when one dies without closing it.
 *
 * @throws EmbeddedPostgresError see `EmbeddedPostgresErrorCode`.
 */
export async function openEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  try {
    return await open(options);
  } catch (error) {
    throw explainDenial(error, options.dataFolder);
  }
}

async function open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startTimeoutSecondsMax = options.startTimeoutSecondsMax ?? START_TIMEOUT_SECONDS_DEFAULT;
  const settings = options.settings ?? {};
  const user = await findServerUser();
  const binaries = await prepareBinaries(user);
  const files = await openDataFolder(options.dataFolder);
  const lockWaitSecondsMax =
    INIT_TIMEOUT_SECONDS_MAX + startTimeoutSecondsMax + STOP_TIMEOUT_SECONDS_MAX;

  return withLock(files.lock, lockWaitSecondsMax, async () => {
    const clusterFolder = await chooseClusterFolder(files.dataFolder, binaries, user);
    const password = await readOrCreatePassword(files.password, {
      clusterExists: await clusterExists(clusterFolder),
    });
    const syncsToDisk = settings.fsync !== 'off';
    await ensureCluster({ clusterFolder, password, binaries, user, syncsToDisk });

    const request = {
      clusterFolder,
      logFile: files.log,
      portFile: files.port,
      binaries,
      user,
      settings,
      startTimeoutSecondsMax,
    };
    const port = await ensureServerRuns(request);
    const userFile = await addUser(files.users);

    return describe(port, password, {
      isRunning: async () => (await readServerState(clusterFolder)).kind === 'running',
      restart: () =>
        withLock(files.lock, lockWaitSecondsMax, async () =>
          requirePort(port, await ensureServerRuns(request)),
        ),
      leave: () =>
        withLock(files.lock, lockWaitSecondsMax, async () => {
          await removeUser(userFile);
          if ((await countLivingUsers(files.users)) === 0) await stopServer(clusterFolder);
        }),
    });
  });
}

/** Connections are made where the server was at first. */
function requirePort(before: number, now: number): void {
  if (now === before) return;
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `The embedded PostgreSQL ended and runs again on port ${now}, since another program has taken ` +
      `port ${before}. Restart this process.`,
  );
}

async function openDataFolder(dataFolder: string) {
  try {
    await mkdir(dataFolder, { recursive: true });
    await access(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataFolderDenied(error, dataFolder);
  }
  // One folder, one name: the server is recognised by it, and copies are told from originals.
  const folder = await realpath(dataFolder);
  return {
    dataFolder: folder,
    lock: join(folder, 'postgres.lock'),
    password: join(folder, 'postgres.password'),
    port: join(folder, 'postgres.port'),
    log: join(folder, 'postgres.log'),
    users: join(folder, 'postgres.users'),
  };
}

interface ServerUse {
  readonly isRunning: () => Promise<boolean>;
  readonly restart: () => Promise<void>;
  readonly leave: () => Promise<void>;
}

function describe(port: number, password: string, use: ServerUse): EmbeddedPostgres {
  const databaseUrl = (name: string) =>
    `postgresql://${SUPERUSER}:${password}@${HOST}:${port}/${encodeURIComponent(name)}`;
  let keeper: Keeper | undefined;
  let leaving: Promise<void> | undefined;
  const leave = async (): Promise<void> => {
    await keeper?.stop();
    await use.leave();
  };
  return {
    adminUrl: databaseUrl('postgres'),
    databaseUrl,
    keepRunning: (reports) => {
      keeper ??= keepRunning(use.isRunning, use.restart, reports);
    },
    close: () => {
      leaving ??= leave();
      return leaving;
    },
  };
}
