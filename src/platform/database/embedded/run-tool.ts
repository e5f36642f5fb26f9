import { type ExecFileException, execFile } from 'node:child_process';
import { identityOf, type SystemUser } from './system-user';

export interface ToolResult {
  /** Exit status; null when the program could not be started or was ended by a signal. */
  readonly exitCode: number | null;
  /** The system's error when it could not be started: `EACCES`, `ENOENT`, ... */
  readonly spawnErrorCode: string | null;
  readonly stdout: string;
  /** What it had to say, stderr first: for error messages. */
  readonly output: string;
}

/** Every folder on the way may be closed to the server's user; this one is open to all. */
export const WORKING_FOLDER = '/';

/**
 * What PostgreSQL's programs see of our environment: next to nothing. PG* variables would change
 * what they do, a locale what they say, and our secrets are none of their business.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) };
}

/** Runs one of PostgreSQL's programs to its end, with no shell in between. Never throws. */
export function runTool(
  file: string,
  toolArguments: readonly string[],
  { user, timeoutSecondsMax }: { user: SystemUser | null; timeoutSecondsMax: number },
): Promise<ToolResult> {
  const options = {
    ...identityOf(user),
    cwd: WORKING_FOLDER,
    env: toolEnvironment(),
    timeout: timeoutSecondsMax * 1000,
  };
  return new Promise((resolve) => {
    try {
      execFile(file, toolArguments, options, (error, stdout, stderr) => {
        resolve(toResult(error, stdout, stderr));
      });
    } catch (error) {
      // Node throws some refusals (EPERM, EINVAL: we may not become that user) straight away.
      resolve(toResult(error as ExecFileException, '', ''));
    }
  });
}

function toResult(error: ExecFileException | null, stdout: string, stderr: string): ToolResult {
  // Node puts the exit status and the system's error into one property; its type knows the first.
  const code: unknown = error ? (error.code ?? null) : 0;
  return {
    exitCode: typeof code === 'number' ? code : null,
    spawnErrorCode: typeof code === 'string' ? code : null,
    stdout,
    output: [stderr.trim() || error?.message, stdout.trim()].filter(Boolean).join('\n'),
  };
}
