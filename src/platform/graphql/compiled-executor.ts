import {
  type DocumentNode,
  type ExecutionResult,
  execute as executeStandard,
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { Foresight } from '../database/foresight';

export interface ExecutorSettings {
  /** Operations kept compiled, those asked for of late; 0: none is compiled. */
  readonly compiledMax: number;
  /** How often an operation has to come to be compiled, which takes as long as many executions. */
  readonly usesMin: number;
}

interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly context: unknown;
  /** Told what is known of the reads of this operation from before, if anything can be. */
  readonly foresee?: (foresight: Foresight) => void;
}

/**
 * Runs operations: those that come again as code that was made for them, the others, and what the
 * compiler does not know, by graphql-js. What either answers is the same.
 */
export class CompiledExecutor {
  /** By the key of the document and the name of the operation. */
  private readonly operations: LRUCache<string, KnownOperation>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly settings: ExecutorSettings,
  ) {
    this.operations = new LRUCache({ max: Math.max(1, settings.compiledMax) });
  }

  /** @param key of the document: one text has one */
  async run(key: string, execution: Execution): Promise<ExecutionResult> {
    // Of a name that is none of the document's graphql-js says so; the compiler takes '' for none.
    if (!getOperationAST(execution.document, execution.operationName)) {
      return this.runStandard(execution);
    }
    const compiled = this.find(key, execution);
    const variables = compiled && this.coerceVariables(execution);
    if (!variables) return this.runStandard(execution);
    const { data, errors } = await compiled.query(undefined, execution.context, variables);
    return errors === undefined ? { data } : { data, errors: errors.map(asGraphqlError) };
  }

  private runStandard({ document, operationName, variables, context }: Execution) {
    return executeStandard({
      schema: this.schema,
      document,
      ...(operationName != null && { operationName }),
      ...(variables !== undefined && { variableValues: variables }),
      contextValue: context,
    });
  }

  /** Null where they do not fit: graphql-js says so in its own words. */
  private coerceVariables({ document, operationName, variables = {} }: Execution) {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    return getVariableValues(this.schema, definitions, variables).coerced ?? null;
  }

  private find(key: string, { document, operationName, foresee }: Execution): CompiledQuery | null {
    if (this.settings.compiledMax === 0) return null;
    const name = `${key} ${operationName ?? ''}`;
    const known = this.operations.get(name) ?? newlyKnown();
    foresee?.(known.foresight);
    if (known.compiled !== undefined) return known.compiled;
    known.uses += 1;
    if (known.uses >= this.settings.usesMin) {
      known.compiled = compile(this.schema, document, operationName);
    }
    this.operations.set(name, known);
    return known.compiled ?? null;
  }
}

interface KnownOperation {
  readonly foresight: Foresight;
  uses: number;
  /** Undefined while it has not come often enough, null where it cannot be. */
  compiled: CompiledQuery | null | undefined;
}

function newlyKnown(): KnownOperation {
  return { foresight: new Foresight(), uses: 0, compiled: undefined };
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): CompiledQuery | null {
  if (!isSupported(schema, document)) return null;
  const prepared = withCoercedVariables(document);
  const compiled = compileQuery(knowingCoerced(schema), prepared, operationName ?? undefined, {
    disablingCapturingStackErrors: true,
    useExperimentalPathBasedSkipInclude: true,
  });
  return isCompiledQuery(compiled) ? compiled : null;
}

/** The type of a variable of which graphql-js has already made what resolvers get. */
const coerced = new GraphQLScalarType({ name: 'CoercedVariable' });

/** The compiler's own reading of variables refuses some that are right, so it is given none to do. */
function withCoercedVariables(document: DocumentNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: coerced.name } } as const;
  return visit(document, {
    [Kind.VARIABLE_DEFINITION]: ({ defaultValue, ...definition }) => ({ ...definition, type }),
  });
}

function knowingCoerced(schema: GraphQLSchema): GraphQLSchema {
  const getType: GraphQLSchema['getType'] = (name) =>
    name === coerced.name ? coerced : schema.getType(name);
  return Object.create(schema, { getType: { value: getType } });
}

/**
 * Not where a variable stands within an object or a list, since the compiler makes null of one that
 * is left out; nor where null may be given for what must not be null, of which it has other words
 * than graphql-js; and what is subscribed to is not executed here.
 */
function isSupported(schema: GraphQLSchema, document: DocumentNode): boolean {
  let isKnown = true;
  let depth = 0;
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const nullable = new Set(operations.flatMap(nullableVariablesOf));
  const types = new TypeInfo(schema);
  const nested = {
    enter: () => {
      depth += 1;
    },
    leave: () => {
      depth -= 1;
    },
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.OBJECT]: nested,
      [Kind.LIST]: nested,
      [Kind.VARIABLE]: ({ name }) => {
        const mayBeNull = nullable.has(name.value) && isNonNullType(types.getInputType());
        if (depth > 0 || mayBeNull) isKnown = false;
      },
    }),
  );
  return (
    isKnown && operations.every(({ operation }) => operation !== OperationTypeNode.SUBSCRIPTION)
  );
}

function nullableVariablesOf({ variableDefinitions = [] }: OperationDefinitionNode): string[] {
  return variableDefinitions
    .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
    .map(({ variable }) => variable.name.value);
}

/** The compiler has an error class of its own, which Apollo does not know. */
function asGraphqlError(error: GraphQLError): GraphQLError {
  const { message, path, originalError, extensions, locations } = error;
  const made = new GraphQLError(message, {
    ...(path !== undefined && { path }),
    ...(originalError !== undefined && { originalError }),
    ...(extensions !== undefined && { extensions }),
  });
  return Object.assign(made, { locations });
}
