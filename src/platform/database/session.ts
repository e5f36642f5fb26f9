import pg from 'pg';
import type { DataSource } from 'typeorm';

/** For this long the database may take to let us in. */
const CONNECT_MS_MAX = 10_000;

/**
 * A connection of its own beside the pool's, for what lasts longer than a transaction: to be
 * notified. Whoever opens it ends it, and hears of its end by `error` and `end`.
 * @param name what the database shows of it, up to 63 bytes
 * @throws what the driver says where the database cannot be reached
 */
export async function openSession(
  dataSource: DataSource,
  name: string,
  statementTimeoutMs: number,
): Promise<pg.Client> {
  const { options } = dataSource;
  if (options.type !== 'postgres') throw new Error('Only PostgreSQL has sessions.');
  const client = new pg.Client({
    connectionString: options.url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: statementTimeoutMs,
    keepAlive: true,
  });
  // One that ends while it connects says so here as well; the failed connect has told it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
