import type { Database } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/database/keyset';
import { MS_PER_DAY } from '../../shared/days';
import * as store from './quarantine.upkeep.store';

/** Pending ones looked at by one statement, and by one call. */
const PAGE = 5_000;
const PAGES_MAX = 20;

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
   * Settles those that their senders have corrected themselves, among the next 100,000 that are
   * pending at most. The next call goes on after them, or begins anew after the last.
   * @returns how many
   */
  async settleAccepted(now: Date): Promise<number> {
    let settled = 0;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const rows = await store.findPending(this.database, this.reached, PAGE);
      const accepted = rows.filter(({ eventId }) => eventId !== null);
      await store.supersede(this.database, accepted, now);
      settled += accepted.length;
      const last = rows.length < PAGE ? undefined : rows.at(-1);
      this.reached =
        last === undefined ? null : { at: last.firstReceivedAt, id: last.quarantineId };
      if (this.reached === null) break;
    }
    return settled;
  }

  /** Deletes a batch of those that were settled too long ago. @returns how many */
  deleteSettled(now: Date): Promise<number> {
    const before = new Date(now.getTime() - this.retentionDays * MS_PER_DAY);
    return store.deleteSettled(this.database, before, DELETED_MAX);
  }
}
