import { access, chmod, constants, lstat, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { orUndefinedWhenMissing, systemErrorCode } from './errors';

interface PackagedLink {
  /** The file pointed at, relative to the package. */
  readonly source: string;
  /** Where the link belongs, relative to the package. */
  readonly target: string;
}

/**
 * Adds what npm leaves out. npm packages cannot hold symbolic links, so an install script makes
 * those of the shared libraries; npm 11 may skip install scripts.
 *
 * @returns null, or why it could not be mended: reading on is right, since it may run regardless.
 */
export async function mendPackage(packageFolder: string): Promise<string | null> {
  try {
    for (const link of await readPackagedLinks(packageFolder)) {
      await mendLink(join(packageFolder, link.source), join(packageFolder, link.target));
    }
    for (const name of ['initdb', 'pg_ctl', 'postgres']) {
      await mendExecutable(join(packageFolder, 'native', 'bin', name));
    }
    return null;
  } catch (error) {
    return `It could not be mended: ${String(error)}`;
  }
}

async function readPackagedLinks(packageFolder: string): Promise<readonly PackagedLink[]> {
  // Not every platform's package has such a list.
  const file = join(packageFolder, 'native', 'pg-symlinks.json');
  const text = await orUndefinedWhenMissing(readFile(file, 'utf8'));
  return text === undefined ? [] : (JSON.parse(text) as PackagedLink[]);
}

async function mendLink(source: string, target: string): Promise<void> {
  // Look before writing: node_modules may be read-only, and complete.
  if (await orUndefinedWhenMissing(lstat(target))) return;
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    // Another process mends at the same time.
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

async function mendExecutable(file: string): Promise<void> {
  try {
    await access(file, constants.X_OK);
  } catch {
    await chmod(file, 0o755);
  }
}
