import { DatabaseError } from 'pg';
import type { Sql, Tx } from '../../platform/database/database';
import { type Month, monthOfPartition, partitionOf, startOfMonth } from './events.months.rules';

/** Makes the partition of a month; does nothing where it is there. Others go on meanwhile. */
export async function makePartition(sql: Sql, month: Month): Promise<void> {
  await sql.query('select make_event_partition($1::date)', [startOfMonth(month).toISOString()]);
}

/** The months that have a partition, in their order. */
export async function findMonths(sql: Sql): Promise<readonly Month[]> {
  const partitions = await sql.query<{ name: string }>(
    `select relname as name
     from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'event'::regclass
     order by relname`,
  );
  return partitions.flatMap(({ name }) => monthOfPartition(name) ?? []);
}

/** Lets nobody else make or drop partitions until the transaction ends. */
export async function lockPartitions(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('event partitions', 0))`);
}

/**
 * Drops the events of a month. Whoever reads or writes events waits from the moment it waits for
 * those that do already until the transaction ends.
 */
export async function dropPartition(tx: Tx, month: Month): Promise<void> {
  await tx.query(`drop table ${partitionOf(month)}`);
}

/** Whether an event could not be stored since its month has no partition. */
export function isPartitionMissing(error: unknown): boolean {
  // Of a check of the table itself the constraint would be named.
  return (
    error instanceof DatabaseError &&
    error.code === '23514' &&
    error.table === 'event' &&
    error.constraint === undefined
  );
}
