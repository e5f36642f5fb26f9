import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestListener,
} from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { Kind, OperationTypeNode } from 'graphql';
import type { Logger } from '../telemetry/logger';
import { CACHE_CONTROL } from './answer-caching';
import type { OperationContext } from './operation-context';
import { OperationTimedOut } from './operation-run';

export interface OperationSettings {
  /** How long all of a query may take. */
  readonly timeoutMs: number;
}

type Operation = GraphQLRequestContext<OperationContext>;

/**
 * What HTTP wants of an operation: a deadline, the media type, the status that belongs to it, and
 * whether the answer may be kept.
 */
export function httpOperations(
  { timeoutMs }: OperationSettings,
  logger: Logger,
): ApolloServerPlugin<OperationContext> {
  // One for all requests: everything it needs is told to it.
  const listener: GraphQLRequestListener<OperationContext> = {
    async didResolveOperation({ operation, contextValue }) {
      if (operation?.operation === OperationTypeNode.QUERY) contextValue.run.watch(timeoutMs);
    },
    async willSendResponse(request) {
      replaceWhereTimedOut(request, logger);
      const { http } = request.response;
      http.headers.set('content-type', request.contextValue.answerType.mediaType);
      http.headers.set('cache-control', cacheControlOf(request));
      http.status = statusOf(request);
    },
  };
  return { requestDidStart: async () => listener };
}

/** Half an answer would look like a whole one to whoever does not read the errors. */
function replaceWhereTimedOut({ response, contextValue }: Operation, logger: Logger): void {
  const { givenUpFor } = contextValue.run;
  if (!(givenUpFor instanceof OperationTimedOut) || response.body?.kind !== 'single') return;
  // All of it was there already.
  if (response.body.singleResult.errors === undefined) return;
  const { message, code, details } = givenUpFor;
  response.body.singleResult = { errors: [{ message, extensions: { ...details, code } }] };
  response.http.status = 504;
  logger.warn(
    { requestId: contextValue.requestId, ...details },
    'query cancelled: its time was over',
  );
}

function cacheControlOf({ request, response, operation }: Operation): string {
  if (request.http?.method !== 'GET' || operation === undefined) return CACHE_CONTROL.never;
  const { body } = response;
  if (body?.kind !== 'single' || body.singleResult.errors !== undefined) return CACHE_CONTROL.never;
  const isOfSchema = operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
  );
  return isOfSchema ? CACHE_CONTROL.schema : CACHE_CONTROL.revalidate;
}

/** Of requests that no operation could be run for. They do depend on the type of the answer. */
function statusOf({ response, contextValue }: Operation): number | undefined {
  const { http, body } = response;
  if (body?.kind !== 'single' || body.singleResult.data !== undefined) return http.status;
  const { isAlwaysOk, mediaType } = contextValue.answerType;
  const codes = body.singleResult.errors?.map(({ extensions }) => extensions?.['code']) ?? [];
  if (isAlwaysOk) {
    // What is no GraphQL request at all is refused as such in either type.
    const isWellFormed = !codes.includes(ApolloServerErrorCode.BAD_REQUEST);
    return http.status === 400 && isWellFormed ? 200 : http.status;
  }
  // Apollo's protocol of persisted queries has 200 for a hash that is not known yet.
  const isMiss = http.status === 200 && mediaType.startsWith('application/graphql-response+json');
  return isMiss ? 400 : http.status;
}
