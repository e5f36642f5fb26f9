import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IsEmail, MaxLength, ValidateNested } from 'class-validator';
import { getIntrospectionQuery } from 'graphql';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import { useTestDatabase } from '../../../test/support/database';
import { systemClock } from '../../shared/clock';
import { Fault } from '../../shared/errors';
import { HeldClock } from '../../shared/held-clock';
import { fromPublicId, uuidSource } from '../../shared/ids';
import { ApiKeyResolver } from '../auth/api-key.resolver';
import { ApiKeyService } from '../auth/api-key.service';
import { ApiKeyStore } from '../auth/api-key.store';
import { Authenticator } from '../auth/authenticate';
import { applyFieldAccess } from '../auth/field-access';
import type { FieldAccess } from '../auth/field-rule';
import { type JwtSettings, JwtVerifier } from '../auth/jwt';
import { Pseudonyms } from '../auth/pseudonyms';
import { type Scope, scopeNames } from '../auth/scopes';
import { createDataSource } from '../database/data-source';
import { Database } from '../database/database';
import { createHttpServer, type HttpServer } from '../http/http-server';
import { createLogger } from '../telemetry/logger';
import { Metrics } from '../telemetry/metrics';
import type { RequestContext } from './context';
import {
  createGraphqlServer,
  type GraphqlParts,
  type GraphqlServer,
  type GraphqlSettings,
} from './graphql-server';
import { Int64 } from './int64.scalar';
import { OperationKits } from './operation-kits';
import { QUERY_LIMITS_DEFAULT } from './query-limits';
import { buildApiSchema } from './schema';

enum Colour {
  RED = 'RED',
  BLUE = 'BLUE',
}
registerEnumType(Colour, { name: 'Colour' });

@ObjectType()
class Person {
  @Field(() => ID)
  id = 'p1';

  @Field(() => String, { nullable: true })
  points = '12';
}

@ObjectType()
class Greeting {
  @Field(() => [Person])
  greeted!: Person[];
}

@InputType()
class AddressInput {
  @Field(() => String)
  @MaxLength(3)
  city!: string;
}

@InputType()
class SignUpInput {
  @Field(() => String)
  @IsEmail()
  email!: string;

  @Field(() => [AddressInput])
  @ValidateNested({ each: true })
  addresses!: AddressInput[];
}

const slow = { database: undefined as Database | undefined };
const testDatabase = useTestDatabase();

@Resolver(() => Person)
class TestResolver {
  @Query(() => Person, { nullable: true })
  me(@Ctx() { caller }: RequestContext): Person | null {
    return caller.kind === 'CUSTOMER' && caller.identifier.value === 'ada' ? new Person() : null;
  }

  @Query(() => Person, { nullable: true })
  profile(@Arg('id', () => ID) id: string): Person {
    fromPublicId('prf', id);
    return new Person();
  }

  @Query(() => [Person])
  people(@Arg('first', () => Int, { nullable: true }) first?: number): Person[] {
    return Array.from({ length: Math.min(first ?? 1, 2) }, () => new Person());
  }

  @Query(() => String)
  echo(
    @Arg('colour', () => Colour, { nullable: true }) colour?: Colour,
    @Arg('points', () => Int64, { nullable: true }) points?: bigint,
    @Arg('at', () => Date, { nullable: true }) at?: Date,
  ): string {
    return [colour, points, at?.toISOString()].join();
  }

  @Query(() => Date)
  later(@Arg('at') at: Date): Date {
    return new Date(at.getTime() + 1);
  }

  @Query(() => String, { nullable: true })
  async fail(@Arg('how', () => String) how: string): Promise<string> {
    switch (how) {
      case 'FAULT':
        throw new Fault('POINTS_SHORT', 'Not enough points.', { missing: 12n });
      case 'SLOW':
        await slow.database?.query('select pg_sleep(20)');
        break;
      case 'CUT':
        await testDatabase.database.query('select pg_terminate_backend(pg_backend_pid())');
        break;
      case 'SQL':
        await testDatabase.database.query(`select 'ada@example.com'::uuid`);
    }
    throw new Error('column "secret" does not exist');
  }

