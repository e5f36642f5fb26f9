import { isDeepStrictEqual } from 'node:util';
import { SignJWT } from 'jose';
import { type App, createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { type Scope, scopeNames } from '../../src/platform/auth/scopes';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';
import type { HttpServer } from '../../src/platform/http/http-server';
import { createLogger } from '../../src/platform/telemetry/logger';
import { createServer } from '../../src/server';
import { uuidSource } from '../../src/shared/ids';
import { TestClock } from './clock';
import { type TestDatabase, useTestDatabase } from './database';
import { post } from './http';

/** What the test's tokens of customers are signed with. */
export const TEST_JWT_SECRET = 'a secret of the tests, long enough for HS256';

/** Where the clock of a test API stands at first. */
export const TEST_NOW = '2026-11-20T10:00:00.000Z';

export interface Answer<Data> {
  readonly status: number;
  readonly data: Data | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
  }[];
  /** The whole body, as it came. */
  readonly text: string;
}

/** What identifies the sender: an API key or a token; left out for an anonymous request. */
export type Credentials = { readonly key?: string; readonly jwt?: string };

export class TestApi {
  readonly clock = new TestClock(TEST_NOW);
  private readonly keys = new Map<string, Promise<string>>();
  private running: Running | null = null;
  private mutations = 0;

