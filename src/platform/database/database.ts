import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { Brand } from '../../shared/brand';
import { createReadPool } from './data-source';
import { KeptPlans } from './kept-plans';
import { isNoLongerPrepared, type PreparedStatement } from './prepared';
import {
  OpenTransaction,
  type RetellError,
  runStatement,
  TransactionConflict,
  Unprepared,
} from './transaction';

/** One SQL statement at a time. `bigint` columns arrive as BigInt, `date` columns as text. */
export interface Sql {
  /** Runs one statement; gives its rows (those of RETURNING for writes). */
  query<Row extends QueryResultRow>(
    statement: string | PreparedStatement,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
}

interface Transaction extends Sql {
  /**
   * Sends a statement of which nothing is wanted but that it succeeds. Where it fails, whatever is
   * waited for next fails with its error, at the latest the commit.
   * @param retell what an error of it means, where it means more than it says
   */
  send(
    statement: string | PreparedStatement,
    parameters?: readonly unknown[],
    retell?: RetellError,
  ): void;
}

/**
 * An open transaction. Everything done through it commits together or not at all. Statements run in
 * the order in which they are asked for, whoever waits for them.
 */
export type Tx = Brand<Transaction, 'Tx'>;

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

/** Of reads, in each connection. */
const PLANS_MAX = 64;

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
  private readonly plans = new KeptPlans(PLANS_MAX);
  private reading: Pool | null = null;

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
    statement: string | PreparedStatement,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      // Prepared or not makes no difference to what is read once.
      const text = typeof statement === 'string' ? statement : statement.text;
      return await runStatement<Row>(await runner.connect(), text, parameters);
    } finally {
      await runner.release();
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.reading?.end();
    await this.dataSource.destroy();
  }

  /**
   * A statement that reads by key, outside any transaction. What comes more than once is planned
   * once for each connection, as long as it goes on coming.
   */
  async read<Row extends QueryResultRow>(
    text: string,
    parameters: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    this.reading ??= createReadPool(this.dataSource);
    const client = await this.reading.connect();
    let fault: Error | undefined;
    try {
      return await client.query<Row>(this.plans.planned(client, text), [...parameters]);
    } catch (error) {
      if (!isNoLongerPrepared(error)) throw error;
      // The pool throws the connection away.
      fault = error as Error;
    } finally {
      client.release(fault);
    }
    return this.read(text, parameters);
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
        if (error instanceof Unprepared) {
          if (preparations >= PREPARATIONS_MAX) {
            this.givenUp.conflict += 1;
            throw error;
          }
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
  async rehearse<Result>(work: (tx: Tx, attempt: number) => Promise<Result>): Promise<Result> {
    try {
      return await this.transaction(async (tx, attempt): Promise<never> => {
        throw new Rehearsed(await work(tx, attempt));
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.result as Result;
      throw error;
    }
  }

  private async attempt<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const transaction = await OpenTransaction.begin(await runner.connect());
      try {
        const result = await work(transaction as Transaction as Tx).catch(async (error) => {
          if (error instanceof Rehearsed) await transaction.settle();
          throw error;
        });
        await transaction.commit();
        return result;
      } catch (error) {
        // Also after a commit that failed, which may not have ended it.
        await transaction.rollBack();
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
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
  if (error instanceof TransactionConflict || isNoLongerPrepared(error)) return 'conflict';
  if (!(error instanceof Error) || !('code' in error)) return null;
  return RETRYABLE_SQL_STATES.get(error.code) ?? null;
}
