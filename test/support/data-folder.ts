import { chmod, mkdtemp, realpath, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';
/** A run takes some hundreds of megabytes; a container may have 64 there. */
const FREE_BYTES_MIN = 2 * 1024 ** 3;

/**
 * A new folder for the data of a PostgreSQL, in memory where there is room. A database has some
 * five hundred files, and to make them on a disk, for a test, takes longer than most tests.
 * Processes are killed in tests, never the machine: what was written is there in either place.
 */
export async function makeDataFolder(name: string): Promise<string> {
  const parent = (await hasRoom(MEMORY)) ? MEMORY : tmpdir();
  const folder = await realpath(await mkdtemp(join(parent, `perennial-${name}-`)));
  // The server's own user has to get through; the cluster inside is still closed to others.
  await chmod(folder, 0o755);
  return folder;
}

async function hasRoom(folder: string): Promise<boolean> {
  const space = await statfs(folder).catch(() => null);
  return space !== null && space.bavail * space.bsize >= FREE_BYTES_MIN;
}
