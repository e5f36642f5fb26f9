import { createHash } from 'node:crypto';
import { lstat, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { orUndefinedWhenMissing } from './errors';
import { makeSharedFolder } from './shared-folder';

export const CLUSTER_NAME = 'postgres';

/** Beside the cluster: the path of the data folder it belongs to. */
const ORIGIN_NAME = 'data-folder';

/**
 * A cluster's place outside its data folder, /var/lib/perennial/<hash of the data folder's path>,
 * with a link to it in the data folder. For root only, under the lock.
 */
export async function placeOutside(dataFolder: string): Promise<string> {
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const home = await makeSharedFolder(name);
  const clusterFolder = join(home, CLUSTER_NAME);
  const link = join(dataFolder, CLUSTER_NAME);
  const linked = await orUndefinedWhenMissing(readlink(link));
  if (linked !== clusterFolder) {
    if (linked !== undefined) await followMove(linked, home);
    await rm(link, { force: true });
    await symlink(clusterFolder, link);
  }
  await writeFile(join(home, ORIGIN_NAME), `${dataFolder}\n`);
  return clusterFolder;
}

/**
 * The link points to the cluster of another data folder. When that one is gone, this one is it,
 * moved: take the cluster along. Otherwise this is a copy of it and gets a cluster of its own.
 */
async function followMove(linked: string, home: string): Promise<void> {
  const linkedHome = dirname(linked);
  const origin = await orUndefinedWhenMissing(readFile(join(linkedHome, ORIGIN_NAME), 'utf8'));
  if (origin === undefined) return;
  const originsLink = await readlink(join(origin.trim(), CLUSTER_NAME)).catch(() => undefined);
  if (originsLink === linked) return;
  if (await orUndefinedWhenMissing(lstat(join(home, CLUSTER_NAME)))) return;
  await rename(linked, join(home, CLUSTER_NAME));
  await rm(linkedHome, { recursive: true, force: true });
}
