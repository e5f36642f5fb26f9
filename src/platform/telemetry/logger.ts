import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LoggerSettings {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** Where log lines go; standard output unless a test listens. */
export interface LogSink {
  write(line: string): void;
}

/**
 * One JSON line per entry. Personal data has no place in the logs: bodies, variables and
 * credentials are never handed to the logger, and what an error carries besides its name,
 * message and stack is left out.
 */
export function createLogger(settings: LoggerSettings, sink?: LogSink): Logger {
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    // A second line of defence, should a header object ever be logged whole.
    redact: ['authorization', '*.authorization', '*.*.authorization'],
  };
  return sink === undefined ? pino(options) : pino(options, sink);
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly stack: string;
}

/**
 * What may be logged of an error: the database's `detail`, `where` and parameters hold the
 * values of rows, so nothing is copied that is not named here.
 */
function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: 'Something that is no error was thrown.', stack: '' };
  }
  const code = textOf(error, 'code');
  const message = isValueError(code) ? 'withheld: it quotes a value' : error.message;
  return {
    type: error.name,
    message,
    ...(code !== undefined && { code }),
    ...optional('constraint', textOf(error, 'constraint')),
    ...optional('table', textOf(error, 'table')),
    stack: stackFrames(error),
  };
}

/** PostgreSQL's class 22 (data exceptions) quotes the offending value in its message. */
function isValueError(code: string | undefined): boolean {
  return code !== undefined && /^22[0-9A-Z]{3}$/.test(code);
}

/** The frames alone: the first lines of a stack repeat the message. */
function stackFrames(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((frame) => frame.trim()).join('\n');
}

function textOf(error: Error, property: string): string | undefined {
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
}
