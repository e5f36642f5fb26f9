import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

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
}
