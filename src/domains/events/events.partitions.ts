import { type Sql, Unprepared } from '../../platform/database/database';
import { type Month, monthOf } from './events.months.rules';
import { isPartitionMissing, makePartition } from './events.partitions.store';

/**
 * Sees to it that every event has a partition to go to, that of its month. Those seen once are
 * remembered, so that a batch costs no statement; they are made outside of the batch's
 * transaction, so that nobody waits for its end.
 */
export class EventPartitions {
  private readonly known = new Set<Month>();

  constructor(private readonly sql: Sql) {}

  /**
   * To be called before anything is locked.
   * @throws Unprepared where months have no partition yet, or none that this process has seen
   */
  require(events: readonly { readonly occurredAt: Date }[]): void {
    const missing = new Set<Month>();
    for (const { occurredAt } of events) {
      const month = monthOf(occurredAt);
      if (!this.known.has(month)) missing.add(month);
    }
    if (missing.size === 0) return;
    throw new Unprepared('There are events of months that have no partition yet.', () =>
      this.make(missing),
    );
  }

  /**
   * Waits until events are stored.
   * @throws Unprepared where another process has dropped the partition of one of them meanwhile
   */
  async storing(stored: Promise<void>): Promise<void> {
    try {
      await stored;
    } catch (error) {
      if (!isPartitionMissing(error)) throw error;
      throw new Unprepared('The partition of an event is gone.', async () => this.known.clear());
    }
  }

  /** Each in a transaction of its own: one that makes many would hold many locks. */
  private async make(months: Iterable<Month>): Promise<void> {
    for (const month of months) {
      await makePartition(this.sql, month);
      this.known.add(month);
    }
  }
}
