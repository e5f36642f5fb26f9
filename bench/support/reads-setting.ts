import { Random } from '../../seeds/random';
import { userIdOf } from './page-views';

/** What the reads are measured on, and how much of it. */
export interface ReadsSetting {
  readonly databaseUrl: string;
  /** Of a caller who may read everything. */
  readonly key: string;
  readonly customers: number;
  readonly warmUp: number;
  readonly turns: number;
  /** Requests of a turn: about half a second's. */
  readonly profilesPerTurn: number;
  readonly pagesPerTurn: number;
  tell(line: string): void;
}

/** The same for all servers: connections to the database, and that this is no time to develop. */
export const POOL_SIZE = '10';

/** None of the others writes a line of log for each request. */
export const AS_IN_PRODUCTION = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  DATABASE_POOL_SIZE: POOL_SIZE,
};

/** Profiles of which the answers are compared. */
export const COMPARED = 200;

/** Gives one customer after another, each as likely as the others. */
export function drawingFrom(customers: number, label: string): () => string {
  const random = Random.of('reads', label);
  return () => userIdOf(random.integer(0, customers - 1));
}
