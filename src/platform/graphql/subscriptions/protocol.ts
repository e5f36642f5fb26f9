import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { type Context, makeServer, type Server } from 'graphql-ws';
import { Fault } from '../../../shared/errors';
import { actorOf, type Caller } from '../../auth/caller';
import { faultOf } from '../../http/faults';
import { SubscriptionOverflowed } from '../../live/live.errors';
import type { Logger } from '../../telemetry/logger';
import type { SubscriptionMetrics } from '../../telemetry/subscription-metrics';
import { type Gather, RequestContext } from '../context';
import { formatError, INTERNAL_ERROR_CODE, rootOf } from '../error-format';
import { logError } from '../error-log';
import type { OperationGate } from '../persisted-queries';
import type { QueryLimits } from '../query-limits';
import { closeCodes, type SubscriptionConnection } from './connection';
import { beginSubscription, type SubscriptionArgs } from './execution';
import {
  type AskedOperation,
  type PreparedOperation,
  refusal,
  SubscriptionOperations,
} from './operation';

export interface ProtocolSettings {
  readonly introspection: boolean;
  readonly limits: QueryLimits;
  readonly subscriptionsPerConnectionMax: number;
}

export interface ProtocolParts {
  /** With the field access applied. */
  readonly schema: GraphQLSchema;
  /** @throws Fault when nobody can tell who it is */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>;
  /** Which operations may be run. */
  readonly gate: OperationGate;
  readonly gather: Gather;
  /** Resolves when changes can be told. @throws Unavailable where they cannot */
  readonly attend: () => Promise<void>;
  /** Whether one more connection of a caller, by name, may be. */
  readonly admits: (callerName: string) => boolean;
  readonly logger: Logger;
  readonly metrics: SubscriptionMetrics;
}

export interface ConnectionExtra {
  readonly connection: SubscriptionConnection;
}

type ConnectionContext = Context<Record<string, unknown>, ConnectionExtra>;

/** With its results, which graphql-ws asks for in a step of their own. */
interface BegunSubscription extends SubscriptionArgs {
  readonly results: AsyncIterableIterator<ExecutionResult>;
}

/** A client may take so long to say who it is. */
const INIT_MS_MAX = 5_000;

/** What is said over a connection: the protocol graphql-transport-ws, by graphql-ws. */
export class SubscriptionProtocol {
  readonly server: Server<ConnectionExtra>;
  private readonly operations: SubscriptionOperations;

  constructor(
    private readonly settings: ProtocolSettings,
    private readonly parts: ProtocolParts,
  ) {
    const { schema, metrics } = parts;
    this.operations = new SubscriptionOperations(schema, settings.limits, settings.introspection);
    this.server = makeServer<Record<string, unknown>, ConnectionExtra>({
      connectionInitWaitTimeout: INIT_MS_MAX,
      onConnect: (context) => this.connect(context),
      onSubscribe: ({ extra }, _id, asked) => this.subscribe(extra.connection, asked),
      subscribe: async (args) => (args as BegunSubscription).results,
      onNext: () => metrics.sent(),
      onError: ({ extra }, _id, _asked, errors) =>
        errors.map((error) => this.format(error as GraphQLError, extra.connection.requestId)),
    });
  }

  /**
   * Sees whether a connection's caller is still who they said.
   * @returns who it is; null where nobody may know any more, and it is being closed
   */
  async callerOf(connection: SubscriptionConnection): Promise<Caller | null> {
    try {
      return await this.parts.authenticate(connection.authorization);
    } catch (error) {
      this.turnAway(connection, error, closeCodes.forbidden);
      return null;
    }
  }

  private async connect({ extra, connectionParams }: ConnectionContext): Promise<boolean> {
    const { connection } = extra;
    const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
    connection.authorization = typeof given === 'string' ? given : connection.headerAuthorization;
    let caller: Caller;
    try {
      caller = await this.parts.authenticate(connection.authorization);
      // Here and not with the first subscription: a client connects again, but would not ask again.
      await this.parts.attend();
    } catch (error) {
      this.turnAway(connection, error, closeCodes.unauthorized);
      return false;
    }
    const name = nameOf(caller);
    if (!this.parts.admits(name)) {
      this.parts.metrics.refused('too_many_connections');
      connection.close(closeCodes.tryAgainLater, 'TOO_MANY_CONNECTIONS');
      return false;
    }
    connection.callerName = name;
    return true;
  }

