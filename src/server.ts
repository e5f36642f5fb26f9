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
import type { AnyLoad } from './platform/graphql/merged-load';
import { OperationKits } from './platform/graphql/operation-kits';
import type { PersistedQueries } from './platform/graphql/persisted-queries';
import { buildApiSchema } from './platform/graphql/schema';
import { SubscriptionServer } from './platform/graphql/subscriptions/subscription-server';
import { graphiqlRoutes } from './platform/http/graphiql.routes';
import { createHttpServer, type HttpServer } from './platform/http/http-server';
import { Metrics } from './platform/telemetry/metrics';
import { SubscriptionMetrics } from './platform/telemetry/subscription-metrics';
import { createResolvers, createSubscriptionSources, resolverClasses } from './resolvers';
import { HeldClock } from './shared/held-clock';

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
  const schema = buildApiSchema(
    resolverClasses,
    createResolvers(app),
    createSubscriptionSources(app),
  );
  const plainSchema = applyFieldAccess(schema, accessOfAllFields, {
    masks: masksOf(config.identityPolicy),
    pseudonyms: await createPseudonyms(app),
  });
  const kits = new OperationKits((slot) => {
    const clock = new HeldClock(app.clock);
    const reading = app.readingOver(database.within(slot), clock);
    const { gather, follow } = reading;
    const loads = loadsOf([...Object.values(reading.reads), reading.lifecycleTriggers]);
    const resolvers = createResolvers({ ...app, ...reading, clock });
    return { resolvers, loads, gather, follow, clock };
  });
  const authenticator = new Authenticator(app.apiKeys, app.sourceCallers, createJwtVerifier(app));
  const authenticate = (authorization: string | undefined) =>
    authenticator.authenticate(authorization);
  const { introspection } = config;
  const limits = {
    depthMax: config.queryDepthMax,
    aliasesMax: config.queryAliasesMax,
    directivesMax: config.queryDirectivesMax,
    tokensMax: config.queryTokensMax,
    costMax: config.queryCostMax,
  };
  const graphql = await createGraphqlServer(
    {
      introspection,
      limits,
      executor: { compiledMax: config.compiledOperationsMax, usesMin: compiledAtUse },
      operationTimeoutMs: config.operationTimeoutMs,
      rates: {
        keyMax: config.keyRequestsPerMinuteMax,
        customerMax: config.customerRequestsPerMinuteMax,
      },
      persistedQueries: persistedQueriesOf(config),
    },
    { schema, plainSchema, kits, authenticate, logger, metrics },
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
      gate: graphql.gate,
      gather: app.gather,
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

/** The functions of readers: all that load by key, in one order. */
function loadsOf(readers: readonly object[]): AnyLoad[] {
  return readers.flatMap((reader) =>
    Object.values(reader).filter((each): each is AnyLoad => typeof each === 'function'),
  );
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

function persistedQueriesOf(config: Config): PersistedQueries {
  const { persistedOperationsFile: file, persistedOperationsMode: strangers } = config;
  if (file !== null) return { kind: 'LISTED', file, strangers };
  return { kind: config.automaticPersistedQueries ? 'AUTOMATIC' : 'OFF' };
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