  @Mutation(() => Boolean)
  signUp(@Arg('input') input: SignUpInput): boolean {
    return input instanceof SignUpInput;
  }

  @Mutation(() => Greeting)
  greet(@Arg('ids', () => [ID]) ids: string[]): Greeting {
    return { greeted: ids.map(() => new Person()) };
  }

  @FieldResolver(() => [Person])
  family(): Person[] {
    return [];
  }

  @FieldResolver(() => Person)
  friend(): Person {
    return new Person();
  }

  @FieldResolver(() => [Person])
  friends(
    @Root() _person: Person,
    @Arg('first', () => Int, { nullable: true }) _first?: number,
  ): Person[] {
    return [new Person()];
  }
}

const table = {
  'Query.me': { customer: true },
  'Query.profile': { scope: 'profiles:read' },
  'Query.people': { scope: 'profiles:read' },
  'Query.echo': { scope: 'profiles:read' },
  'Query.later': { scope: 'profiles:read' },
  'Query.fail': { scope: 'profiles:read' },
  'Query.apiKeys': { scope: 'keys:manage' },
  'Mutation.signUp': { scope: 'events:write' },
  'Mutation.greet': { scope: 'events:write' },
  'Mutation.createApiKey': { scope: 'keys:manage' },
  'Mutation.revokeApiKey': { scope: 'keys:manage' },
  'Person.id': { scope: 'profiles:read', customer: true },
  'Person.points': { scope: 'loyalty:read', customer: true },
  'Person.friend': { scope: 'profiles:read', customer: true },
  'Person.friends': { scope: 'profiles:read' },
  'Person.family': { scope: 'profiles:read' },
} as const;

const access: FieldAccess = {
  rules: table,
  alongForCustomers: {},
  alongForKeys: {
    ApiKey: 'createdAt createdBy id lastUsedAt name revokedAt scopes',
    CreateApiKeyPayload: 'apiKey secret',
    Greeting: 'greeted',
  },
};

const noDisguises = { masks: {}, pseudonyms: new Pseudonyms(Buffer.alloc(32)) };

// Long enough for HS512 too, which must be refused for what it is.
const JWT_SECRET = 'a shared secret of '.repeat(4);

const secretJwt: JwtSettings = {
  keys: { kind: 'SECRET', secret: JWT_SECRET },
  issuer: 'https://issuer.example',
  audience: 'perennial',
  namespace: 'user_id',
};

const apiKeys = new ApiKeyService(
  new ApiKeyStore(testDatabase.database),
  uuidSource,
  systemClock,
  createLogger({ level: 'silent' }),
);

const running: { http: HttpServer; graphql: GraphqlServer }[] = [];
const lines: string[] = [];
const metrics = new Metrics();
let url = '';
const everything: { secret: string } = { secret: '' };

async function start(
  changes: Partial<GraphqlSettings> = {},
  jwt: JwtSettings = secretJwt,
  authenticate?: GraphqlParts['authenticate'],
): Promise<string> {
  const logger = createLogger({ level: 'info' }, { write: (line) => lines.push(line) });
  const resolvers = [TestResolver, ApiKeyResolver];
  const instances = new Map<(typeof resolvers)[number], object>([
    [TestResolver, new TestResolver()],
    [ApiKeyResolver, new ApiKeyResolver(apiKeys)],
  ]);
  const schema = buildApiSchema(resolvers, instances);
  const plainSchema = applyFieldAccess(schema, access, noDisguises);
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
  running.push({ http, graphql });
  return http.listen();
}

beforeAll(async () => {
  slow.database = new Database(
    createDataSource({ url: testDatabase.url, poolSizeMax: 1, statementTimeoutMs: 50 }),
  );
  await slow.database.dataSource.initialize();
  everything.secret = (await keyWith(...scopeNames)).secret;
  url = await start();
});

afterEach(() => {
  lines.length = 0;
});

afterAll(async () => {
  for (const { http, graphql } of running) {
    await http.stop();
    await graphql.stop();
  }
  await apiKeys.settled();
  await slow.database?.close();
});

