import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';

const MAIN = join(__dirname, '../../src/main.js');

/** As `npm start` has them. */
const NODE_OPTIONS = [
  '--no-allocation-site-pretenuring',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

/** A server of ours in a process of its own, as `npm start` runs it. */
export class ServedProcess {
  private constructor(
    private readonly child: ChildProcess,
    /**
     * Of undici, for a request by it costs half of one by node:http: what the sender takes of the
     * processors, the server lacks.
     */
    private readonly connections: Pool,
  ) {}

  /** @param connections that it is talked to over, each with one request at a time */
  static async start(databaseUrl: string, connections: number): Promise<ServedProcess> {
    const child = spawn(process.execPath, [...NODE_OPTIONS, MAIN], {
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', DEMO_DATA: 'false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await addressOf(child);
    return new ServedProcess(child, new Pool(url.origin, { connections, pipelining: 1 }));
  }

  /** @throws where the answer is not 200 */
  post(path: string, writeKey: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let status = 0;
      const answer: Buffer[] = [];
      this.connections.dispatch(
        {
          method: 'POST',
          path,
          headers: {
            'content-type': 'application/json',
            authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          },
          body,
        },
        {
          onConnect: () => undefined,
          onHeaders: (statusCode) => {
            status = statusCode;
            return true;
          },
          onData: (chunk) => {
            answer.push(chunk);
            return true;
          },
          onComplete: () => {
            const text = Buffer.concat(answer).toString('utf8');
            if (status === 200) resolve(text);
            else reject(new Error(`The server answered ${status}: ${text}`));
          },
          onError: reject,
        },
      );
    });
  }

  /** What it holds in memory (resident set), in kilobytes, as Linux tells. */
  async residentKilobytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kilobytes === undefined) throw new Error('The system does not tell what a process holds.');
    return Number(kilobytes);
  }

  async stop(): Promise<void> {
    await this.connections.destroy();
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}

/** Everything it says later is read and dropped, so that it never waits for a reader. */
function addressOf(child: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      const [address] = /http:\/\/[\w.[\]:]+/.exec(said) ?? [];
      if (address !== undefined) resolve(new URL(address));
    });
    child.once('exit', () => reject(new Error(`The server ended before it listened. ${said}`)));
  });
}
