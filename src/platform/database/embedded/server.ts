import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError, systemErrorCode } from './errors';
import { type Deadline, deadlineAfter, pollUntil } from './poll';
import { anyFreePort, chooseFreePort, HOST, rememberPort } from './port';
import { toolEnvironment, WORKING_FOLDER } from './run-tool';
import { measureLog, readLogTail, rotateLog } from './server-log';
import { readServerState } from './server-state';
import { sharedBuffers } from './shared-buffers';
import { identityOf, type SystemUser } from './system-user';

export interface ServerRequest {
  readonly clusterFolder: string;
  readonly logFile: string;
  /** Remembers the port from one start to the next. */
  readonly portFile: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | null;
  /** Server settings by name; they prevail over ours. */
  readonly settings: Readonly<Record<string, string>>;
  readonly startTimeoutSecondsMax: number;
}

/** Durability (fsync, synchronous_commit) stays PostgreSQL's own. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: HOST,
  // No socket file: the length of its path is limited, and the data folder's is not ours to choose.
  unix_socket_directories: '',
  max_connections: '100',
  // A batch of events holds a lock for each customer and each new identifier in it.
  max_locks_per_transaction: '256',
  shared_buffers: sharedBuffers(),
  // Up to this much is written before a checkpoint comes ahead of its time, after which the log
  // holds every page that is touched as a whole. With PostgreSQL's own 1 GB there is one every half
  // minute while a file of events is imported.
  max_wal_size: '4GB',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'warning',
};

const PORTS_TAKEN_MAX = 5;
const RETRY_DELAY_MS = 200;
/** It writes out all that it has in memory first, which takes a slow disk minutes. */
export const STOP_TIMEOUT_SECONDS_MAX = 300;

/** Another program took the port between our look and the server's. */
const PORT_WAS_TAKEN = /could not bind|could not create any TCP\/IP sockets/;
/** Processes of a killed server are still on their way out, or another start came first. */
const OLD_SERVER_LINGERS = /pre-existing shared memory block|lock file "postmaster\.pid" already/;

/**
 * Makes sure the server runs and accepts connections: adopts the one that runs, waits for the one
 * that starts, recovers or stops, and starts one otherwise. To be called under the lock.
 *
 * @returns its TCP port.
 * @throws EmbeddedPostgresError START_FAILED with the last lines of the server's log.
 */
export async function ensureServerRuns(request: ServerRequest): Promise<number> {
  const deadline = deadlineAfter(request.startTimeoutSecondsMax);
  let portsTaken = 0;
  for (;;) {
    const runningPort = await waitForRunningServer(request, deadline);
    if (runningPort !== null) return runningPort;

    await rotateLog(request.logFile);
    const logStart = await measureLog(request.logFile);
    const port = portsTaken ? await anyFreePort() : await chooseFreePort(request.portFile);
    const child = await launch(request, port);
    const startedPort = await waitForRunningServer(request, deadline, child);
    if (startedPort !== null) {
      await rememberPort(request.portFile, startedPort);
      return startedPort;
    }

    const log = await readLogTail(request.logFile, logStart);
    if (PORT_WAS_TAKEN.test(log)) portsTaken += 1;
    else if (!OLD_SERVER_LINGERS.test(log)) throw startFailed('It ended', log, request);
    if (portsTaken >= PORTS_TAKEN_MAX || deadline.hasPassed()) {
      throw startFailed('It ended, and so it did when tried again', log, request);
    }
    await sleep(RETRY_DELAY_MS);
  }
}

/**
 * Stops the server, whoever started it, with a clean shutdown that ends open connections ("fast").
 * To be called under the lock; nothing happens when none runs.
 *
 * @throws EmbeddedPostgresError STOP_FAILED when it takes too long. It goes on stopping then.
 */
export async function stopServer(clusterFolder: string): Promise<void> {
  const state = await readServerState(clusterFolder);
  if (state.kind === 'absent') return;
  tellToStop(state.pid);
  const stopped = await pollUntil(deadlineAfter(STOP_TIMEOUT_SECONDS_MAX), async () => {
    return (await readServerState(clusterFolder)).kind === 'absent' ? true : undefined;
  });
  if (stopped) return;
  throw new EmbeddedPostgresError(
    'STOP_FAILED',
    `The embedded PostgreSQL (process ${state.pid}) was told to stop and still runs after ` +
      `${STOP_TIMEOUT_SECONDS_MAX} s.`,
  );
}

function tellToStop(pid: number): void {
  try {
    // postgres(1): SIGINT is the "fast" shutdown.
    process.kill(pid, 'SIGINT');
  } catch (error) {
    // It ended by itself just now.
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Starts the server directly rather than with `pg_ctl start`, which hands paths and settings to a
 * shell and leaves the server to process 1 to collect; many a container's collects nothing.
 */
async function launch(request: ServerRequest, port: number): Promise<ChildProcess> {
  const state = await readServerState(request.clusterFolder);
  const stalePid = state.kind === 'absent' ? state.stalePid : null;
  const log = await open(request.logFile, 'a', 0o600);
  try {
    const child = spawn(request.binaries.postgres, serverArguments(request, port), {
      ...identityOf(request.user),
      cwd: WORKING_FOLDER,
      env: {
        ...toolEnvironment(),
        // The server refuses to start while the pid in postmaster.pid is alive, unless it is that
        // of an ancestor, which pg_ctl tells it this way. It is alive and not a server: we looked.
        ...(stalePid !== null && { PG_GRANDPARENT_PID: String(stalePid) }),
      },
      // A session of its own: Ctrl-C at the terminal goes to us, and we decide the order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    // Our event loop must not stay for it: it may outlive us.
    child.unref();
    return child;
  } catch (error) {
    throw startFailed(String(error), '', request);
  } finally {
    await log.close();
  }
}

function serverArguments(request: ServerRequest, port: number): readonly string[] {
  const settings = { ...SETTINGS, port: String(port), ...request.settings };
  return [
    '-D',
    request.clusterFolder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/**
 * Waits until the server accepts connections.
 *
 * @param child when it was launched just now: it has a moment until it writes postmaster.pid.
 * @returns its port, or null when there is no server (any more).
 */
async function waitForRunningServer(
  request: ServerRequest,
  deadline: Deadline,
  child?: ChildProcess,
): Promise<number | null> {
  const answer = await pollUntil(deadline, async () => {
    const hasEnded = !child || child.exitCode !== null || child.signalCode !== null;
    const state = await readServerState(request.clusterFolder);
    if (state.kind === 'running') return state.isReady ? state.port : undefined;
    return hasEnded ? null : undefined;
  });
  if (answer !== undefined) return answer;
  const log = await readLogTail(request.logFile);
  throw startFailed(`It is not ready after ${deadline.secondsMax} s`, log, request);
}

function startFailed(what: string, log: string, { logFile }: ServerRequest): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'START_FAILED',
    `The embedded PostgreSQL did not start. ${what}. Its log, ${logFile}, ends with:\n${log}`,
  );
}
