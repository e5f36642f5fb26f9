import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError, orUndefinedWhenMissing, systemErrorCode } from './errors';
import { runTool } from './run-tool';
import type { SystemUser } from './system-user';

export const SUPERUSER = 'perennial';

/** initdb wants its user in /etc/passwd, where the made-up user ids of some containers are not. */
const HAS_NO_NAME = /could not look up effective user ID/;
const NO_NAME_ADVICE =
  'Run as a user that /etc/passwd knows, or as root (who lends the server to another user), or ' +
  'set DATABASE_URL.';

export const INIT_TIMEOUT_SECONDS_MAX = 120;

interface ClusterRequest {
  readonly clusterFolder: string;
  readonly password: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | null;
  /** Whether to wait for the disk; false for throw-away clusters. */
  readonly syncsToDisk: boolean;
}

/** Whether there is a complete cluster: it gets its name when it is complete, not before. */
export async function clusterExists(clusterFolder: string): Promise<boolean> {
  return (await readClusterVersion(clusterFolder)) !== undefined;
}

/**
 * Initialises the cluster at the first call and checks its version at the later ones. To be called
 * under the lock.
 *
 * @throws EmbeddedPostgresError INIT_FAILED or VERSION_MISMATCH.
 */
export async function ensureCluster(request: ClusterRequest): Promise<void> {
  const { clusterFolder, binaries } = request;
  await sweepDrafts(clusterFolder);
  const version = await readClusterVersion(clusterFolder);
  if (version === undefined) return initialiseCluster(request);
  if (version === binaries.versionMajor) return;
  throw new EmbeddedPostgresError(
    'VERSION_MISMATCH',
    `The cluster in ${clusterFolder} is of PostgreSQL ${version}, the installed programs are of ` +
      `PostgreSQL ${binaries.versionMajor}. Dump it with the old release and restore it with the ` +
      'new one, or remove the folder to begin with an empty database.',
  );
}

async function readClusterVersion(clusterFolder: string): Promise<string | undefined> {
  const text = await orUndefinedWhenMissing(readFile(join(clusterFolder, 'PG_VERSION'), 'utf8'));
  return text?.trim();
}

/** initdb works in a folder of its own: whatever interrupts it, the cluster is whole or absent. */
async function initialiseCluster(request: ClusterRequest): Promise<void> {
  const { clusterFolder, user } = request;
  const draft = `${draftPrefix(clusterFolder)}${randomUUID()}`;
  const passwordFile = join(draft, 'password');
  await mkdir(draft);
  await chmod(draft, 0o700);
  try {
    await writeFile(passwordFile, request.password, { mode: 0o600 });
    if (user) {
      await chown(passwordFile, user.uid, user.gid);
      await chown(draft, user.uid, user.gid);
    }
    await runInitdb(join(draft, 'cluster'), passwordFile, request);
    await rename(join(draft, 'cluster'), clusterFolder).catch(explainOccupied(clusterFolder));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  folder: string,
  passwordFile: string,
  { binaries, user, syncsToDisk }: ClusterRequest,
): Promise<void> {
  const initdbArguments = [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The builtin provider sorts alike on every system; the C library's order changes with it.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(syncsToDisk ? [] : ['--no-sync']),
  ];
  const result = await runTool(binaries.initdb, initdbArguments, {
    user,
    timeoutSecondsMax: INIT_TIMEOUT_SECONDS_MAX,
  });
  if (result.exitCode === 0) return;
  throw new EmbeddedPostgresError(
    'INIT_FAILED',
    `PostgreSQL's initdb failed (status ${result.exitCode ?? result.spawnErrorCode ?? 'none'}):\n` +
      result.output +
      (HAS_NO_NAME.test(result.output) ? `\n${NO_NAME_ADVICE}` : ''),
  );
}

function explainOccupied(clusterFolder: string): (error: unknown) => never {
  return (error) => {
    const code = systemErrorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new EmbeddedPostgresError(
      'INIT_FAILED',
      `${clusterFolder} is there and is not a PostgreSQL cluster: move it away and start again.`,
      { cause: error },
    );
  };
}

function draftPrefix(clusterFolder: string): string {
  return `${clusterFolder}.initialising-`;
}

/** Under the lock no initdb of ours runs, so whatever draft is there was left by a death. */
async function sweepDrafts(clusterFolder: string): Promise<void> {
  const parent = dirname(clusterFolder);
  const prefix = basename(draftPrefix(clusterFolder));
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    // An initdb that outlived its parent may still write there: then it goes the next time.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