  /** @param settings that are to differ, by environment variable */
  constructor(
    private readonly testDatabase: TestDatabase,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  async start(): Promise<void> {
    const config = readConfig({
      NODE_ENV: 'test',
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      DATABASE_URL: this.testDatabase.url,
      JWT_SECRET: TEST_JWT_SECRET,
      JOBS: 'false',
      ...this.settings,
    });
    const { clock } = this;
    const { database } = this.testDatabase;
    const logger = createLogger({ level: config.logLevel });
    const app = createApp({ config, database, logger, clock, ids: uuidSource });
    app.live.start();
    // What comes the first time is compiled already, so that the tests are of what is compiled.
    const server = await createServer(app, '', 1);
    const interpreting = { ...app, config: { ...config, compiledOperationsMax: 0 } };
    const interpreter = await createServer(interpreting, '');
    this.running = {
      app,
      servers: [server, interpreter],
      url: await server.listen(),
      interpreterUrl: await interpreter.listen(),
    };
  }

  async stop(): Promise<void> {
    for (const server of this.running?.servers ?? []) await server.stop();
    await this.running?.app.live.stop();
  }

  get app(): App {
    return this.started.app;
  }

  get url(): string {
    return this.started.url;
  }

  /** The secret of a key with these scopes, made on first use; all scopes where none is named. */
  key(...scopes: readonly Scope[]): Promise<string> {
    const held = scopes.length === 0 ? scopeNames : [...scopes].sort();
    const known = this.keys.get(held.join());
    if (known !== undefined) return known;
    const grantor = { actor: 'test', scopes: new Set(scopeNames) };
    const name = `test ${this.keys.size + 1}`;
    const made = this.app.apiKeys
      .create({ name, scopes: held }, grantor)
      .then(({ secret }) => secret);
    this.keys.set(held.join(), made);
    return made;
  }

  /** The token of a customer, signed and good for an hour of the test's clock. */
  jwt(userId: string, expiresInSeconds = 3600, secret = TEST_JWT_SECRET): Promise<string> {
    const nowSeconds = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setExpirationTime(nowSeconds + expiresInSeconds)
      .sign(new TextEncoder().encode(secret));
  }

  /**
   * Sends an operation, with a key of all scopes unless told otherwise. Queries are asked of two
   * servers, of which one compiles and the other does not, and both have to say the same; mutations
   * go to the one and the other in turn.
   */
  async query<Data = Record<string, unknown>>(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    credentials?: Credentials,
  ): Promise<Answer<Data>> {
    const { url, interpreterUrl } = this.started;
    const ask = async (server: string) =>
      this.ask<Data>(server, query, variables, credentials ?? { key: await this.key() });
    if (/^\s*mutation\b/.test(query)) {
      this.mutations += 1;
      return ask(this.mutations % 2 === 0 ? interpreterUrl : url);
    }
    let answer = await ask(url);
    let interpreted = await ask(interpreterUrl);
    if (!isDeepStrictEqual(comparable(answer), comparable(interpreted))) {
      // Where something changed in between, it does not do so again.
      answer = await ask(url);
      interpreted = await ask(interpreterUrl);
      expect(comparable(answer)).toEqual(comparable(interpreted));
    }
    return answer;
  }

  /** Asks one server only, for tests that count what an answer takes. */
  async queryOnce<Data>(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    credentials?: Credentials,
  ): Promise<Answer<Data>> {
    return this.ask<Data>(this.url, query, variables, credentials ?? { key: await this.key() });
  }

  /** Like `query`, for an operation that must not fail. */
  async data<Data>(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    credentials?: Credentials,
  ): Promise<Data> {
    const { data, errors, text } = await this.query<Data>(query, variables, credentials);
    if (data === null || errors.length > 0) throw new Error(`The operation failed: ${text}`);
    return data;
  }

  /** Sends a body as it is. */
  async send<Data>(
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer<Data>> {
    return readAnswer<Data>(await post(`${this.url}/graphql`, headers, body));
  }

  private async ask<Data>(
    server: string,
    query: string,
    variables: Readonly<Record<string, unknown>>,
    { key, jwt }: Credentials,
  ): Promise<Answer<Data>> {
    const bearer = key ?? jwt;
    const headers = {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    };
    const body = JSON.stringify({ query, variables });
    return readAnswer<Data>(await post(`${server}/graphql`, headers, body));
  }

  private get started() {
    if (this.running === null) throw new Error('The API has not been started.');
    return this.running;
  }
}

interface Running {
  readonly app: App;
  readonly servers: readonly HttpServer[];
  readonly url: string;
  /** Of the server that compiles nothing. */
  readonly interpreterUrl: string;
}

/** Without what tells requests apart; errors of one level come in no particular order. */
function comparable<Data>({ status, data, errors }: Answer<Data>) {
  const told = errors.map((error) => ({
    ...error,
    extensions: { ...error.extensions, requestId: undefined },
  }));
  const byPath = (one: (typeof told)[number], other: (typeof told)[number]) =>
    String(one.path).localeCompare(String(other.path));
  return { status, data, errors: told.toSorted(byPath) };
}

/** Reads a reply that must be JSON in the form GraphQL over HTTP gives. */
export function readAnswer<Data>(reply: {
  readonly status: number;
  readonly text: string;
}): Answer<Data> {
  const { data = null, errors = [] } = JSON.parse(reply.text) as Partial<Answer<Data>>;
  return { status: reply.status, data, errors, text: reply.text };
}

/**
 * The whole product behind HTTP, on a database of this test file's own. Call at the top level.
 * @param settings by their variables, beside those of every test
 */
export function useApi(
  settings: Readonly<Record<string, string>> = {},
): TestApi & { readonly database: TestDatabase['database'] } {
  const testDatabase = useTestDatabase();
  const api = new TestApi(testDatabase, settings);
  beforeAll(() => api.start());
  afterAll(() => api.stop());
  return Object.assign(api, { database: testDatabase.database });
}

/** Another server at the same database, with a pool of its own, as another process has it. */
export async function startBeside(
  api: TestApi,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestApi & { stopAll(): Promise<void> }> {
  const url = api.app.config.databaseUrl ?? '';
  const dataSource = createDataSource({ url, poolSizeMax: 5, statementTimeoutMs: 20_000 });
  const beside = new TestApi({ url, database: new Database(dataSource) }, settings);
  await dataSource.initialize();
  await beside.start();
  const stopAll = async () => {
    await beside.stop();
    await dataSource.destroy();
  };
  return Object.assign(beside, { stopAll });
}
