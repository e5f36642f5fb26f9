import type { Sql } from '../../platform/database/database';
import { type RetellError, Unprepared } from '../../platform/database/transaction';
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

  /** What it means where an event could not be stored. */
  readonly retell: RetellError = (error) => {
    if (!isPartitionMissing(error)) return error;
    const forget = async () => this.known.clear();
    return new Unprepared('Another process has dropped the partition of an event.', forget);
  };

  /** Each in a transaction of its own: one that makes many would hold many locks. */
  private async make(months: Iterable<Month>): Promise<void> {
    for (const month of months) {
      await makePartition(this.sql, month);
      this.known.add(month);
    }
  }
}
