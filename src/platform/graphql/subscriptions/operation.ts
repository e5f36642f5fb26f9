import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { Fault } from '../../../shared/errors';
import { CostLimit, type QueryLimits, queryLimitRules } from '../query-limits';

/** What a client asks to subscribe to. */
export interface AskedOperation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

type Reading = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** After a restart everybody subscribes again, and to much the same. */
const READINGS_MAX = 200;

/**
 * Reads what clients subscribe to, within the limits that queries have. The same text is read once.
 */
export class SubscriptionOperations {
  private readonly rules: readonly ValidationRule[];
  private readonly costLimit: CostLimit;
  private readonly readings = new Map<string, Reading>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: QueryLimits,
    private readonly introspection: boolean,
  ) {
    const hiding = introspection ? [] : [NoSchemaIntrospectionCustomRule];
    this.rules = [...specifiedRules, ...queryLimitRules(limits), ...hiding];
    this.costLimit = new CostLimit(schema, limits.costMax);
  }

  /** @returns what is wrong with it, or what to run */
  prepare({
    query,
    operationName = null,
    variables,
  }: AskedOperation): PreparedOperation | readonly GraphQLError[] {
    const reading = this.read(query);
    if ('errors' in reading) return reading.errors;
    const { document } = reading;
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      const code = ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE;
      return [new GraphQLError('There is no such operation.', { extensions: { code } })];
    }
    if (operation.operation !== 'subscription') {
      return [
        refusal(
          new Fault('BAD_REQUEST', 'Only subscriptions are served here. Send others by POST.'),
        ),
      ];
    }
    const variableValues = variables ?? {};
    const fault = this.costLimit.check(document, variableValues);
    return fault === null ? { document, operationName, variableValues } : [refusal(fault)];
  }

  private read(query: string): Reading {
    const known = this.readings.get(query);
    if (known !== undefined) return known;
    const reading = this.readAnew(query);
    const [oldest] = this.readings.keys();
    if (this.readings.size >= READINGS_MAX && oldest !== undefined) this.readings.delete(oldest);
    this.readings.set(query, reading);
    return reading;
  }

  private readAnew(query: string): Reading {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: this.limits.tokensMax });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [this.coded(error, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED)] };
    }
    const errors = validate(this.schema, document, this.rules);
    if (errors.length === 0) return { document };
    const code = ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED;
    return { errors: errors.map((error) => this.coded(error, code)) };
  }

  private coded(error: GraphQLError, code: string): GraphQLError {
    const { message, nodes, source, positions, originalError, extensions } = error;
    // As Apollo does it for queries: names of the schema are part of it.
    const told = this.introspection ? message : message.replace(/ ?Did you mean(.+?)\?$/, '');
    return new GraphQLError(told, {
      nodes,
      source,
      positions,
      originalError,
      extensions: { ...extensions, code },
    });
  }
}

export function refusal(fault: Fault): GraphQLError {
  return new GraphQLError(fault.message, { originalError: fault });
}
