import { access, constants, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareBinaries } from './binaries';
import { clusterExists, ensureCluster, INIT_TIMEOUT_SECONDS_MAX, SUPERUSER } from './cluster';
import { dataFolderDenied, explainDenial } from './errors';
import { withLock } from './lock';
import { readOrCreatePassword } from './password';
import { chooseClusterFolder } from './place';
import { HOST } from './port';
import { ensureServerRuns, STOP_TIMEOUT_SECONDS_MAX, stopServer } from './server';
import { findServerUser } from './system-user';
import { addUser, countLivingUsers, removeUser } from './users';

export interface EmbeddedPostgres {
  /** Connection URL of the maintenance database `postgres`, on 127.0.0.1, as the superuser. */
  readonly adminUrl: string;
  /** Connection URL of a named database on it, which may not exist yet. */
  databaseUrl(name: string): string;
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
  /** How long the server may take to accept connections, crash recovery included. Default 60. */
  readonly startTimeoutSecondsMax?: number;
}

const START_TIMEOUT_SECONDS_DEFAULT = 60;

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

    const port = await ensureServerRuns({
      clusterFolder,
      logFile: files.log,
      portFile: files.port,
      binaries,
      user,
      settings,
      startTimeoutSecondsMax,
    });
    const userFile = await addUser(files.users);

    const leave = () =>
      withLock(files.lock, lockWaitSecondsMax, async () => {
        await removeUser(userFile);
        if ((await countLivingUsers(files.users)) === 0) await stopServer(clusterFolder);
      });
    return describe(port, password, leave);
  });
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

function describe(port: number, password: string, leave: () => Promise<void>): EmbeddedPostgres {
  const databaseUrl = (name: string) =>
    `postgresql://${SUPERUSER}:${password}@${HOST}:${port}/${encodeURIComponent(name)}`;
  let leaving: Promise<void> | undefined;
  return {
    adminUrl: databaseUrl('postgres'),
    databaseUrl,
    close: () => {
      leaving ??= leave();
      return leaving;
    },
  };
}
