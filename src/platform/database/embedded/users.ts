import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orUndefinedWhenMissing } from './errors';
import { isAlive, type ProcessRecord, parseProcessRecord, recordOfThisProcess } from './processes';

interface UserRecord extends ProcessRecord {
  /** A copied data folder brings the records of the original's users along: they are not ours. */
  readonly usersFolder: string;
}

/**
 * Writes down that this process uses the server: one file for each call, so that two uses within
 * one process count as two. To be called under the lock.
 *
 * @returns the file, for `removeUser`.
 */
export async function addUser(usersFolder: string): Promise<string> {
  await mkdir(usersFolder, { recursive: true, mode: 0o700 });
  const record: UserRecord = { ...(await recordOfThisProcess()), usersFolder };
  const file = join(usersFolder, `${process.pid}-${randomUUID()}`);
  await writeFile(file, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
  return file;
}

export async function removeUser(userFile: string): Promise<void> {
  await orUndefinedWhenMissing(unlink(userFile));
}

/** How many use the server; those that died without leaving are swept. To be called under the lock. */
export async function countLivingUsers(usersFolder: string): Promise<number> {
  const names = (await orUndefinedWhenMissing(readdir(usersFolder))) ?? [];
  const living = await Promise.all(
    names.map(async (name) => {
      const file = join(usersFolder, name);
      if (await isLivingUser(file, usersFolder)) return true;
      await removeUser(file);
      return false;
    }),
  );
  return living.filter(Boolean).length;
}

async function isLivingUser(file: string, usersFolder: string): Promise<boolean> {
  // A record is written under the lock, so one that cannot be read was cut short by a death.
  const record = parseProcessRecord<UserRecord>(await readFile(file, 'utf8'));
  return record !== null && record.usersFolder === usersFolder && (await isAlive(record));
}
