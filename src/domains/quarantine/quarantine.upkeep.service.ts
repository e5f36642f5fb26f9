import type { Database } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/graphql/instant-cursor';
import { MS_PER_DAY } from '../../shared/days';
import * as store from './quarantine.upkeep.store';

/** Pending ones looked at in one batch. */
const PAGE = 5_000;

/** Settled ones deleted in one batch. */
const DELETED_MAX = 1_000;

/** Keeps the quarantine small. Safe to run in several processes at once. */
export class QuarantineUpkeep {
  /** How far the pass over all pending ones has come; a process that starts begins anew. */
  private reached: InstantPosition | null = null;

  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
  ) {}

  /**
   * Settles those of a page of pending ones that their senders have corrected themselves. The next
   * call goes on with the next page.
   * @returns how many
   */
  async settleAccepted(now: Date): Promise<number> {
    const { settled, end } = await store.settleAccepted(this.database, this.reached, PAGE, now);
    this.reached = end;
    return settled;
  }

  /** Deletes a batch of those that were settled too long ago. @returns how many */
  deleteSettled(now: Date): Promise<number> {
    const before = new Date(now.getTime() - this.retentionDays * MS_PER_DAY);
    return store.deleteSettled(this.database, before, DELETED_MAX);
  }
}
