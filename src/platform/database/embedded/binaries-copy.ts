import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import { mendPackage } from './binaries-mend';
import { withLock } from './lock';
import { makeSharedFolder } from './shared-folder';

const COPY_WAIT_SECONDS_MAX = 120;

/**
 * Copies PostgreSQL's programs to where every user may run them, once for each version. A copy
 * becomes visible when it is complete; one that does not work (`works` tells) is replaced.
 *
 * @returns the folder that holds `native/`.
 */
export async function copyPackageForAll(
  packageFolder: string,
  works: (folder: string) => Promise<boolean>,
): Promise<string> {
  const shared = await makeSharedFolder();
  const folder = join(shared, `postgresql-${await readVersion(packageFolder)}`);
  return withLock(`${folder}.lock`, COPY_WAIT_SECONDS_MAX, async () => {
    if (!(await works(folder))) await replaceCopy(packageFolder, folder);
    return folder;
  });
}

async function replaceCopy(packageFolder: string, folder: string): Promise<void> {
  const draft = `${folder}.copying`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await chmod(draft, 0o755);
  await copyTree(join(packageFolder, 'native'), join(draft, 'native'));
  await mendPackage(draft);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}

async function readVersion(packageFolder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  return 'unknown';
}

/** Copies with permissions of its own: those of the original may be for one user only. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isFile()) {
      await copyFile(source, target);
      await chmod(target, (await stat(source)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
