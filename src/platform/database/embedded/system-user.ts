import { readFile } from 'node:fs/promises';
import { EmbeddedPostgresError } from './errors';

/** A user of the operating system that runs the server in our stead. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who runs the server: null for ourselves. PostgreSQL refuses to run as root, so root (as in most
 * containers) lends it to the user `postgres`, or else `nobody`; no user is created.
 *
 * @throws EmbeddedPostgresError SYSTEM_USER_UNUSABLE when there is neither.
 */
export async function findServerUser(): Promise<SystemUser | null> {
  if (process.geteuid?.() !== 0) return null;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const user = findInPasswd(passwd, 'postgres') ?? findInPasswd(passwd, 'nobody');
  if (user) return user;
  throw new EmbeddedPostgresError(
    'SYSTEM_USER_UNUSABLE',
    'PostgreSQL does not run as root, and /etc/passwd has neither a user "postgres" nor "nobody". ' +
      'Run as an ordinary user, or set DATABASE_URL.',
  );
}

/** passwd(5): name:password:uid:gid:comment:home:shell. Root under another name is no answer. */
export function findInPasswd(passwd: string, name: string): SystemUser | null {
  for (const line of passwd.split('\n')) {
    const [lineName, , uid, gid] = line.split(':');
    if (lineName !== name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) continue;
    if (Number(uid) !== 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** The options that make a child process run as that user. */
export function identityOf(user: SystemUser | null): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}
