import { type Client, DatabaseError, type PoolClient, type QueryResultRow } from 'pg';
import { isNoLongerPrepared, type PreparedStatement } from './prepared';

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

export type RetellError = (error: unknown) => unknown;

/** Something a transaction changed, for those who wait for it: told after the commit, if at all. */
export interface Change {
  /** What happened, e.g. `lifecycle.stage-changed`. */
  readonly topic: string;
  readonly ids: readonly string[];
}

interface Fault {
  readonly error: unknown;
  /** Whether the work was told, when it waited for the statement. */
  readonly isReported: boolean;
}

/**
 * The one transaction that is open on a connection. Each statement is sent at once, without waiting
 * for the answers to those before it; the database takes them in that order, one after the other.
 */
export class OpenTransaction {
  private hasEnded = false;
  /** The first of all errors: what follows it fails because of it. */
  private fault: Fault | null = null;
  private readonly noted: Change[] = [];
  private isCommitted = false;
  private isCommitUnanswered = false;
  /** Settled when it is known what became of each statement that was sent. */
  private readonly sent: Promise<void>[] = [];

  private constructor(private readonly client: PoolClient & Pick<Client, 'end'>) {}

  static async begin(client: PoolClient & Pick<Client, 'end'>): Promise<OpenTransaction> {
    // Waited for: without it what follows would be committed statement by statement.
    await client.query('begin');
    return new OpenTransaction(client);
  }

  async query<Row extends QueryResultRow>(
    statement: string | PreparedStatement,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    this.requireOpen();
    try {
      return await runStatement<Row>(this.client, statement, parameters);
    } catch (error) {
      this.fault ??= { error, isReported: true };
      throw this.fault.error;
    }
  }

  send(
    statement: string | PreparedStatement,
    parameters: readonly unknown[] = [],
    retell: RetellError = (error) => error,
  ): void {
    this.requireOpen();
    this.sent.push(
      runStatement(this.client, statement, parameters).then(
        () => undefined,
        (error: unknown) => {
          this.fault ??= { error: retell(error), isReported: false };
        },
      ),
    );
  }

  note(topic: string, ids: readonly string[]): void {
    this.requireOpen();
    if (ids.length > 0) this.noted.push({ topic, ids });
  }

  /**
   * What is to be told of, once the transaction has ended. Also where the answer to the commit was
   * lost: it may have been done, and who looks in vain has lost little.
   */
  get changes(): readonly Change[] {
    return this.isCommitted || this.isCommitUnanswered ? this.noted : [];
  }

  /** @throws what a statement failed with that was sent and not waited for */
  async commit(): Promise<void> {
    this.hasEnded = true;
    // What the driver itself refuses to send never reaches the database, which would commit the
    // rest. It says so in the next turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.requireNoneUnreported();
    try {
      const { command } = await this.client.query('commit');
      this.isCommitted = command === 'COMMIT';
      if (this.isCommitted) return;
    } catch (error) {
      this.isCommitUnanswered = !(error instanceof DatabaseError);
      this.fault ??= { error, isReported: false };
    }
    // Where an error had aborted the transaction, PostgreSQL rolls back instead.
    await this.settle();
    throw new Error('The work hid an error by which the database aborted the transaction.', {
      cause: this.fault?.error,
    });
  }

  /** Waits for all that was sent. @throws what a statement failed with that was not waited for */
  async settle(): Promise<void> {
    await Promise.all(this.sent);
    this.requireNoneUnreported();
  }

  /** Takes back what was done, where there is anything left to take back. */
  async rollBack(): Promise<void> {
    this.hasEnded = true;
    // One that fails means that the connection is gone, and the transaction with it.
    await this.client.query('rollback').catch(() => undefined);
    // It would fail whoever uses it next: the pool throws away what has ended.
    if (isNoLongerPrepared(this.fault?.error)) await this.client.end().catch(() => undefined);
  }

  private requireNoneUnreported(): void {
    if (this.fault !== null && !this.fault.isReported) throw this.fault.error;
  }

  private requireOpen(): void {
    // The connection may be in somebody else's transaction by now.
    if (this.hasEnded) throw new Error('The transaction has ended.');
  }
}

export async function runStatement<Row extends QueryResultRow>(
  client: PoolClient,
  statement: string | PreparedStatement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  // TypeORM's own `query` gives a different shape for UPDATE and DELETE; the driver's does not.
  const result = await client.query<Row>(statement, [...parameters]);
  return result.rows;
}
