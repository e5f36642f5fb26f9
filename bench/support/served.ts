import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { ChildServer, type ChildServerOptions } from './child-server';

const MAIN = join(__dirname, '../../src/main.js');

/** As `npm start` has them. */
export const NODE_OPTIONS = [
  '--no-allocation-site-pretenuring',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

/** A server of ours in a process of its own, as `npm start` runs it. */
export function serve(
  databaseUrl: string,
  { env, node }: Partial<Omit<ChildServerOptions, 'args'>> = {},
): Promise<ChildServer> {
  return ChildServer.start({
    args: [...NODE_OPTIONS, MAIN],
    env: { DATABASE_URL: databaseUrl, PORT: '0', DEMO_DATA: 'false', ...env },
    ...(node !== undefined && { node }),
  });
}

/** One that takes events in. */
export class ServedProcess {
  private constructor(
    private readonly server: ChildServer,
    /**
     * Of undici, for a request by it costs half of one by node:http: what the sender takes of the
     * processors, the server lacks.
     */
    private readonly connections: Pool,
  ) {}

  /** @param connections that it is talked to over, each with one request at a time */
  static async start(databaseUrl: string, connections: number): Promise<ServedProcess> {
    const server = await serve(databaseUrl);
    return new ServedProcess(server, new Pool(server.url.origin, { connections, pipelining: 1 }));
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
    const status = await readFile(`/proc/${this.server.pid}/status`, 'utf8');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kilobytes === undefined) throw new Error('The system does not tell what a process holds.');
    return Number(kilobytes);
  }

  async stop(): Promise<void> {
    await this.connections.destroy();
    await this.server.stop();
  }
}
