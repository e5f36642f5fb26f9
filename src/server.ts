import type { App } from './app';
import type { Config } from './config';
import { segmentRoutes } from './domains/segment';
import { fieldAccess, typesListedInFull } from './field-access';
import { Authenticator } from './platform/auth/authenticate';
import { applyFieldAccess } from './platform/auth/field-access';
import { JwtVerifier } from './platform/auth/jwt';
import { createGraphqlServer } from './platform/graphql/graphql-server';
import { QUERY_LIMITS_DEFAULT } from './platform/graphql/query-limits';
import { buildApiSchema } from './platform/graphql/schema';
import { SubscriptionServer } from './platform/graphql/subscriptions/subscription-server';
import { graphiqlRoutes } from './platform/http/graphiql.routes';
import { createHttpServer, type HttpServer } from './platform/http/http-server';
import { Metrics } from './platform/telemetry/metrics';
import { SubscriptionMetrics } from './platform/telemetry/subscription-metrics';
import { createResolvers, createSubscriptionSources, resolverClasses } from './resolvers';

/** The app behind HTTP; not yet listening. */
export async function createServer(app: App, defaultQuery: string): Promise<HttpServer> {
  const { config, database, logger } = app;
  const metrics = new Metrics();
  metrics.transactions(() => database.transactionCounts);
  const schema = buildApiSchema(
    resolverClasses,
    createResolvers(app),
    createSubscriptionSources(app),
  );
  applyFieldAccess(schema, fieldAccess, typesListedInFull);
  const authenticator = new Authenticator(app.apiKeys, app.sourceCallers, createJwtVerifier(app));
  const authenticate = (authorization: string | undefined) =>
    authenticator.authenticate(authorization);
  const limits = { ...QUERY_LIMITS_DEFAULT, depthMax: config.queryDepthMax };
  const { introspection } = config;
  const graphql = await createGraphqlServer(
    { introspection, limits },
    { schema, authenticate, logger, metrics },
  );
  const subscriptions = new SubscriptionServer(
    {
      introspection,
      limits,
      connectionsMax: config.subscriptionConnectionsMax,
      connectionsPerCallerMax: config.subscriptionConnectionsPerCallerMax,
      subscriptionsPerConnectionMax: config.subscriptionsPerConnectionMax,
      pingMs: config.subscriptionPingMs,
    },
    {
      schema,
      authenticate,
      attend: () => app.live.feed.attend(),
      logger,
      metrics: new SubscriptionMetrics(metrics.registry, () => app.live.counts),
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
      routes: [graphql.routes, subscriptions.routes, segment, ...graphiql],
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