  private turnAway(connection: SubscriptionConnection, error: unknown, code: number): void {
    const fault = faultOf(error);
    if (fault?.code === 'UNAUTHENTICATED') {
      this.parts.metrics.refused('unauthenticated');
      connection.close(code, `UNAUTHENTICATED: ${fault.message}`.slice(0, 120));
      return;
    }
    const { requestId } = connection;
    this.parts.logger.warn({ err: error, requestId }, 'a subscriber was sent away');
    this.parts.metrics.refused('unavailable');
    connection.close(closeCodes.tryAgainLater, 'UNAVAILABLE');
  }

  private async subscribe(
    connection: SubscriptionConnection,
    asked: AskedOperation,
  ): Promise<BegunSubscription | readonly GraphQLError[]> {
    const { subscriptionsPerConnectionMax } = this.settings;
    if (connection.operations >= subscriptionsPerConnectionMax) {
      return [refusal(new TooManySubscriptions(subscriptionsPerConnectionMax))];
    }
    const prepared = this.admit(connection, asked);
    if (!('document' in prepared)) return prepared;
    // Counted before anything is waited for: messages do not wait for each other.
    connection.operations += 1;
    const context = await this.contextOf(connection);
    if (context === null) {
      connection.operations -= 1;
      return [refusal(new Fault('UNAUTHENTICATED', 'The key has ended.'))];
    }
    this.parts.metrics.began();
    const args: SubscriptionArgs = {
      ...prepared,
      schema: this.parts.schema,
      contextValue: context,
      renew: () => this.contextOf(connection),
      finish: (result) => this.finish(result, connection.requestId),
      interrupted: () => {
        this.parts.metrics.refused('interrupted');
        connection.close(closeCodes.serviceRestart, 'SUBSCRIPTION_INTERRUPTED');
      },
      ended: () => {
        connection.operations -= 1;
        this.parts.metrics.ended();
      },
    };
    const begun = await beginSubscription(args);
    return 'results' in begun ? { ...args, results: begun.results } : begun.errors;
  }

  /** What may be run of it, read. An empty text stands for one that is sent by its id. */
  private admit(
    { requestId }: SubscriptionConnection,
    { query, extensions, ...asked }: AskedOperation,
  ): PreparedOperation | readonly GraphQLError[] {
    const { gate } = this.parts;
    try {
      const sent = { query: query === '' ? undefined : query, extensions };
      return this.operations.prepare({ ...asked, query: gate.admit(sent, requestId) ?? query });
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      return [refusal(fault)];
    }
  }

  private async contextOf(connection: SubscriptionConnection): Promise<RequestContext | null> {
    const caller = await this.callerOf(connection);
    return caller === null
      ? null
      : new RequestContext(connection.requestId, caller, this.parts.gather);
  }

  private finish(result: ExecutionResult, requestId: string): ExecutionResult {
    if (result.errors === undefined) return result;
    const errors = result.errors.map((error) => {
      const { message, ...rest } = this.format(error, requestId);
      return new GraphQLError(message, { nodes: error.nodes, path: error.path, ...rest });
    });
    return { ...result, errors };
  }

  private format(error: GraphQLError, requestId: string) {
    if (rootOf(error) instanceof SubscriptionOverflowed) this.parts.metrics.overflowed();
    logError(this.parts.logger, requestId, error);
    const formatted = formatError(error.toJSON(), error);
    if (formatted.extensions?.['code'] !== INTERNAL_ERROR_CODE) return formatted;
    // So that a report of one can be found in the log.
    return { ...formatted, extensions: { ...formatted.extensions, requestId } };
  }
}

/** One connection may have so many subscriptions. */
class TooManySubscriptions extends Fault {
  constructor(limit: number) {
    super(
      'TOO_MANY_SUBSCRIPTIONS',
      `One connection may have ${limit} subscriptions. End one first, or open another connection.`,
      { limit },
    );
    this.name = 'TooManySubscriptions';
  }
}

/** Whose connections are counted together. */
function nameOf(caller: Caller): string {
  if (caller.kind !== 'CUSTOMER') return actorOf(caller);
  const { namespace, value } = caller.identifier;
  return `customer:${namespace}:${value}`;
}
