import { randomUUID } from 'node:crypto';
import { readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { EmbeddedPostgresError, orUndefinedWhenMissing, systemErrorCode } from './errors';
import { type Deadline, deadlineAfter, pollUntil } from './poll';
import { isAlive, type ProcessRecord, parseProcessRecord, recordOfThisProcess } from './processes';

/** A lock file is created first and filled next: give its writer this long before doubting it. */
const EMPTY_LOCK_AGE_SECONDS_MAX = 10;

interface LockRecord extends ProcessRecord {
  /** Tells two holders in one process apart. */
  readonly nonce: string;
}

/**
 * Runs `work` while holding the lock file, so that one process at a time starts or stops the
 * server. The lock of a process that died is broken.
 *
 * @throws EmbeddedPostgresError LOCK_TIMEOUT when a living process holds it for longer.
 */
export async function withLock<T>(
  lockFile: string,
  waitSecondsMax: number,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(lockFile, deadlineAfter(waitSecondsMax));
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(lockFile: string, deadline: Deadline): Promise<() => Promise<void>> {
  const record: LockRecord = { ...(await recordOfThisProcess()), nonce: randomUUID() };
  const text = JSON.stringify(record);
  const acquired = await pollUntil(deadline, async () => {
    if (await createExclusively(lockFile, text)) return true;
    if (await isStale(lockFile)) await breakStaleLock(lockFile, deadline);
    return undefined;
  });
  if (!acquired) throw await lockTimeout(lockFile, deadline);
  return () => removeWhenStill(lockFile, text);
}

async function createExclusively(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(lockFile: string): Promise<boolean> {
  const text = await orUndefinedWhenMissing(readFile(lockFile, 'utf8'));
  if (text === undefined) return false;
  const holder = parseProcessRecord<LockRecord>(text);
  if (holder) return !(await isAlive(holder));
  const stats = await orUndefinedWhenMissing(stat(lockFile));
  return stats !== undefined && Date.now() - stats.mtimeMs > EMPTY_LOCK_AGE_SECONDS_MAX * 1000;
}

/**
 * Two waiters may both find the lock stale; were both to remove it, the second would remove the
 * first one's new lock. So breaking takes a lock of its own, and looks again once it holds it.
 */
async function breakStaleLock(lockFile: string, deadline: Deadline): Promise<void> {
  const isBreakersLock = lockFile.endsWith('.breaking');
  if (isBreakersLock) {
    // It is held for two file operations: one left behind is rarer than a lock for it is worth.
    await removeIfThere(lockFile);
    return;
  }
  const release = await acquire(`${lockFile}.breaking`, deadline);
  try {
    if (await isStale(lockFile)) await removeIfThere(lockFile);
  } finally {
    await release();
  }
}

async function removeWhenStill(file: string, text: string): Promise<void> {
  const current = await orUndefinedWhenMissing(readFile(file, 'utf8'));
  if (current === text) await removeIfThere(file);
}

async function removeIfThere(file: string): Promise<void> {
  await orUndefinedWhenMissing(unlink(file));
}

async function lockTimeout(lockFile: string, deadline: Deadline): Promise<EmbeddedPostgresError> {
  const text = (await orUndefinedWhenMissing(readFile(lockFile, 'utf8'))) ?? '';
  const holder = parseProcessRecord(text);
  return new EmbeddedPostgresError(
    'LOCK_TIMEOUT',
    `Process ${holder?.pid ?? '(unknown)'} has been starting or stopping the embedded PostgreSQL ` +
      `for more than ${deadline.secondsMax} s (lock ${lockFile}). End it and try again.`,
  );
}
