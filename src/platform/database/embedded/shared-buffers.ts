import { totalmem } from 'node:os';

const MEGABYTE = 2 ** 20;
const MEGABYTES_MIN = 128;
const MEGABYTES_MAX = 2048;

/**
 * How much memory the embedded PostgreSQL keeps pages in, as its setting `shared_buffers` takes it:
 * an eighth of what there is, for the rest of the machine is not ours; from 128 MB, its own default,
 * to 2 GB. Memory is taken as it is filled.
 * @param memoryBytes of the machine, or of the container where that may have less
 */
export function sharedBuffers(memoryBytes = availableBytes()): string {
  const eighth = Math.floor(memoryBytes / 8 / MEGABYTE);
  return `${Math.min(MEGABYTES_MAX, Math.max(MEGABYTES_MIN, eighth))}MB`;
}

function availableBytes(): number {
  // 0 where nothing is known of a limit, and beyond the machine's where there is none.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
