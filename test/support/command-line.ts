import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { App } from '../../src/app';
import { createProgram } from '../../src/cli/program';

/** What a command did: its exit code, and what it wrote. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command line over an app of the test, in the test's own process: what commands do, without a
 * second to start each. How the process itself starts, pipes and ends, test/processes shows.
 */
export function commandLineOf(app: App) {
  return async (parameters: readonly string[]): Promise<CommandResult> => {
    const out = new PassThrough();
    const stdout = text(out);
    const errors: string[] = [];
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      errors.push(String(chunk));
      return true;
    });
    try {
      const program = createProgram(async (command) => {
        await command(app, out, new AbortController().signal);
        await app.apiKeys.settled();
        await app.sources.settled();
      });
      await program.parseAsync(parameters, { from: 'user' });
    } finally {
      stderr.mockRestore();
      out.end();
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    return { code, stdout: await stdout, stderr: errors.join('') };
  };
}
