import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyRequest } from 'fastify';
import { type ASTVisitor, GraphQLError, type GraphQLSchema, type ValidationContext } from 'graphql';
import { Fault } from '../../shared/errors';
import type { Caller } from '../auth/caller';
import { showsAsIs } from '../auth/field-access';
import { INTERNAL_ERROR_MESSAGE } from '../http/error-reply';
import { faultOf, httpStatusOf, retryAfterSecondsOf } from '../http/faults';
import type { Routes } from '../http/routes';
import type { Logger } from '../telemetry/logger';
import type { Metrics, OperationOutcome } from '../telemetry/metrics';
import { asGateway, CompiledExecutor, type ExecutorSettings } from './compiled-executor';
import { type Gather, RequestContext } from './context';
import { formatError, INTERNAL_ERROR_CODE, isUnforeseen, rootOf } from './error-format';
import { CostLimit, type QueryLimits, queryLimitRules } from './query-limits';

export interface GraphqlSettings {
  /** Whether the schema may be asked for; it also decides whether errors suggest names of it. */
  readonly introspection: boolean;
  readonly limits: QueryLimits;
  readonly executor: ExecutorSettings;
}

export interface GraphqlParts {
  /** With the field access applied. */
  readonly schema: GraphQLSchema;
  /** The same, as it is for callers who see everything as it is. */
  readonly plainSchema: GraphQLSchema;
  /**
   * Tells who sent a request from its `Authorization` header.
   * @throws Fault when nobody can tell
   */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>;
  /** Has the reads that are begun at one moment travel together. */
  readonly gather: Gather;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface GraphqlServer {
  /** `GET` and `POST /graphql`. */
  readonly routes: Routes;
  stop(): Promise<void>;
}

/** The GraphQL door: who asks is settled before a query is even read. */
export async function createGraphqlServer(
  settings: GraphqlSettings,
  parts: GraphqlParts,
): Promise<GraphqlServer> {
  const executor = new CompiledExecutor(parts.schema, settings.executor);
  const plainExecutor = new CompiledExecutor(parts.plainSchema, settings.executor);
  const apollo = new ApolloServer<RequestContext>({
    gateway: asGateway(parts.schema, ({ caller }: RequestContext) =>
      showsAsIs(caller) ? plainExecutor : executor,
    ),
    // Nothing may depend on NODE_ENV, neither stack traces nor signal handlers.
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    logger: parts.logger,
    parseOptions: { maxTokens: settings.limits.tokensMax },
    validationRules: [knownOperations, ...queryLimitRules(settings.limits)],
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      observe(parts),
      limitCost(new CostLimit(parts.schema, settings.limits.costMax)),
    ],
  });
  await apollo.start();
  const context = createContext(parts);
  return {
    routes: async (app) => {
      app.route<{ Reply: string }>({
        method: ['GET', 'POST'],
        url: '/graphql',
        onRequest: refuseMalformedHost,
        handler: fastifyApolloHandler(apollo, { context }),
      });
    },
    stop: () => apollo.stop(),
  };
}

/** graphql-js lets operations pass that the schema has no type for, and then fails to run them. */
function knownOperations(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation) != null) return;
      const message = `There is no ${node.operation} in this schema.`;
      context.reportError(new GraphQLError(message, { nodes: [node] }));
    },
  };
}

/** The integration builds a URL from the Host header, whatever stands in it. */
async function refuseMalformedHost(request: FastifyRequest): Promise<void> {
  if (!URL.canParse(request.url, `${request.protocol}://${request.hostname}/`)) {
    throw new Fault('BAD_REQUEST', 'The Host header is not well-formed.');
  }
}

function createContext(parts: GraphqlParts) {
  return async (request: FastifyRequest): Promise<RequestContext> => {
    try {
      const caller = await parts.authenticate(request.headers.authorization);
      return new RequestContext(request.id, caller, parts.gather);
    } catch (error) {
      throw refusedRequest(error, request);
    }
  };
}

/** There is no operation yet that the error could belong to: it is the whole answer. */
function refusedRequest(error: unknown, request: FastifyRequest): GraphQLError {
  const fault =
    faultOf(error) ??
    new Fault(INTERNAL_ERROR_CODE, INTERNAL_ERROR_MESSAGE, { requestId: request.id });
  if (fault !== error) request.log.error({ err: error }, 'authentication failed');
  const status = fault.code === INTERNAL_ERROR_CODE ? 500 : httpStatusOf(fault);
  const headers = new HeaderMap();
  if (fault.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer');
  const retryAfterSeconds = retryAfterSecondsOf(fault);
  if (retryAfterSeconds !== null) headers.set('retry-after', String(retryAfterSeconds));
  return new GraphQLError(fault.message, {
    originalError: fault,
    extensions: { http: { status, headers } },
  });
}

/** Measures operations, logs what nobody foresaw, and finishes the errors callers get. */
function observe({ logger, metrics }: GraphqlParts): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
      const startedAt = process.hrtime.bigint();
      return {
        async didEncounterErrors({ errors, contextValue: { requestId } }) {
          for (const error of errors) logError(logger, requestId, error);
        },
        async willSendResponse(request) {
          const outcome = finishErrors(request);
          const type = request.operation?.operation ?? 'invalid';
          const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
          metrics.graphqlOperation(type, outcome, seconds);
        },
      };
    },
  };
}

/** Refusals are the callers' affair and not logged; what broke, is away or too slow is ours. */
function logError(logger: Logger, requestId: string, error: GraphQLError): void {
  const err = rootOf(error);
  if (err instanceof Fault) return;
  const path = error.path?.filter((step) => typeof step === 'string').join('.');
  if (isUnforeseen(error)) logger.error({ requestId, path, err }, 'resolver failed');
  else if (faultOf(err) !== null) logger.warn({ requestId, path, err }, 'database away or slow');
}

/** Internal errors name the request, so that a report of one can be found in the log. */
function finishErrors({
  response,
  contextValue,
}: GraphQLRequestContext<RequestContext>): OperationOutcome {
  if (response.body?.kind !== 'single') return 'ok';
  const { singleResult } = response.body;
  if (singleResult.errors === undefined) return 'ok';
  const codes = new Set(singleResult.errors.map((error) => error.extensions?.['code']));
  if (codes.has('UNAVAILABLE')) response.http.status = 503;
  const waits = singleResult.errors.flatMap(({ extensions = {} }) => {
    const seconds = retryAfterSecondsOf({ code: String(extensions['code']), details: extensions });
    return seconds === null ? [] : [seconds];
  });
  // Before the longest of them is over, the same request would fail again.
  if (waits.length > 0) response.http.headers.set('retry-after', String(Math.max(...waits)));
  if (codes.has(INTERNAL_ERROR_CODE)) {
    const { requestId } = contextValue;
    singleResult.errors = singleResult.errors.map((error) =>
      error.extensions?.['code'] === INTERNAL_ERROR_CODE
        ? { ...error, extensions: { ...error.extensions, requestId } }
        : error,
    );
  }
  const isOurs = [INTERNAL_ERROR_CODE, 'UNAVAILABLE', 'TIMEOUT'].some((code) => codes.has(code));
  return isOurs ? 'failed' : 'refused';
}

function limitCost(limit: CostLimit): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
      return {
        async didResolveOperation({ document, request }) {
          const fault = limit.check(document, request.variables ?? {});
          if (fault === null) return;
          throw new GraphQLError(fault.message, {
            originalError: fault,
            extensions: { http: { status: 400, headers: new HeaderMap() } },
          });
        },
      };
    },
  };
}
