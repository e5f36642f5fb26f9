import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** For what root keeps where other users can reach it (Filesystem Hierarchy Standard 3.0, 5.8). */
const SHARED_FOLDER = '/var/lib/perennial';

/** Makes /var/lib/perennial, or a folder in it, open for everybody to enter. For root only. */
export async function makeSharedFolder(...names: readonly string[]): Promise<string> {
  let folder = SHARED_FOLDER;
  await makeOpenFolder(folder);
  for (const name of names) {
    folder = join(folder, name);
    await makeOpenFolder(folder);
  }
  return folder;
}

async function makeOpenFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Separately, since a strict umask would take the permission away again.
  await chmod(folder, 0o755);
}
