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
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ASTVisitor, GraphQLError, type GraphQLSchema, type ValidationContext } from 'graphql';
import { Fault } from '../../shared/errors';
import type { Caller } from '../auth/caller';
import { showsAsIs } from '../auth/field-access';
import { INTERNAL_ERROR_MESSAGE } from '../http/error-reply';
import { faultOf, httpStatusOf, retryAfterSecondsOf } from '../http/faults';
import type { Routes } from '../http/routes';
import type { Logger } from '../telemetry/logger';
import type { Metrics, OperationOutcome } from '../telemetry/metrics';
import { admitOperation } from './admit-operation';
import { type CallerRates, callerRates } from './caller-rates';
import { CompiledExecutor, type ExecutorSettings } from './compiled-executor';
import type { RequestContext } from './context';
import { formatError, INTERNAL_ERROR_CODE } from './error-format';
import { logError } from './error-log';
import { executionBy } from './execution';
import { graphqlRoutes, type MakeContext } from './graphql.routes';
import { OperationContext } from './operation-context';
import type { OperationKits } from './operation-kits';
import { httpOperations } from './operation-plugin';
import { OperationRun } from './operation-run';
import {
  automaticQueries,
  type OperationGate,
  openGate,
  type PersistedQueries,
} from './persisted-queries';
import { CostLimit, type QueryLimits, queryLimitRules } from './query-limits';
import { ReadGroups } from './read-groups';

export interface GraphqlSettings {
  /** Whether the schema may be asked for; it also decides whether errors suggest names of it. */
  readonly introspection: boolean;
  readonly limits: QueryLimits;
  readonly executor: ExecutorSettings;
  /** How long all of a query may take. */
  readonly operationTimeoutMs: number;
  readonly rates: CallerRates;
  readonly persistedQueries: PersistedQueries;
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
  readonly kits: OperationKits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface GraphqlServer {
  /** `GET` and `POST /graphql`. */
  readonly routes: Routes;
  /** Which operations may be run, whatever way they come. */
  readonly gate: OperationGate;
  stop(): Promise<void>;
}

/** The GraphQL door: who asks is settled before a query is even read. */
export async function createGraphqlServer(
  settings: GraphqlSettings,
  parts: GraphqlParts,
): Promise<GraphqlServer> {
  const limitRules = queryLimitRules(settings.limits);
  const { persistedQueries } = settings;
  const gate = openGate(persistedQueries, {
    schema: parts.schema,
    // Subscriptions may be on the list as well: they come another way.
    rules: limitRules,
    logger: parts.logger,
  });
  const executor = new CompiledExecutor(parts.schema, settings.executor);
  const plainExecutor = new CompiledExecutor(parts.plainSchema, settings.executor);
  const execution = executionBy(parts.schema, ({ caller }) =>
    showsAsIs(caller) ? plainExecutor : executor,
  );
  const apollo = new ApolloServer<OperationContext>({
    gateway: execution.gateway,
    // Nothing may depend on NODE_ENV, neither stack traces nor signal handlers.
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    allowBatchedHttpRequests: false,
    // No other site can make a browser send an `Authorization` header without asking us first, and
    // without one nothing is answered.
    csrfPrevention: {
      requestHeaders: ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'],
    },
    persistedQueries: automaticQueries(persistedQueries),
    logger: parts.logger,
    parseOptions: { maxTokens: settings.limits.tokensMax },
    validationRules: [knownOperations, ...limitRules],
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      httpOperations({ timeoutMs: settings.operationTimeoutMs }, parts.logger),
      observe(parts),
      limitCost(new CostLimit(parts.schema, settings.limits.costMax)),
      execution.plugin,
    ],
  });
  await apollo.start();
  return {
    routes: async (app) => {
      const makeContext = contextMaker(app, settings.rates, gate, parts);
      await graphqlRoutes(apollo, makeContext)(app);
    },
    gate,
    stop: () => apollo.stop(),
  };
}

/**
 * graphql-js lets operations pass that the schema has no type for, and then fails to run them; and
 * subscriptions, which have an answer of their own.
 */
function knownOperations(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      const isMissing = context.getSchema().getRootType(node.operation) == null;
      if (!isMissing && node.operation !== 'subscription') return;
      const message = isMissing
        ? `There is no ${node.operation} in this schema.`
        : 'Subscriptions are served over WebSocket, by the protocol graphql-transport-ws.';
      context.reportError(new GraphQLError(message, { nodes: [node] }));
    },
  };
}

/** Who asks, whether they have asked too often, and whether they may ask for this. */
function contextMaker(
  app: FastifyInstance,
  rates: CallerRates,
  gate: OperationGate,
  parts: GraphqlParts,
): MakeContext {
  const count = callerRates(app, rates);
  const groups = new ReadGroups(parts.kits, (queries) => parts.metrics.readGroup(queries));
  return async ({ request, reply, answerType, http }) => {
    try {
      const caller = await parts.authenticate(request.headers.authorization);
      await count(caller, request, reply);
      admitOperation(gate, http, request.id);
      const run = new OperationRun(parts.kits, groups, reply.raw);
      return new OperationContext(request.id, caller, run, answerType);
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
