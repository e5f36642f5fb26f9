import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { SUPERUSER } from '../../src/platform/database/embedded/cluster';
import { deadlineAfter, pollUntil } from '../../src/platform/database/embedded/poll';
import { readServerState } from '../../src/platform/database/embedded/server-state';
import { type Answer, readAnswer } from './api';
import { makeDataFolder } from './data-folder';
import { type Clone, fromGlobalSetup, nameClone, TEST_BUILD } from './database';
import { post } from './http';

const root = join(__dirname, '../..');

/** How long a process may take for anything, on a machine with other work to do. */
const PATIENCE_SECONDS = 60;

/** A program of ours in a process of its own, and what it said so far. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<void>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // `close` and not `exit`: everything that was said has arrived.
    this.ended = once(child, 'close').then(() => undefined);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until the program said it. @throws Error with all it said, where it ended before */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await pollUntil(deadlineAfter(PATIENCE_SECONDS), async () => {
      const found = pattern.exec(this.stdout);
      if (found !== null) return found;
      return this.hasEnded ? null : undefined;
    });
    // What was said last may have arrived after the look at it.
    const found = match ?? pattern.exec(this.stdout);
    if (found) return found;
    throw new Error(`The program did not say ${pattern}. ${this.stdout}\n${this.stderr}`);
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** As Ctrl-C at a terminal does it: to the process and all it started in its group. */
  interruptGroup(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  /** @returns the exit code, or the signal that ended it */
  async end(): Promise<number | NodeJS.Signals | null> {
    await this.ended;
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** A server of ours that listens. */
export class RunningServer {
  constructor(
    readonly program: RunningProgram,
    /** Of the GraphQL door. */
    readonly url: string,
  ) {}

  async query<Data>(
    key: string,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer<Data>> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return readAnswer<Data>(await post(this.url, headers, JSON.stringify({ query, variables })));
  }

  /** The HTTP status of a health check. */
  async health(of: 'live' | 'ready'): Promise<number> {
    const reply = await fetch(new URL(`/health/${of}`, this.url));
    await reply.text();
    return reply.status;
  }
}

type Settings = Readonly<Record<string, string>>;

/**
 * Where a product keeps its data: in the PostgreSQL embedded in it, as where nothing is set; or in
 * a clone of the template on the PostgreSQL of the run, which runs already, so that a command does
 * not have to start one and stop it again.
 */
export type Home = 'EMBEDDED' | 'CLONE';

/** The product as it is built, with a data folder of its own; for one test file. */
export class TestProduct {
  private readonly programs: RunningProgram[] = [];

  /** @param clone null: the embedded database */
  constructor(
    private readonly buildFolder: string,
    readonly dataFolder: string,
    private readonly clone: Clone | null,
  ) {}

  /** @param input what the program reads from its standard input; null: it waits for ever */
  run(
    script: 'main' | 'cli' | 'worker',
    parameters: readonly string[],
    settings: Settings = {},
    input?: Buffer | null,
  ) {
    const file = join(this.buildFolder, 'src', `${script}.js`);
    const child = spawn(process.execPath, [file, ...parameters], {
      // Settings of whoever runs the tests are not ours.
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        DATA_FOLDER: this.dataFolder,
        PORT: '0',
        DEMO_DATA: 'false',
        ...(this.clone !== null && { DATABASE_URL: this.clone.url }),
        ...settings,
      },
      cwd: root,
      // A process group of its own, as the shell gives one to a command.
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    // A program that ends without reading all of it breaks the pipe, as it may.
    child.stdin?.on('error', () => undefined);
    if (input !== null) child.stdin?.end(input);
    const program = new RunningProgram(child);
    this.programs.push(program);
    return program;
  }

  async startServer(settings: Settings = {}): Promise<RunningServer> {
    const program = this.run('main', [], settings);
    const [, url = ''] = await program.says(/^GraphQL: (\S+)\n/m);
    return new RunningServer(program, url);
  }

  /** Runs a command to its end. */
  async cli(parameters: readonly string[], settings: Settings = {}, input?: Buffer) {
    const program = this.run('cli', parameters, settings, input);
    const code = await program.end();
    return { code, stdout: program.stdout, stderr: program.stderr };
  }

  /** Makes an API key with the CLI. @returns its secret */
  async createKey(settings: Settings = {}): Promise<string> {
    const made = await this.cli(['keys', 'create', 'test', '--scopes', 'all'], settings);
    const secret = /^API key: (\S+)$/m.exec(made.stdout)?.[1];
    if (secret === undefined) throw new Error(`No key was made. ${made.stderr}`);
    return secret;
  }

  get clusterFolder(): string {
    return join(this.dataFolder, 'postgres');
  }

  /** The embedded PostgreSQL's process id, or null where none runs. */
  async databasePid(): Promise<number | null> {
    const state = await readServerState(this.clusterFolder);
    return state.kind === 'running' ? state.pid : null;
  }

  /** A way to the database past the product. */
  async databaseUrl(): Promise<string> {
    if (this.clone !== null) return this.clone.url;
    const read = async (name: string) =>
      (await readFile(join(this.dataFolder, name), 'utf8')).trim();
    const [password, port] = [await read('postgres.password'), await read('postgres.port')];
    return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/perennial`;
  }

  /** Runs a statement on the database. */
  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: await this.databaseUrl() });
    await client.connect();
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Waits until a statement gives a row, from before there is a database on. */
  saw(text: string): Promise<void> {
    return until(() =>
      this.sql(text).then(
        (rows) => rows.length > 0,
        () => false,
      ),
    );
  }

  /** Ends what a failed test left behind, and takes the folders away. */
  async discard(): Promise<void> {
    for (const program of this.programs) {
      if (!program.hasEnded) program.kill('SIGKILL');
      await program.end();
    }
    const pid = await this.databasePid();
    if (pid !== null) {
      process.kill(pid, 'SIGINT');
      await until(async () => (await this.databasePid()) === null);
    }
    await this.clone?.drop();
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

/** Polls until it is so. @throws Error after a minute */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const isMet = await pollUntil(
    deadlineAfter(PATIENCE_SECONDS),
    async () => (await condition()) || undefined,
  );
  if (isMet !== true) throw new Error('The condition was not met in time.');
}

/**
 * Builds the product from its sources, so that no stale build is tested, and gives it a data
 * folder. Call at the top level of a file.
 * @param home of the product, and of each new one that is not said to have another
 */
export function useProduct(home: Home): {
  readonly product: TestProduct;
  newProduct(home?: Home): Promise<TestProduct>;
} {
  const products: TestProduct[] = [];
  let buildFolder = '';
  let first: TestProduct | undefined;

  const newProduct = async (at: Home = home): Promise<TestProduct> => {
    const dataFolder = await makeDataFolder('process');
    const clone = at === 'CLONE' ? nameClone() : null;
    const product = new TestProduct(buildFolder, dataFolder, clone);
    products.push(product);
    await clone?.create();
    return product;
  };

  beforeAll(async () => {
    buildFolder = await buildOnce(fromGlobalSetup(TEST_BUILD));
    first = await newProduct();
  }, PATIENCE_SECONDS * 1000);

  afterAll(async () => {
    for (const product of products) await product.discard();
  }, PATIENCE_SECONDS * 1000);

  return {
    newProduct,
    get product() {
      if (first === undefined) throw new Error('The product is built before the tests, not here.');
      return first;
    },
  };
}

/** One file builds, and the others that run beside it wait for it. */
async function buildOnce(folder: string): Promise<string> {
  const lock = `${folder}.lock`;
  await mkdir(dirname(folder), { recursive: true });
  while (!existsSync(folder)) {
    const isOurs = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!isOurs) {
      await until(async () => existsSync(folder) || !existsSync(lock));
      continue;
    }
    try {
      if (existsSync(folder)) break;
      const draft = `${folder}.draft`;
      await build(draft);
      await rename(draft, folder);
    } finally {
      await rmdir(lock);
    }
  }
  return folder;
}

/** As `npm run build`. */
async function build(folder: string): Promise<void> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: { build: string };
  };
  const command = scripts.build.replaceAll(/\bdist\b/g, `"${folder}"`);
  const child = spawn(command, {
    shell: true,
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || (await readdir(folder)).length === 0) throw new Error('The build failed.');
}
