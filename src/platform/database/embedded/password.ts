import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { EmbeddedPostgresError, orUndefinedWhenMissing } from './errors';

/**
 * The superuser's password, made up at the first call and kept in a file that its owner alone can
 * read. To be called under the lock.
 *
 * @throws EmbeddedPostgresError PASSWORD_MISSING when the file is gone and `clusterExists`: a new
 * password would not open it.
 */
export async function readOrCreatePassword(
  passwordFile: string,
  { clusterExists }: { clusterExists: boolean },
): Promise<string> {
  const existing = (await orUndefinedWhenMissing(readFile(passwordFile, 'utf8')))?.trim();
  if (existing) return existing;
  if (clusterExists) {
    throw new EmbeddedPostgresError(
      'PASSWORD_MISSING',
      `The password of the embedded PostgreSQL is missing from ${passwordFile}: put the file back, ` +
        'or remove the whole folder it was in to begin with an empty database.',
    );
  }
  const password = randomBytes(24).toString('base64url');
  const file = await open(passwordFile, 'w', 0o600);
  try {
    await file.writeFile(`${password}\n`);
    // The cluster outlives a power cut from its first start on, so its password has to as well.
    await file.sync();
  } finally {
    await file.close();
  }
  return password;
}
