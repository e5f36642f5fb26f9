/**
 * Rows of one counter, so that transactions that count the same do not wait for each other: a row
 * that was counted up is held until the commit. They are added up at every read.
 */
const SHARDS = 64;

/**
 * SQL for the shard to count in, as a part of the statement that counts: the first that no
 * transaction writes to at the moment, taken until the commit. So nobody waits, and a counter has
 * no more rows than it ever had writers at once. Only where every shard is taken is the last one
 * waited for: count last in a transaction, so that no other lock is waited for meanwhile.
 * @param table whose counters they are, a name from the code
 */
export function freeShard(table: string): string {
  // A lock of two numbers is apart from all others, which are of one.
  return `coalesce((
    select shard from generate_series(0, ${SHARDS - 2}) as s (shard)
    where pg_try_advisory_xact_lock(hashtext('${table}'), shard)
    limit 1), ${SHARDS - 1})`;
}
