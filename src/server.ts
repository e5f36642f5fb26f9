import { randomBytes } from 'node:crypto';
import type { App } from './app';
import type { Config } from './config';
import { segmentRoutes } from './domains/segment';
import { accessOfAllFields } from './field-access';
import { masksOf } from './masks';
import { Authenticator } from './platform/auth/authenticate';
import { applyFieldAccess } from './platform/auth/field-access';
import { JwtVerifier } from './platform/auth/jwt';
import { PSEUDONYM_SECRET_BYTES, Pseudonyms } from './platform/auth/pseudonyms';
import { findOrMakeSecret } from './platform/auth/secret.store';
import { createGraphqlServer } from './platform/graphql/graphql-server';
import { QUERY_LIMITS_DEFAULT } from './platform/graphql/query-limits';
import { buildApiSchema } from './platform/graphql/schema';
import { graphiqlRoutes } from './platform/http/graphiql.routes';
import { createHttpServer, type HttpServer } from './platform/http/http-server';
import { Metrics } from './platform/telemetry/metrics';
import { createResolvers, resolverClasses } from './resolvers';

/** What comes a second time may come a thousand times; most of what is tried out does not. */
const COMPILED_AT_USE = 2;

/** The app behind HTTP; not yet listening. */
export async function createServer(
  app: App,
  defaultQuery: string,
  compiledAtUse = COMPILED_AT_USE,
): Promise<HttpServer> {
  const { config, database, logger } = app;
  const metrics = new Metrics();
  metrics.transactions(() => database.transactionCounts);
  const schema = buildApiSchema(resolverClasses, createResolvers(app));
  const plainSchema = applyFieldAccess(schema, accessOfAllFields, {
    masks: masksOf(config.identityPolicy),
    pseudonyms: await createPseudonyms(app),
  });
  const authenticator = new Authenticator(app.apiKeys, app.sourceCallers, createJwtVerifier(app));
  const graphql = await createGraphqlServer(
    {
      introspection: config.introspection,
      limits: { ...QUERY_LIMITS_DEFAULT, depthMax: config.queryDepthMax },
      executor: { compiledMax: config.compiledOperationsMax, usesMin: compiledAtUse },
    },
    {
      schema,
      plainSchema,
      authenticate: (authorization) => authenticator.authenticate(authorization),
      gather: app.gather,
      logger,
      metrics,
    },
  );
  const graphiql = config.graphiql ? [graphiqlRoutes({ defaultQuery })] : [];
  const segment = segmentRoutes(
    { bodyBytesMax: config.bodyBytesMax, eventsPerRequestMax: config.eventsPerRequestMax },
    { sources: app.sources, service: app.segment },
  );
  const server = await createHttpServer(
    {
      host: config.host,
      port: config.port,
      bodyLimitBytes: config.bodyBytesMax,
      rateLimit: rateLimitOf(config),
      trustProxy: config.trustProxy,
      drainMs: config.drainMs,
    },
    {
      logger,
      metrics,
      checkDatabase: () => database.query('select 1'),
      routes: [graphql.routes, segment, ...graphiql],
    },
  );
  return {
    listen: () => server.listen(),
    stop: async () => {
      await server.stop();
      await graphql.stop();
      await app.apiKeys.settled();
      await app.sources.settled();
    },
  };
}

function rateLimitOf({ requestsPerMinuteMax }: Config) {
  return requestsPerMinuteMax === 0
    ? null
    : { requestsMax: requestsPerMinuteMax, windowMs: 60_000 };
}

async function createPseudonyms({ database, clock }: App): Promise<Pseudonyms> {
  const made = randomBytes(PSEUDONYM_SECRET_BYTES);
  return new Pseudonyms(await findOrMakeSecret(database, 'pseudonyms', made, clock.now()));
}

function createJwtVerifier({ config, clock }: App): JwtVerifier | null {
  const keys =
    config.jwtSecret !== null
      ? ({ kind: 'SECRET', secret: config.jwtSecret } as const)
      : config.jwtJwksUrl !== null
        ? ({ kind: 'JWKS', url: config.jwtJwksUrl } as const)
        : null;
  if (keys === null) return null;
  return new JwtVerifier(
    {
      keys,
      issuer: config.jwtIssuer,
      audience: config.jwtAudience,
      namespace: config.jwtIdentifierNamespace,
    },
    clock,
  );
}
