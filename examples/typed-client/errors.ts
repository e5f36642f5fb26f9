/** The codes that a program usually decides by; the README of the server lists all of them. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'INVALID_INPUT'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'INTERNAL_ERROR'
  | (string & {});

/** The server answered that it cannot or will not. What an operation expects is no error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** What the code tells beside itself, e.g. `scope` of `FORBIDDEN`. */
    readonly details: Readonly<Record<string, unknown>> = {},
    /** How long to wait before the same request has a chance; null where it has none. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** No answer came, so whether the operation was carried out is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}
