import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildServerOptions {
  /** What Node runs, with its own options before it. */
  readonly args: readonly string[];
  /** Beside what this process has. */
  readonly env: Readonly<Record<string, string>>;
  /** The Node it runs on; ours where left out. */
  readonly node?: string;
}

/** A server in a process of its own, that says on its output where it can be reached. */
export class ChildServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: URL,
  ) {}

  static async start({ args, env, node }: ChildServerOptions): Promise<ChildServer> {
    const child = spawn(node ?? process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new ChildServer(child, await addressOf(child));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async stop(): Promise<void> {
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
