import { open, rename, stat } from 'node:fs/promises';
import { orUndefinedWhenMissing } from './errors';

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const TAIL_LINES = 20;
const TAIL_BYTES_MAX = 16 * 1024;

/** Sets a long log aside as `<file>.old`, replacing the one before. While no server writes to it. */
export async function rotateLog(logFile: string): Promise<void> {
  const stats = await orUndefinedWhenMissing(stat(logFile));
  if (stats && stats.size > LOG_BYTES_MAX) await rename(logFile, `${logFile}.old`);
}

/** The log's length in bytes: what is written from now on begins there. */
export async function measureLog(logFile: string): Promise<number> {
  return (await orUndefinedWhenMissing(stat(logFile)))?.size ?? 0;
}

/** The log's last lines, of those behind the byte `from`. */
export async function readLogTail(logFile: string, from = 0): Promise<string> {
  const file = await orUndefinedWhenMissing(open(logFile, 'r'));
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - TAIL_BYTES_MAX, 0);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.max(size - start, 0)),
      position: start,
    });
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-TAIL_LINES).join('\n');
  } finally {
    await file.close();
  }
}