let keysMade = 0;
function keyWith(...scopes: Scope[]) {
  keysMade += 1;
  const grantor = { actor: 'cli', scopes: new Set(scopeNames) };
  return apiKeys.create({ name: `test ${keysMade}`, scopes }, grantor);
}

interface Answer {
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

async function ask(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  authorization: string | null = `Bearer ${everything.secret}`,
  at = url,
): Promise<Answer> {
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

async function toAnswer(reply: Response): Promise<Answer> {
  const body = (await reply.json()) as Pick<Answer, 'data'> & Partial<Answer>;
  const errors = body.errors ?? [];
  return {
    status: reply.status,
    headers: reply.headers,
    data: body.data,
    errors,
    codes: errors.map(({ extensions }) => extensions['code']),
  };
}

describe('who asks', () => {
  it.each([
    ['no header', null],
    ['another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['an empty bearer', 'Bearer '],
    ['an unknown key', `Bearer prn_live_${'x'.repeat(43)}`],
    ['something that is no key', 'Bearer nonsense'],
    ['something that looks like a token', 'Bearer a.b.c'],
  ])('%s is UNAUTHENTICATED, even for the schema', async (_name, header) => {
    for (const query of ['{ people { id } }', '{ __typename }', getIntrospectionQuery()]) {
      const answer = await ask(query, {}, header);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.codes).toEqual(['UNAUTHENTICATED']);
      expect(answer.data).toBeUndefined();
    }
  });

  it('a key is refused at once after it was revoked', async () => {
    const { secret, apiKey } = await keyWith('profiles:read');
    expect((await ask('{ people { id } }', {}, `bearer ${secret}`)).status).toBe(200);
    await apiKeys.revoke(apiKey.id);
    const answer = await ask('{ people { id } }', {}, `Bearer ${secret}`);
    expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('a missing scope is FORBIDDEN and named; what may be seen is still seen', async () => {
    const { secret } = await keyWith('profiles:read');
    const answer = await ask('{ people { id points } }', {}, `Bearer ${secret}`);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ people: [{ id: 'p1', points: null }] });
    expect(answer.errors).toEqual([
      {
        message: 'This needs the scope loyalty:read, which the key does not have.',
        locations: expect.anything(),
        path: ['people', 0, 'points'],
        extensions: { code: 'FORBIDDEN', scope: 'loyalty:read' },
      },
    ]);
  });

  it('a forbidden mutation is not run', async () => {
    const { secret } = await keyWith('profiles:read');
    const mutation =
      'mutation { createApiKey(input: {name: "x", scopes: [PROFILES_READ]}) { secret } }';
    const answer = await ask(mutation, {}, `Bearer ${secret}`);
    expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'keys:manage' });
    expect((await apiKeys.list()).map(({ name }) => name)).not.toContain('x');
  });

  it('me is not for keys', async () => {
    const answer = await ask('{ me { id } }');
    expect([answer.data, ...answer.codes]).toEqual([{ me: null }, 'FORBIDDEN']);
    expect(answer.errors[0]?.message).toContain("a customer's own token");
  });
});

describe('when nobody can be recognised', () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), {
    code: 'ECONNREFUSED',
  });

  it.each([
    ['the database is away', lost, 503, 'UNAVAILABLE', '5'],
    ['something broke', new Error('secret of ours'), 500, 'INTERNAL_ERROR', null],
  ])('because %s, the answer says no more than that', async (...[, error, status, code, later]) => {
    const at = await start({}, secretJwt, () => Promise.reject(error));
    const answer = await ask('{ people { id } }', {}, undefined, at);
    expect([answer.status, ...answer.codes]).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe(later);
    expect(JSON.stringify(answer)).not.toContain(error.message);
    expect(lines.join()).toContain(error.message);
    if (code === 'INTERNAL_ERROR') {
      const requestId = answer.headers.get('x-request-id');
      expect(answer.errors[0]?.extensions).toEqual({ code, requestId });
    }
  });
});

