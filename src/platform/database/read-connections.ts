import {
  DatabaseError,
  type Pool,
  type PoolClient,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import type { DataSource } from 'typeorm';
import { textArray } from './arrays';
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
    let lost: Error | undefined;
    // The pool hears of what is lost while it is idle only; what nobody hears of ends the process.
    const lose = (error: Error): void => {
      lost = error;
    };
    return {
      connect: async () => {
        held = await pool.connect();
        held.on('error', lose);
        return held;
      },
      release: async () => {
        held?.off('error', lose);
        held?.release(lost);
      },
    };
  }

  async run<Row extends QueryResultRow>(
    client: PoolClient & { end?(): Promise<void> },
    text: string,
    parameters: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    try {
      return await client.query<Row>(this.plans.planned(client, text), parameters.map(asParameter));
    } catch (error) {
      // It would fail whoever uses it next: the pool throws away what has ended.
      if (isNoLongerPrepared(error) || isFatal(error)) await client.end?.().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pool?.end();
  }
}

/** What the driver takes longer to write. */
function asParameter(value: unknown): unknown {
  return Array.isArray(value) && value.every(isText) ? textArray(value) : value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Whether the database ends the connection by it (SQLSTATE 57P01 to 57P05). How severe it is would
 * say so as well, but in the language of the server.
 */
export function isFatal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('57P') === true;
}
