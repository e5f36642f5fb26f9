import { ApiKeyResolver } from '../../src/platform/auth/api-key.resolver';
import { ApiKeyService } from '../../src/platform/auth/api-key.service';
import { ApiKeyStore } from '../../src/platform/auth/api-key.store';
import { Authenticator } from '../../src/platform/auth/authenticate';
import { applyFieldAccess } from '../../src/platform/auth/field-access';
import { type JwtSettings, JwtVerifier } from '../../src/platform/auth/jwt';
import { Pseudonyms } from '../../src/platform/auth/pseudonyms';
import { type Scope, scopeNames } from '../../src/platform/auth/scopes';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';
import {
  createGraphqlServer,
  type GraphqlParts,
  type GraphqlServer,
  type GraphqlSettings,
} from '../../src/platform/graphql/graphql-server';
import { OperationKits } from '../../src/platform/graphql/operation-kits';
import { QUERY_LIMITS_DEFAULT } from '../../src/platform/graphql/query-limits';
import { buildApiSchema } from '../../src/platform/graphql/schema';
import { createHttpServer, type HttpServer } from '../../src/platform/http/http-server';
import { createLogger } from '../../src/platform/telemetry/logger';
import { Metrics } from '../../src/platform/telemetry/metrics';
import { systemClock } from '../../src/shared/clock';
import { HeldClock } from '../../src/shared/held-clock';
import { uuidSource } from '../../src/shared/ids';
import { type TestDatabase, useTestDatabase } from './database';
import { SmallResolver, smallAccess } from './small-schema';

const noDisguises = { masks: {}, pseudonyms: new Pseudonyms(Buffer.alloc(32)) };

// Long enough for HS512 too, which must be refused for what it is.
export const JWT_SECRET = 'a shared secret of '.repeat(4);

export const secretJwt: JwtSettings = {
  keys: { kind: 'SECRET', secret: JWT_SECRET },
  issuer: 'https://issuer.example',
  audience: 'perennial',
  namespace: 'user_id',
};

export interface SmallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: unknown;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  /** Codes of the errors, in order. */
  readonly codes: readonly unknown[];
}

/** A GraphQL door over a few fields of its own, with the product's keys. */
export class SmallApi {
  /** Of its log, since the test began. */
  readonly lines: string[] = [];
  url = '';
  /** Of a key with all scopes. */
  secret = '';
  private readonly metrics = new Metrics();
  readonly apiKeys: ApiKeyService;
  private readonly slow: Database;
  private readonly running: { http: HttpServer; graphql: GraphqlServer }[] = [];
  private keysMade = 0;

  constructor(private readonly testDatabase: TestDatabase) {
    const store = new ApiKeyStore(testDatabase.database);
    const silent = createLogger({ level: 'silent' });
    this.apiKeys = new ApiKeyService(store, uuidSource, systemClock, silent);
    const { url } = testDatabase;
    this.slow = new Database(createDataSource({ url, poolSizeMax: 1, statementTimeoutMs: 50 }));
  }

  async open(): Promise<void> {
    await this.slow.dataSource.initialize();
    this.secret = (await this.keyWith(...scopeNames)).secret;
    this.url = await this.start();
  }

  async close(): Promise<void> {
    for (const { http, graphql } of this.running) {
      await http.stop();
      await graphql.stop();
    }
    await this.apiKeys.settled();
    await this.slow.close();
  }

  keyWith(...scopes: Scope[]) {
    this.keysMade += 1;
    const grantor = { actor: 'cli', scopes: new Set(scopeNames) };
    return this.apiKeys.create({ name: `test ${this.keysMade}`, scopes }, grantor);
  }

  /** Starts another server of it, which is stopped with the first. @returns its address */
  async start(
    changes: Partial<GraphqlSettings> = {},
    jwt: JwtSettings = secretJwt,
    authenticate?: GraphqlParts['authenticate'],
  ): Promise<string> {
    const { apiKeys, metrics } = this;
    const logger = createLogger({ level: 'info' }, { write: (line) => this.lines.push(line) });
    const resolvers = [SmallResolver, ApiKeyResolver];
    const instances = new Map<(typeof resolvers)[number], object>([
      [SmallResolver, new SmallResolver(this.testDatabase.database, this.slow)],
      [ApiKeyResolver, new ApiKeyResolver(apiKeys)],
    ]);
    const schema = buildApiSchema(resolvers, instances);
    const plainSchema = applyFieldAccess(schema, smallAccess, noDisguises);
    const writeKeys = { authenticate: async () => null };
    const verifier = new JwtVerifier(jwt, systemClock);
    const authenticator = new Authenticator(apiKeys, writeKeys, verifier);
    const graphql = await createGraphqlServer(
      {
        introspection: true,
        limits: QUERY_LIMITS_DEFAULT,
        executor: { compiledMax: 10, usesMin: 1 },
        operationTimeoutMs: 10_000,
        rates: { keyMax: 0, customerMax: 0 },
        persistedQueries: { kind: 'OFF' },
        ...changes,
      },
      {
        schema,
        plainSchema,
        kits: new OperationKits(() => ({
          resolvers: instances,
          loads: [],
          gather: (work) => work(),
          follow: () => undefined,
          clock: new HeldClock(systemClock),
        })),
        authenticate: authenticate ?? ((header) => authenticator.authenticate(header)),
        logger,
        metrics,
      },
    );
    const http = await createHttpServer(
      {
        host: '127.0.0.1',
        port: 0,
        bodyLimitBytes: 1024 * 1024,
        rateLimit: null,
        trustProxy: false,
        drainMs: 0,
      },
      { logger, metrics, checkDatabase: async () => undefined, routes: [graphql.routes] },
    );
    this.running.push({ http, graphql });
    return http.listen();
  }

  async ask(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    authorization: string | null = `Bearer ${this.secret}`,
    at = this.url,
  ): Promise<SmallAnswer> {
    const reply = await fetch(`${at}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization !== null && { authorization }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return toAnswer(reply);
  }
}

/** Call at the top level. */
export function useSmallApi(): SmallApi {
  const api = new SmallApi(useTestDatabase());
  beforeAll(() => api.open());
  afterEach(() => {
    api.lines.length = 0;
  });
  afterAll(() => api.close());
  return api;
}

export async function toAnswer(reply: Response): Promise<SmallAnswer> {
  const body = (await reply.json()) as Pick<SmallAnswer, 'data'> & Partial<SmallAnswer>;
  const errors = body.errors ?? [];
  return {
    status: reply.status,
    headers: reply.headers,
    data: body.data,
    errors,
    codes: errors.map(({ extensions }) => extensions['code']),
  };
}