describe("customers' tokens", () => {
  const claims = { sub: 'ada', iss: 'https://issuer.example', aud: 'perennial' };

  function sign(payload: JWTPayload, secret = JWT_SECRET, lifetime = '5m', alg = 'HS256') {
    return new SignJWT(payload)
      .setProtectedHeader({ alg })
      .setExpirationTime(lifetime)
      .sign(new TextEncoder().encode(secret));
  }

  it('see themselves, and nothing that is for keys', async () => {
    const header = `Bearer ${await sign(claims)}`;
    const own = await ask('{ me { id points friend { id } } }', {}, header);
    expect([own.data, own.errors]).toEqual([
      { me: { id: 'p1', points: '12', friend: { id: 'p1' } } },
      [],
    ]);
    for (const query of ['{ people { id } }', '{ apiKeys { id } }', '{ me { friends { id } } }']) {
      const answer = await ask(query, {}, header);
      expect(answer.codes).toEqual(['FORBIDDEN']);
      expect(answer.errors[0]?.message).toContain("not for a customer's own token");
    }
  });

  it('just expired is within the tolerance for clocks', async () => {
    const answer = await ask(
      '{ me { id } }',
      {},
      `Bearer ${await sign(claims, JWT_SECRET, '-20s')}`,
    );
    expect(answer.errors).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['expired', () => sign(claims, JWT_SECRET, '-1m')],
    ['signed with another secret', () => sign(claims, 'another secret that is long enough too')],
    ['signed with another algorithm', () => sign(claims, JWT_SECRET, '5m', 'HS512')],
    ['of another issuer', () => sign({ ...claims, iss: 'https://other.example' })],
    ['for another audience', () => sign({ ...claims, aud: 'shop' })],
    ['without a subject', () => sign({ iss: claims.iss, aud: claims.aud })],
    ['with a blank subject', () => sign({ ...claims, sub: ' ' })],
    ['with a number for a subject', () => sign({ ...claims, sub: 7 as unknown as string })],
    ['with a list for a subject', () => sign({ ...claims, sub: ['ada'] as unknown as string })],
    ['unsigned', () => `${segment({ alg: 'none' })}.${segment({ ...claims, exp: 4e9 })}.`],
    [
      'without an end',
      async () => {
        const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
        return token.sign(new TextEncoder().encode(JWT_SECRET));
      },
    ],
  ])('%s are UNAUTHENTICATED', async (_name, make) => {
    const answer = await ask('{ me { id } }', {}, `Bearer ${await make()}`);
    expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('are verified against a key set, and UNAVAILABLE while that is away', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    let isAway = true;
    const issuer = createServer((_request, response) => {
      response.writeHead(isAway ? 500 : 200).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const { port } = issuer.address() as AddressInfo;
    const at = await start(
      {},
      { ...secretJwt, keys: { kind: 'JWKS', url: `http://127.0.0.1:${port}/` } },
    );
    const signed = (key: typeof privateKey, kid: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime('5m')
        .sign(key);
    const header = `Bearer ${await signed(privateKey, 'k1')}`;
    const away = await ask('{ me { id } }', {}, header, at);
    expect([away.status, ...away.codes]).toEqual([503, 'UNAVAILABLE']);
    isAway = false;
    expect((await ask('{ me { id } }', {}, header, at)).data).toEqual({ me: { id: 'p1' } });
    const foreign = await generateKeyPair('ES256');
    for (const token of [
      await signed(foreign.privateKey, 'k1'),
      await signed(privateKey, 'k2'),
      await sign(claims),
      // The public key passed off as a shared secret.
      await sign(claims, JSON.stringify(jwk)),
    ]) {
      const answer = await ask('{ me { id } }', {}, `Bearer ${token}`, at);
      expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
    }
    issuer.close();
    issuer.closeAllConnections();
  });
});

describe('API keys', () => {
  it('are made, listed and revoked; the secret is shown once', async () => {
    const made = await ask(
      `mutation ($input: CreateApiKeyInput!) {
         createApiKey(input: $input) { secret apiKey { id name scopes createdBy revokedAt } } }`,
      { input: { name: 'crm-sync', scopes: ['PROFILES_READ', 'EVENTS_WRITE'] } },
    );
    const { secret, apiKey } = (
      made.data as { createApiKey: { secret: string; apiKey: { id: string } } }
    ).createApiKey;
    expect(secret).toMatch(/^prn_live_[A-Za-z0-9_-]{43}$/);
    expect(apiKey).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      name: 'crm-sync',
      scopes: ['PROFILES_READ', 'EVENTS_WRITE'],
      createdBy: expect.stringMatching(/^key:test \d+$/),
      revokedAt: null,
    });
    expect((await ask('{ people { id } }', {}, `Bearer ${secret}`)).errors).toEqual([]);
    const listed = await ask('{ apiKeys { id name lastUsedAt } }');
    expect(JSON.stringify(listed.data)).toContain('crm-sync');
    expect(JSON.stringify(listed.data)).not.toContain(secret);
    const again = await ask(
      'mutation { createApiKey(input: {name: "crm-sync", scopes: [PROFILES_READ]}) { secret } }',
    );
    expect(again.codes).toEqual(['API_KEY_NAME_TAKEN']);
    const revoked = await ask(
      'mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }',
      apiKey,
    );
    expect(revoked.data).toEqual({ revokeApiKey: { revokedAt: expect.stringMatching(/Z$/) } });
    expect((await ask('{ people { id } }', {}, `Bearer ${secret}`)).status).toBe(401);
  });

  it('grant no scope that the key making them lacks', async () => {
    const { secret } = await keyWith('keys:manage', 'events:read');
    const answer = await ask(
      'mutation { createApiKey(input: {name: "y", scopes: [EVENTS_READ, LOYALTY_ADJUST]}) { secret } }',
      {},
      `Bearer ${secret}`,
    );
    expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'loyalty:adjust' });
  });

  it.each([
    [
      'an empty name',
      'createApiKey(input: {name: "", scopes: [EVENTS_READ]}) { secret }',
      'INVALID_INPUT',
    ],
    ['no scopes', 'createApiKey(input: {name: "z", scopes: []}) { secret }', 'INVALID_INPUT'],
    [
      'an unknown scope',
      'createApiKey(input: {name: "z", scopes: [ALL]}) { secret }',
      'INVALID_INPUT',
    ],
    ['a malformed id', 'revokeApiKey(id: "7") { id }', 'INVALID_INPUT'],
    [
      'an id of something else',
      `revokeApiKey(id: "prf_${'0'.repeat(32)}") { id }`,
      'INVALID_INPUT',
    ],
    ['an unknown id', `revokeApiKey(id: "key_${'0'.repeat(32)}") { id }`, 'NOT_FOUND'],
  ])('%s is refused', async (_name, mutation, code) => {
    expect((await ask(`mutation { ${mutation} }`)).codes).toEqual([code]);
  });
});

