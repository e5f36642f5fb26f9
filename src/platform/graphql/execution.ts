import { type ApolloServerPlugin, type GraphQLRequest, HeaderMap } from '@apollo/server';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { CompiledExecutor } from './compiled-executor';
import type { OperationContext } from './operation-context';

interface Execution {
  readonly gateway: GatewayInterface;
  readonly plugin: ApolloServerPlugin<OperationContext>;
}

/** An operation as Apollo Server tells of it, in one way or the other. */
interface Asked {
  readonly document?: DocumentNode;
  readonly queryHash?: string;
  readonly request: Pick<GraphQLRequest, 'operationName' | 'variables'>;
}

/**
 * Has Apollo Server run operations by executors that are not its own. Its way for that is a gateway;
 * but for every operation that goes through it Apollo makes objects with getters, and V8 keeps what
 * those see, all of the request and its answer, until the old generation is collected. So answers
 * without errors are handed over by a plugin, before. The others go on to the gateway, since their
 * errors are Apollo's to finish.
 */
export function executionBy(
  schema: GraphQLSchema,
  executorFor: (context: OperationContext) => CompiledExecutor,
): Execution {
  const execute = ({ document, queryHash, request }: Asked, context: OperationContext) => {
    if (document === undefined || queryHash === undefined) throw new Error('Nothing was parsed.');
    return executorFor(context).run(queryHash, {
      document,
      operationName: request.operationName,
      variables: request.variables,
      context,
      foresee: (foresight) => context.run.foresee(foresight),
    });
  };
  return {
    plugin: {
      requestDidStart: async () => ({
        async responseForOperation(asked) {
          const { contextValue } = asked;
          contextValue.execution = execute(asked, contextValue);
          const result = await contextValue.execution.catch(() => null);
          return result === null || result.errors !== undefined ? null : answerOf(result);
        },
      }),
    },
    gateway: {
      onSchemaLoadOrUpdate: (tell) => {
        tell({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        executor: async (asked) => {
          const context = asked.context as OperationContext;
          return context.execution ?? execute(asked, context);
        },
      }),
      stop: async () => undefined,
    },
  };
}

function answerOf(singleResult: ExecutionResult) {
  return {
    http: { status: undefined, headers: new HeaderMap() },
    body: { kind: 'single' as const, singleResult },
  };
}
