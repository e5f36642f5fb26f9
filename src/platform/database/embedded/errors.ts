export type EmbeddedPostgresErrorCode =
  /** No PostgreSQL is packaged for this operating system, processor or C library. */
  | 'PLATFORM_UNSUPPORTED'
  /** The platform's npm package is not installed. */
  | 'BINARIES_MISSING'
  /** The programs are there and do not run. */
  | 'BINARIES_UNUSABLE'
  /** We are root and may not become the user that is to run the server. */
  | 'SYSTEM_USER_UNUSABLE'
  /** The data folder, or something in it, belongs to another user or cannot be written. */
  | 'DATA_FOLDER_DENIED'
  | 'PASSWORD_MISSING'
  | 'VERSION_MISMATCH'
  | 'INIT_FAILED'
  | 'START_FAILED'
  | 'STOP_FAILED'
  | 'LOCK_TIMEOUT';

/** A failure a person can act upon: the message says what to do, the code is for programs. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The `code` of a system error (`ENOENT`, ...), or undefined when the error is another kind. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: Jest gives tests another Error than Node's own modules throw.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The promise's value, or undefined when it fails because a file is not there. */
export async function orUndefinedWhenMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const DENIALS: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Says what a refused file access means here: most often that another user was here first. */
export function explainDenial(error: unknown, dataFolder: string): unknown {
  if (error instanceof EmbeddedPostgresError || !DENIALS.has(systemErrorCode(error))) return error;
  return dataFolderDenied(error, dataFolder);
}

export function dataFolderDenied(error: unknown, dataFolder: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DATA_FOLDER_DENIED',
    `The data folder ${dataFolder} cannot be used by this user (${String(error)}). Was it first ` +
      'used by another one, for example root? Run as that user, give the folder to this one, or ' +
      'set DATABASE_URL.',
    { cause: error },
  );
}