describe('values', () => {
  it('travel as their types say', async () => {
    const answer = await ask(
      `query ($at: DateTime!) { later(at: $at) echo(colour: RED, points: "9007199254740993") }`,
      { at: '2026-03-01T00:00:00+01:00' },
    );
    expect(answer.data).toEqual({
      later: '2026-02-28T23:00:00.001Z',
      echo: 'RED,9007199254740993,',
    });
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['an enum in the query', '{ echo(colour: GREEN) }', {}, 'GREEN'],
    ['an enum as variable', 'query ($v: Colour) { echo(colour: $v) }', { v: 'GREEN' }, '$v'],
    ['a scalar of ours in the query', '{ echo(points: 1.5) }', {}, 'Int64'],
    ['a scalar of ours as variable', 'query ($v: Int64) { echo(points: $v) }', { v: 1.5 }, '$v'],
    ['a time in the query', '{ echo(at: "tomorrow") }', {}, 'tomorrow'],
    ['a time as variable', 'query ($v: DateTime) { echo(at: $v) }', { v: 'tomorrow' }, '$v'],
    ['a number as variable', 'query ($v: Int) { people(first: $v) { id } }', { v: 1e12 }, '$v'],
    ['a required variable left out', 'query ($v: ID!) { profile(id: $v) { id } }', {}, '$v'],
    [
      'null where there was a default',
      'query ($v: ID = "x") { profile(id: $v) { id } }',
      { v: null },
      'id',
    ],
    ['an object that lacks a field', 'mutation { signUp(input: {addresses: []}) }', {}, 'email'],
  ])('%s that does not fit is INVALID_INPUT', async (_name, query, variables, mentioned) => {
    const answer = await ask(query, variables);
    expect(answer.codes).toEqual(['INVALID_INPUT']);
    expect(answer.errors[0]?.message).toContain(mentioned);
    expect(Object.keys(answer.errors[0]?.extensions ?? {})).toEqual(['code']);
  });

  it.each([
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unused variable', 'query ($v: Int) { people { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an undeclared variable', '{ people(first: $v) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a syntax error', '{ people {', 'GRAPHQL_PARSE_FAILED'],
    ['a missing query', '', 'BAD_REQUEST'],
    [
      'no operation of the name',
      'query a { __typename } query b { __typename }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a malformed id', '{ profile(id: "4") { id } }', 'INVALID_INPUT'],
  ])('%s keeps its code', async (_name, query, code) => {
    const answer = await ask(query);
    expect(answer.codes).toEqual([code]);
  });

  it('break the rules of their input by field path', async () => {
    const answer = await ask('mutation ($input: SignUpInput!) { signUp(input: $input) }', {
      input: { email: 'nobody', addresses: [{ city: 'Ulm' }, { city: 'Bonn' }] },
    });
    expect(answer.errors[0]?.extensions).toEqual({
      code: 'INVALID_INPUT',
      fields: [
        { path: 'input.email', message: 'email must be an email' },
        {
          path: 'input.addresses[1].city',
          message: 'city must be shorter than or equal to 3 characters',
        },
      ],
    });
    const good = await ask('mutation ($input: SignUpInput!) { signUp(input: $input) }', {
      input: { email: 'ada@example.com', addresses: [{ city: 'Ulm' }] },
    });
    expect(good.data).toEqual({ signUp: true });
  });
});

describe('errors of resolvers', () => {
  it('a fault keeps its code and details', async () => {
    const answer = await ask('{ fail(how: "FAULT") }');
    expect(answer.errors[0]).toMatchObject({
      message: 'Not enough points.',
      path: ['fail'],
      extensions: { code: 'POINTS_SHORT', missing: '12' },
    });
  });

  it.each([
    ['ERROR', 'secret'],
    ['SQL', 'ada@example.com'],
  ])(
    'an unforeseen one (%s) leaks nothing and is logged under the request id',
    async (how, inside) => {
      const answer = await ask('query ($how: String!) { fail(how: $how) }', { how });
      expect(answer.status).toBe(200);
      expect(answer.errors).toEqual([
        {
          message: 'Something went wrong on our side.',
          locations: expect.anything(),
          path: ['fail'],
          extensions: {
            code: 'INTERNAL_ERROR',
            requestId: answer.headers.get('x-request-id'),
          },
        },
      ]);
      expect(JSON.stringify(answer)).not.toContain(inside);
      const logged = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
      expect(logged).toEqual([
        expect.objectContaining({
          requestId: answer.headers.get('x-request-id'),
          path: 'fail',
          err: expect.objectContaining({ stack: expect.stringContaining('at ') }),
        }),
      ]);
      expect(lines.join()).not.toContain('ada@example.com');
    },
  );

  it('a statement that ran too long is TIMEOUT, and worth another try', async () => {
    const answer = await ask('{ fail(how: "SLOW") }');
    expect([answer.status, ...answer.codes]).toEqual([200, 'TIMEOUT']);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('a lost connection is UNAVAILABLE, and 503', async () => {
    const answer = await ask('{ fail(how: "CUT") }');
    expect([answer.status, ...answer.codes]).toEqual([503, 'UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('5');
    const logged = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    expect(logged).toMatchObject([{ path: 'fail', err: { code: '57P01' } }]);
  });
});

describe('limits', () => {
  const nested = (levels: number) =>
    `{ people { ${'friend { '.repeat(levels - 2)} id ${'} '.repeat(levels - 2)} } }`;

  it.each<[string, string, Record<string, unknown>, string | null, number]>([
    ['12 levels', nested(12), {}, null, 0],
    ['13 levels', nested(13), {}, 'QUERY_TOO_DEEP', 12],
    ['30 levels', nested(30), {}, 'QUERY_TOO_DEEP', 12],
    ['fragments within fragments', fragments(30), {}, 'QUERY_TOO_DEEP', 12],
    ['30 aliases', aliases(30), {}, null, 0],
    ['31 aliases', aliases(31), {}, 'TOO_MANY_ALIASES', 30],
    [
      '31 directives',
      `{ people { id ${'@include(if: true) '.repeat(31)} } }`,
      {},
      'TOO_MANY_DIRECTIVES',
      30,
    ],
    [
      'more than 2,000 words and marks',
      `{ people { ${'id '.repeat(1997)} } }`,
      {},
      'QUERY_TOO_LONG',
      2_000,
    ],
    ['pages of 100 in pages of 100', pages('100', '100'), {}, 'QUERY_TOO_COSTLY', 50_000],
    ['the same by variables', pages('$a', '$b'), { a: 100, b: 100 }, 'QUERY_TOO_COSTLY', 50_000],
    ['the same by defaults', pages('$a', '$c'), { a: 100 }, 'QUERY_TOO_COSTLY', 50_000],
    ['small pages by variables', pages('$a', '$b'), { a: 10, b: 10 }, null, 0],
    ['pages of pages, sizes null', pagesOfPages('null'), {}, 'QUERY_TOO_COSTLY', 50_000],
    [
      'pages of pages, a null variable',
      pagesOfPages('$n'),
      { n: null },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    ['small pages of pages', pagesOfPages('$n'), {}, null, 0],
    [
      'a list of 500 in pages of 20',
      answerTo('$ids', 'friends { id friends { id } }'),
      { ids: Array(500).fill('p1') },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    [
      'the same in a fragment',
      answerTo('$ids', '...On', 'fragment On on Person { friends { id friends { id } } }'),
      { ids: Array(500).fill('p1') },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    ['a list of one', answerTo('"p1"', 'friends { id friends { id } }'), {}, null, 0],
    [
      'a list of 500 and little of each',
      answerTo('$ids', 'id'),
      { ids: Array(500).fill('p1') },
      null,
      0,
    ],
    [
      'unpaged lists in lists in pages',
      `{ people(first: 100) { ${'family { '.repeat(8)} id ${'} '.repeat(8)} } }`,
      {},
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    [
      'pages of pages, sizes left out',
      '{ people { friends { friends { friends { friends { id } } } } } }',
      {},
      'QUERY_TOO_COSTLY',
      50_000,
    ],
  ])('%s', async (_name, query, variables, code, limit) => {
    const answer = await ask(query, variables);
    if (code === null) {
      expect(answer.errors).toEqual([]);
      return;
    }
    const refused = answer.errors.find(({ extensions }) => extensions['code'] === code);
    expect([answer.status, answer.data]).toEqual([400, undefined]);
    expect(refused?.extensions).toEqual({ code, limit });
    expect(refused?.message).toContain(String(limit));
  });

  it("GraphiQL's introspection passes, where it is on", async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    });
    expect((await ask(query)).errors).toEqual([]);
    const closed = await start({ introspection: false });
    const answer = await ask(query, {}, undefined, closed);
    expect(answer.codes).toContain('GRAPHQL_VALIDATION_FAILED');
    const misspelt = await ask('{ peopel { id } }', {}, undefined, closed);
    expect(misspelt.errors[0]?.message).not.toContain('people');
  });

  function fragments(count: number): string {
    const chain = Array.from(
      { length: count },
      (_, at) => `fragment f${at} on Person { friend { ...f${at + 1} } }`,
    );
    return `{ people { ...f0 } } ${chain.join(' ')} fragment f${count} on Person { id }`;
  }

  function aliases(count: number): string {
    return `{ ${Array.from({ length: count }, (_, at) => `a${at}: __typename`).join(' ')} people { ${Array.from({ length: count }, (_, at) => `i${at}: id`).join(' ')} } }`;
  }

  /** `$n` is 1 where it is left out. */
  function pagesOfPages(size: string): string {
    const head = size === '$n' ? 'query ($n: Int = 1)' : 'query';
    const friends = `friends(first: ${size}) {`;
    return `${head} { people(first: ${size}) { ${friends} ${friends} ${friends} id } } } } }`;
  }

  function answerTo(ids: string, selection: string, fragment = ''): string {
    const head = ids === '$ids' ? 'mutation ($ids: [ID!]!)' : 'mutation';
    return `${head} { greet(ids: ${ids}) { greeted { ${selection} } } } ${fragment}`;
  }

  function pages(outer: string, inner: string): string {
    const declared = ['$a', '$b', '$c'].filter((name) => [outer, inner].includes(name));
    const definitions = declared.map((name) => `${name}: Int${name === '$c' ? ' = 100' : ''}`);
    const head = declared.length === 0 ? 'query' : `query (${definitions.join(', ')})`;
    return `${head} { people(first: ${outer}) { friends(first: ${inner}) { id points } } }`;
  }
});

describe('the HTTP side', () => {
  const authorization = () => ({ authorization: `Bearer ${everything.secret}` });
  const get = (query: string, headers: Record<string, string>) =>
    fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { ...authorization(), ...headers },
    }).then(toAnswer);

  it('takes queries by GET, from clients that are no plain browser form', async () => {
    const answer = await get('{ people { id } }', {});
    expect(answer.data).toEqual({ people: [{ id: 'p1' }] });
  });

  it('refuses mutations by GET', async () => {
    const answer = await get('mutation { signUp(input: {email: "a@b.de", addresses: []}) }', {});
    expect([answer.status, ...answer.codes]).toEqual([405, 'BAD_REQUEST']);
  });

  it('refuses what another site could make a browser send', async () => {
    // A browser sends no `Authorization` to another site without asking that site first.
    const plain = await fetch(`${url}/graphql?query=${encodeURIComponent('{ people { id } }')}`);
    const refused = await toAnswer(plain);
    expect([refused.status, ...refused.codes]).toEqual([400, 'BAD_REQUEST']);
    const reply = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'text/plain' },
      body: '{"query":"{ people { id } }"}',
    });
    expect((await toAnswer(reply)).codes).toEqual(['BAD_REQUEST']);
  });

  it.each([
    ['malformed JSON', '{"query":'],
    ['variables that are no object', '{"query":"{ __typename }","variables":[1]}'],
    ['a query that is no text', '{"query":{"kind":"Document"}}'],
  ])('%s is BAD_REQUEST', async (_name, body) => {
    const reply = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/json' },
      body,
    });
    const answer = await toAnswer(reply);
    expect([answer.status, ...answer.codes]).toEqual([400, 'BAD_REQUEST']);
  });

  it('refuses a host that is none', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'a b', 'content-type': 'application/json' };
      request(`${url}/graphql`, { method: 'POST', headers }, (reply) => resolve(reply.statusCode))
        .on('error', reject)
        .end('{"query":"{ __typename }"}');
    });
    expect(status).toBe(400);
  });

  it('counts operations by type and outcome', async () => {
    await ask('{ people { id } }');
    await ask('{ fail(how: "ERROR") }');
    await ask('{ nothing }');
    await ask('mutation { revokeApiKey(id: "1") { id } }');
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const labels of [
      'type="query",outcome="ok"',
      'type="query",outcome="failed"',
      'type="invalid",outcome="refused"',
      'type="mutation",outcome="refused"',
    ]) {
      expect(text).toContain(`graphql_operation_duration_seconds_count{${labels}}`);
    }
  });

  it('keeps queries, variables and credentials out of the log', async () => {
    await ask('query ($at: DateTime) { echo(at: $at) }', { at: 'ada@example.com' });
    await ask('{ profile(id: "grace@example.com") { id } }');
    const log = lines.join();
    expect(log).toContain('"path":"/graphql"');
    for (const secret of ['ada@example.com', 'grace@example.com', everything.secret]) {
      expect(log).not.toContain(secret);
    }
  });
});

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
