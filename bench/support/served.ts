import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const MAIN = join(__dirname, '../../src/main.js');

/** A server of ours in a process of its own, as `npm start` runs it. */
export class ServedProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: URL,
    private readonly agent: Agent,
  ) {}

  /** @param connections that it is talked to over, at most */
  static async start(databaseUrl: string, connections: number): Promise<ServedProcess> {
    const child = spawn(process.execPath, ['--max-semi-space-size=64', MAIN], {
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', DEMO_DATA: 'false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await addressOf(child);
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    return new ServedProcess(child, url, agent);
  }

  /** @throws where the answer is not 200 */
  post(path: string, writeKey: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.url),
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => {
            if (response.statusCode === 200) resolve(text);
            else reject(new Error(`The server answered ${response.statusCode}: ${text}`));
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
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
    this.agent.destroy();
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
