import { DatabaseError } from 'pg';
import type { Database } from '../../platform/database/database';
import type { Logger } from '../../platform/telemetry/logger';
import { firstKeptMonth, partitionOf } from './events.months.rules';
import { dropPartition, findMonths, lockPartitions } from './events.partitions.store';

/**
 * How long a drop waits for the transactions that use events at that moment, and makes others wait
 * behind it. Longer than a batch takes: it fails only where somebody is at a long piece of work.
 */
const LOCK_WAIT_MS = 500;

/** Drops events that are older than they are to be kept, month by month. */
export class EventRetention {
  /** @param days null where events are kept for ever */
  constructor(
    private readonly database: Database,
    private readonly days: number | null,
    private readonly logger: Logger,
  ) {}

  /**
   * Drops the oldest month where its events are too old, all of them. Safe to run in several
   * processes at once. Receipts stay, and whatever else was made of the events.
   *
   * Not by DETACH CONCURRENTLY: it blocks nobody who uses events, but the making of partitions for
   * as long as anybody does; and it leaves a table half detached where it is interrupted.
   * @returns how many months; 0 also where events were in use for too long
   */
  async dropOldest(now: Date): Promise<number> {
    if (this.days === null) return 0;
    const firstKept = firstKeptMonth(now, this.days);
    try {
      const dropped = await this.database.transaction(async (tx) => {
        await tx.query(`set local lock_timeout = ${LOCK_WAIT_MS}`);
        await lockPartitions(tx);
        const [oldest] = await findMonths(tx);
        if (oldest === undefined || oldest >= firstKept) return null;
        await dropPartition(tx, oldest);
        return partitionOf(oldest);
      });
      if (dropped === null) return 0;
      // Not before the commit, which may fail.
      this.logger.info({ partition: dropped }, 'old events dropped');
      return 1;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      this.logger.warn('old events are in use, and are dropped later');
      return 0;
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03';
}
