import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Client, type ClientSettings } from '../../examples/typed-client/client';
import type { TestApi } from './api';
import { RunningProgram } from './processes';

export const EXAMPLES = join(__dirname, '../../examples');

/** The client of the examples, with a key of all scopes unless told otherwise. */
export function exampleClient(api: TestApi, settings: Partial<ClientSettings> = {}): Client {
  return new Client({ url: `${api.url}/graphql`, token: () => api.key(), ...settings });
}

/** Runs the program of an example to its end, as its page says. */
export async function runExample(
  name: string,
  parameters: readonly string[],
  environment: { readonly url: string; readonly key: string },
) {
  const child = spawn(process.execPath, [join(EXAMPLES, 'run.js'), name, ...parameters], {
    env: {
      ...process.env,
      PERENNIAL_URL: `${environment.url}/graphql`,
      PERENNIAL_KEY: environment.key,
    },
  });
  const program = new RunningProgram(child);
  const code = await program.end();
  return { code, stdout: program.stdout, stderr: program.stderr };
}
