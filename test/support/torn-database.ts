import { once } from 'node:events';
import type pg from 'pg';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';

/**
 * A database whose connection the server ends after a chosen statement. Every statement counts:
 * the start of the transaction is the first one, its commit the last.
 */
export class TornDatabase extends Database {
  private statements: string[] = [];
  private tearAfter = Number.POSITIVE_INFINITY;

  /** @param surgeon ends the connection, on one of its own */
  constructor(
    url: string,
    private readonly surgeon: Database,
  ) {
    super(createDataSource({ url, poolSizeMax: 2, statementTimeoutMs: 20_000 }));
    const { dataSource } = this;
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => {
      const runner = createQueryRunner(mode);
      const connect = runner.connect.bind(runner);
      runner.connect = async () => this.tap(await connect());
      return runner;
    };
  }

  /** Counts from one again. @param after the statement that is the connection's last */
  arm(after = Number.POSITIVE_INFINITY): void {
    this.statements = [];
    this.tearAfter = after;
  }

  /** What was sent since it was armed. */
  get sent(): readonly string[] {
    return this.statements;
  }

  private tap(client: pg.Client & { readonly processID?: number }): pg.Client {
    // One after the other: what was sent behind the last statement would be done as well.
    let before: Promise<unknown> = Promise.resolve();
    const query = (statement: string | pg.QueryConfig, parameters?: unknown[]) => {
      const answered = before.then(() => queryInTurn(statement, parameters));
      before = answered.catch(() => undefined);
      return answered;
    };
    const queryInTurn = async (statement: string | pg.QueryConfig, parameters?: unknown[]) => {
      this.statements.push(typeof statement === 'string' ? statement : statement.text);
      const isLast = this.statements.length === this.tearAfter;
      const result = await client.query(statement, parameters);
      if (!isLast) return result;
      const ended = once(client, 'end');
      await this.surgeon.query('select pg_terminate_backend($1)', [client.processID]);
      await ended;
      // What the database did is done, but the answer is lost with the connection.
      throw new Error('Connection terminated unexpectedly');
    };
    return new Proxy(client, {
      get: (target, property) => {
        if (property === 'query') return query;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
