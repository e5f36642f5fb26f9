import {
  chmod,
  chown,
  lstat,
  mkdir,
  readlink,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError, orUndefinedWhenMissing } from './errors';
import { CLUSTER_NAME, placeOutside } from './place-outside';
import { runTool } from './run-tool';
import type { SystemUser } from './system-user';

/**
 * Where the cluster is, or is to be: `<dataFolder>/postgres`, unless root lends the server to a
 * user who cannot get there. Then it is in /var/lib/perennial, and `<dataFolder>/postgres` is a
 * link to it, for people to follow. To be called under the lock.
 *
 * @param dataFolder free of symbolic links.
 * @returns the cluster's path, free of symbolic links; nothing may be there yet.
 * @throws EmbeddedPostgresError DATA_FOLDER_DENIED when it is another user's.
 */
export async function chooseClusterFolder(
  dataFolder: string,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<string> {
  const clusterFolder = user
    ? await placeForUser(dataFolder, binaries, user)
    : await placeForOurselves(dataFolder);
  await refuseForeignCluster(clusterFolder, user?.uid ?? process.geteuid?.() ?? 0);
  return clusterFolder;
}

async function placeForOurselves(dataFolder: string): Promise<string> {
  const inside = join(dataFolder, CLUSTER_NAME);
  const stats = await orUndefinedWhenMissing(lstat(inside));
  if (!stats?.isSymbolicLink()) return inside;
  const target = await orUndefinedWhenMissing(realpath(inside));
  if (target !== undefined) return target;
  throw new EmbeddedPostgresError(
    'DATA_FOLDER_DENIED',
    `${inside} points to ${await readlink(inside)}, where there is nothing: remove the link to ` +
      'begin with an empty database.',
  );
}

async function placeForUser(
  dataFolder: string,
  binaries: Binaries,
  user: SystemUser,
): Promise<string> {
  const inside = join(dataFolder, CLUSTER_NAME);
  const stats = await orUndefinedWhenMissing(lstat(inside));
  if (stats?.isSymbolicLink()) return placeOutside(dataFolder);
  if (!stats) {
    const isReachable = await canReachWithin(dataFolder, binaries, user);
    return isReachable ? inside : placeOutside(dataFolder);
  }
  await refuseForeignCluster(inside, user.uid);
  if (await canReach(inside, binaries, user)) return inside;
  throw new EmbeddedPostgresError(
    'DATA_FOLDER_DENIED',
    `The user "${user.name}", who runs PostgreSQL in root's stead, can no longer reach ${inside}: ` +
      'let it enter the folders on the way (chmod o+x), or move the project back.',
  );
}

/** Tries it with a folder such as the cluster's would be: modes alone do not tell (mounts, ACLs). */
async function canReachWithin(
  dataFolder: string,
  binaries: Binaries,
  user: SystemUser,
): Promise<boolean> {
  const probe = join(dataFolder, `${CLUSTER_NAME}.probe`);
  try {
    await rm(probe, { recursive: true, force: true });
    await mkdir(probe);
    await chmod(probe, 0o700);
    await writeFile(join(probe, 'PG_VERSION'), `${binaries.versionMajor}\n`);
    await chown(probe, user.uid, user.gid);
    const stats = await stat(probe);
    // Some mounts (shares of a virtual machine's host) accept a change of owner and ignore it.
    if (stats.uid !== user.uid || (stats.mode & 0o777) !== 0o700) return false;
    return await canReach(probe, binaries, user);
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

/** `pg_ctl status` tells 0 (runs) and 3 (does not run) from 4: no accessible data directory. */
async function canReach(
  clusterFolder: string,
  { pgCtl }: Binaries,
  user: SystemUser,
): Promise<boolean> {
  const result = await runTool(pgCtl, ['status', '-D', clusterFolder], {
    user,
    timeoutSecondsMax: 30,
  });
  return result.exitCode === 0 || result.exitCode === 3;
}

async function refuseForeignCluster(clusterFolder: string, uidExpected: number): Promise<void> {
  const stats = await orUndefinedWhenMissing(stat(clusterFolder));
  if (!stats || stats.uid === uidExpected) return;
  throw new EmbeddedPostgresError(
    'DATA_FOLDER_DENIED',
    `The cluster in ${clusterFolder} belongs to the user with id ${stats.uid}, and the server would ` +
      `run as the user with id ${uidExpected}. Run as the user it was first used by (root lends ` +
      'the server to "postgres" or "nobody"), remove the folder to begin with an empty database, ' +
      'or set DATABASE_URL.',
  );
}
