import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { createReadPool } from './data-source';
import { KeptPlans } from './kept-plans';
import type { Lease } from './operation';
import { isNoLongerPrepared } from './prepared';

/** In each connection. */
const PLANS_MAX = 64;

/** The connections that reads by key have for themselves, opened with the first read. */
export class ReadConnections {
  private readonly plans = new KeptPlans(PLANS_MAX);
  private pool: Pool | null = null;

  constructor(private readonly dataSource: DataSource) {}

  lease(): Lease {
    this.pool ??= createReadPool(this.dataSource);
    const { pool } = this;
    let held: PoolClient | null = null;
    return {
      connect: async () => {
        held = await pool.connect();
        return held;
      },
      release: async () => held?.release(),
    };
  }

  async run<Row extends QueryResultRow>(
    client: PoolClient & { end?(): Promise<void> },
    text: string,
    parameters: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    try {
      return await client.query<Row>(this.plans.planned(client, text), [...parameters]);
    } catch (error) {
      // It would fail whoever uses it next: the pool throws away what has ended.
      if (isNoLongerPrepared(error)) await client.end?.().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pool?.end();
  }
}
