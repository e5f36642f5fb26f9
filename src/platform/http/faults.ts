import { Fault } from '../../shared/errors';
import { TransactionConflict } from '../database/transaction';

/** Faults of ours that mean "not now": the database is away, or asks for patience. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  // Sockets.
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // PostgreSQL: too many connections, shutting down, crashed, starting up, lock not available,
  // serialization failure and deadlock after the last try, no room left in the lock table.
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '55P03',
  '40001',
  '40P01',
  '53200',
]);

/** PostgreSQL's class 08: connection exceptions. */
const CONNECTION_EXCEPTION = /^08[0-9A-Z]{3}$/;

const STATEMENT_CANCELLED = '57014';

/** The driver has no codes for these. */
const CONNECTION_LOST_MESSAGES: ReadonlySet<string> = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
]);

/** Something the request depends on is away; the same request may succeed later. */
export class Unavailable extends Fault {
  constructor(message = 'The service is not available at the moment. Try again shortly.') {
    super('UNAVAILABLE', message);
    this.name = 'Unavailable';
  }
}

/** The database gave up on a statement that ran too long. */
export class TimedOut extends Fault {
  constructor() {
    super('TIMEOUT', 'The request took too long and was cancelled. Ask for less at a time.');
    this.name = 'TimedOut';
  }
}

/**
 * What may be told to a caller about an error: the fault it is, or stands for.
 * @returns null for everything unforeseen, which is nobody's business but ours
 */
export function faultOf(error: unknown): Fault | null {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === STATEMENT_CANCELLED) return new TimedOut();
  const isAway =
    error instanceof TransactionConflict ||
    UNAVAILABLE_CODES.has(code) ||
    CONNECTION_EXCEPTION.test(code) ||
    CONNECTION_LOST_MESSAGES.has(error.message);
  return isAway ? new Unavailable() : null;
}

const HTTP_STATUS_BY_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  OPERATION_NOT_LISTED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  TOO_MANY_CONNECTIONS: 503,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
};

/** When to try again where nothing tells it better: a database that restarts takes about as long. */
const RETRY_AFTER_SECONDS = 5;

/** In how many seconds the same request may succeed; null where waiting changes nothing. */
export function retryAfterSecondsOf({
  code,
  details,
}: Pick<Fault, 'code' | 'details'>): number | null {
  const stated = details['retryAfterSeconds'];
  if (typeof stated === 'number') return stated;
  return code === 'UNAVAILABLE' || code === 'TIMEOUT' ? RETRY_AFTER_SECONDS : null;
}

/** The HTTP status of a fault, where the whole reply is that fault. */
export function httpStatusOf(fault: Fault): number {
  return HTTP_STATUS_BY_CODE[fault.code] ?? 400;
}
