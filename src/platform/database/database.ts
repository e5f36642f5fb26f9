import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { Brand } from '../../shared/brand';

/** One SQL statement at a time. `bigint` columns arrive as BigInt, `date` columns as text. */
export interface Sql {
  /** Runs one statement; gives its rows (those of RETURNING for writes). */
  query<Row extends QueryResultRow>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Everything done through it commits together or not at all. */
export type Tx = Brand<Sql, 'Tx'>;

/** Why a transaction is run again: another one came first, or each waited for the other. */
export type RetryCause = 'conflict' | 'deadlock';

/** Since this process opened the database. */
export interface TransactionCounts {
  /** Attempts that were followed by another one. */
  readonly retries: Readonly<Record<RetryCause, number>>;
  /** Transactions that failed for this at the last attempt. */
  readonly givenUp: Readonly<Record<RetryCause, number>>;
}

const RETRYABLE_SQL_STATES: ReadonlyMap<unknown, RetryCause> = new Map([
  // At READ COMMITTED only functions of ours say so, which found what `TransactionConflict` tells.
  ['40001', 'conflict'],
  ['40P01', 'deadlock'],
]);
const TRANSACTION_ATTEMPTS_MAX = 10;

/** What was made may be undone by others before it is used, though hardly time and again. */
const PREPARATIONS_MAX = 5;

const PAUSE_MS_MAX = 500;

/**
 * Thrown by work that found, too late to mend it, that a concurrent transaction came first: the
 * whole transaction is run again and then sees what the other one wrote.
 */
export class TransactionConflict extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'TransactionConflict';
  }
}

/**
 * Thrown by work that lacks something which is not made in its transaction, e.g. since others should
 * not wait for it: the transaction is rolled back, it is made, and the work is run again.
 */
export class Unprepared extends TransactionConflict {
  /** @param prepare makes what is lacking, with nothing locked */
  constructor(
    what: string,
    readonly prepare: () => Promise<void>,
  ) {
    super(what);
    this.name = 'Unprepared';
  }
}

/** Ends a rehearsal: thrown, so that the transaction is rolled back. */
class Rehearsed extends Error {
  constructor(readonly result: unknown) {
    super('This was a rehearsal.');
  }
}

/** Lets the statements of this transaction run for as long as they take: for jobs, not requests. */
export async function liftStatementTimeout(tx: Tx): Promise<void> {
  await tx.query('set local statement_timeout = 0');
}

/** The one way to the database: plain reads, and transactions that are retried when it asks. */
export class Database implements Sql {
  private readonly retries = { conflict: 0, deadlock: 0 };
  private readonly givenUp = { conflict: 0, deadlock: 0 };

  /** @param pause what lies between a failed attempt (1 for the first) and the next one */
  constructor(
    readonly dataSource: DataSource,
    private readonly pause: (attempt: number) => Promise<unknown> = pauseAtRandom,
  ) {}

  /** As they are now. */
  get transactionCounts(): TransactionCounts {
    return { retries: { ...this.retries }, givenUp: { ...this.givenUp } };
  }

  /** A single statement outside any transaction. */
  async query<Row extends QueryResultRow>(
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await runStatement<Row>(await runner.connect(), text, parameters);
    } finally {
      await runner.release();
    }
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED); commits when it resolves, rolls back when it
   * throws. Work that the database aborted for a deadlock or a serialization failure is run again,
   * at most nine times and after a pause, so it must keep no state of its own outside the
   * transaction. So is work that lacked something, once that is made: it is the same attempt still.
   * @param work is told which attempt it is, 1 for the first
   */
  async transaction<Result>(work: (tx: Tx, attempt: number) => Promise<Result>): Promise<Result> {
    let preparations = 0;
    for (let attempt = 1; ; ) {
      try {
        return await this.attempt((tx) => work(tx, attempt));
      } catch (error) {
        if (error instanceof Unprepared && preparations < PREPARATIONS_MAX) {
          preparations += 1;
          await error.prepare();
          continue;
        }
        const cause = retryCauseOf(error);
        if (cause === null) throw error;
        if (attempt >= TRANSACTION_ATTEMPTS_MAX) {
          this.givenUp[cause] += 1;
          throw error;
        }
        this.retries[cause] += 1;
      }
      await this.pause(attempt);
      attempt += 1;
    }
  }

  /**
   * Runs `work` like `transaction` and takes everything back: what it gives is what would have come
   * of it. Nobody else ever sees what it wrote.
   */
  async rehearse<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    try {
      return await this.transaction(async (tx): Promise<never> => {
        throw new Rehearsed(await work(tx));
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.result as Result;
      throw error;
    }
  }

  private async attempt<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    let ended = false;
    try {
      const client: PoolClient = await runner.connect();
      await runner.startTransaction();
      // One after the other, also where several are asked for at once: there is one connection.
      let last: Promise<unknown> = Promise.resolve();
      const statements: Sql = {
        query: (text, parameters = []) => {
          const statement = last.then(() => {
            // The connection may be in somebody else's transaction by now.
            if (ended) throw new Error('The transaction has ended.');
            return runStatement<never>(client, text, parameters);
          });
          last = statement.catch(() => undefined);
          return statement;
        },
      };
      const result = await work(statements as Tx);
      ended = true;
      // Not by TypeORM, which takes any answer for a success: where an error had aborted the
      // transaction, PostgreSQL rolls back instead and says so in the answer only.
      const { command } = await client.query('commit');
      if (command !== 'COMMIT') {
        throw new Error('The work hid an error by which the database aborted the transaction.');
      }
      return result;
    } catch (error) {
      ended = true;
      // A rollback that fails means the connection is gone, and the transaction with it: the
      // first error is the one worth reporting.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

async function runStatement<Row extends QueryResultRow>(
  client: PoolClient,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  // TypeORM's own `query` gives a different shape for UPDATE and DELETE; the driver's does not.
  const result = await client.query<Row>(text, [...parameters]);
  return result.rows;
}

/** Of random length: transactions that failed each other would otherwise meet again. */
function pauseAtRandom(attempt: number): Promise<unknown> {
  return wait(randomInt(pauseMsMax(attempt) + 1));
}

/** The longest pause after a failed attempt: 20 ms after the first, then twice that, up to 500. */
export function pauseMsMax(attempt: number): number {
  return Math.min(PAUSE_MS_MAX, 10 * 2 ** attempt);
}

/** Null: another attempt would fail alike. */
function retryCauseOf(error: unknown): RetryCause | null {
  if (error instanceof TransactionConflict) return 'conflict';
  if (!(error instanceof Error) || !('code' in error)) return null;
  return RETRYABLE_SQL_STATES.get(error.code) ?? null;
}
