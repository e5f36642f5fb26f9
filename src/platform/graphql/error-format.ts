import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { Fault, InvalidInput } from '../../shared/errors';
import { INTERNAL_ERROR_MESSAGE } from '../http/error-reply';
import { faultOf } from '../http/faults';
import { queryTooLong } from './query-limits';

/** Apollo's own refusals of requests that are not GraphQL or do not fit the schema. */
const PASSED_ON_CODES: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
]);

/** Where an error of graphql-js points at a value the caller wrote. */
const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

export const INTERNAL_ERROR_CODE = 'INTERNAL_ERROR';

/**
 * What callers see of an error: a stable code, a message that is meant for them, and for faults
 * their details. Values that do not fit their type are INVALID_INPUT, whether they were written
 * into the query or sent as variables. Everything unforeseen is INTERNAL_ERROR and says nothing.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const fault = refusalIn(formatted, error);
  if (fault !== null) {
    return {
      ...formatted,
      message: fault.message,
      extensions: { ...(toJson(fault.details) as object), code: fault.code },
    };
  }
  if (PASSED_ON_CODES.has(formatted.extensions?.['code'])) {
    return { ...formatted, extensions: { code: formatted.extensions?.['code'] } };
  }
  return {
    ...formatted,
    message: INTERNAL_ERROR_MESSAGE,
    extensions: { code: INTERNAL_ERROR_CODE },
  };
}

/** The error below the layers GraphQL wraps around it: the one worth logging. */
export function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError !== undefined) {
    root = root.originalError;
  }
  return root;
}

/** Whether nobody foresaw this error, so that it belongs into the log and not before callers. */
export function isUnforeseen(error: GraphQLError): boolean {
  return formatError(error.toJSON(), error).extensions?.['code'] === INTERNAL_ERROR_CODE;
}

function refusalIn(formatted: GraphQLFormattedError, error: unknown): Fault | null {
  const code = formatted.extensions?.['code'];
  const root = rootOf(error);
  const isBadValue = isAboutValue(error, code);
  if (root instanceof Fault && isBadValue) {
    // Thrown by a scalar: GraphQL's message around it says which argument or variable it was.
    return new Fault(root.code, formatted.message, root.details);
  }
  const fault = faultOf(root);
  if (fault !== null) return fault;
  if (code === ApolloServerErrorCode.GRAPHQL_PARSE_FAILED) return queryTooLong(formatted.message);
  return isBadValue ? new InvalidInput(formatted.message) : null;
}

function isAboutValue(error: unknown, code: unknown): boolean {
  if (code === ApolloServerErrorCode.BAD_USER_INPUT) return true;
  const kind = error instanceof GraphQLError ? error.nodes?.[0]?.kind : undefined;
  // Where the query itself is faulty, a variable is pointed at for what it is, not what it holds.
  const isQueryFault = code === ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED;
  if (kind === Kind.VARIABLE || kind === Kind.VARIABLE_DEFINITION) return !isQueryFault;
  return kind !== undefined && VALUE_KINDS.has(kind);
}

/** Details may hold points (BigInt), which JSON does not know. */
function toJson(details: Readonly<Record<string, unknown>>): unknown {
  const text = JSON.stringify(details, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text);
}
