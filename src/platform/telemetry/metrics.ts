import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { RetryCause, TransactionCounts } from '../database/database';

/** How a GraphQL operation ended: served, turned down with a named reason, or broken by us. */
export type OperationOutcome = 'ok' | 'refused' | 'failed';

/** From quick reads to the longest statement allowed, in seconds. */
const DURATION_BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30,
];

/** What Prometheus reads. One registry per process, handed to whoever measures. */
export class Metrics {
  readonly registry = new Registry();

  private readonly httpRequests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests, by method, route pattern and status code.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [this.registry],
  });

  private readonly graphqlOperations = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Duration of GraphQL operations, by type and outcome.',
    labelNames: ['type', 'outcome'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [this.registry],
  });

  private readonly readGroups = new Histogram({
    name: 'graphql_read_group_queries',
    help: 'Queries of one document that were read for together, by group.',
    buckets: [1, 2, 4, 8, 16, 32],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param route the pattern, never the path: every distinct label costs memory for good */
  httpRequest(method: string, route: string, status: number, seconds: number): void {
    this.httpRequests.observe({ method, route, status }, seconds);
  }

  /** @param type `query`, `mutation`, or `invalid` where no operation could be made out */
  graphqlOperation(type: string, outcome: OperationOutcome, seconds: number): void {
    this.graphqlOperations.observe({ type, outcome }, seconds);
  }

  /** @param queries of the group */
  readGroup(queries: number): void {
    this.readGroups.observe(queries);
  }

  /**
   * Tells what the database counts itself, from its first transaction on, which may be long before
   * anybody serves metrics.
   */
  transactions(count: () => TransactionCounts): void {
    this.transactionCounter(
      'perennial_transaction_retries_total',
      'Transactions run again, by cause: another one came first, or a deadlock.',
      () => count().retries,
    );
    this.transactionCounter(
      'perennial_transactions_given_up_total',
      'Transactions that failed for the same causes at their last attempt.',
      () => count().givenUp,
    );
  }

  private transactionCounter(
    name: string,
    help: string,
    count: () => Readonly<Record<RetryCause, number>>,
  ): void {
    new Counter({
      name,
      help,
      labelNames: ['cause'] as const,
      registers: [this.registry],
      collect() {
        this.reset();
        // Those that never were as well: a rate needs a zero to start from.
        for (const [cause, times] of Object.entries(count())) this.inc({ cause }, times);
      },
    });
  }
}
