import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  type ValidationRule,
  type VariableDefinitionNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { Fault } from '../../shared/errors';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './connection';

/** What one request may ask for at most. */
export interface QueryLimits {
  /** Levels of fields within fields. */
  readonly depthMax: number;
  readonly aliasesMax: number;
  readonly directivesMax: number;
  /** Words and marks of the query text; data belongs into variables. */
  readonly tokensMax: number;
  /** Fields (weighted by depth) times the page sizes they are asked in. */
  readonly costMax: number;
}

export const QUERY_LIMITS_DEFAULT: QueryLimits = {
  depthMax: 12,
  aliasesMax: 30,
  directivesMax: 30,
  tokensMax: 2_000,
  costMax: 50_000,
};

/** Introspection is bounded by graphql-js itself, and deeper than any query of ours. */
const IGNORE_INTROSPECTION = true;

/** The limits that show in the query's text alone, as validation rules. */
export function queryLimitRules(limits: QueryLimits): readonly ValidationRule[] {
  return [
    maxDepthRule({
      n: limits.depthMax,
      ignoreIntrospection: IGNORE_INTROSPECTION,
      flattenFragments: true,
      ...refusal(
        'QUERY_TOO_DEEP',
        `The query is nested deeper than ${limits.depthMax} levels.`,
        limits.depthMax,
      ),
    }),
    maxAliasesRule({
      n: limits.aliasesMax,
      ...refusal(
        'TOO_MANY_ALIASES',
        `The query has more than ${limits.aliasesMax} aliases.`,
        limits.aliasesMax,
      ),
    }),
    maxDirectivesRule({
      n: limits.directivesMax,
      ...refusal(
        'TOO_MANY_DIRECTIVES',
        `The query has more than ${limits.directivesMax} directives.`,
        limits.directivesMax,
      ),
    }),
  ];
}

/**
 * The refusal graphql-js's parser stands for when it stops at `maxTokens`, or null for a plain
 * syntax error. The parser gives no code, only its message.
 */
export function queryTooLong(parseErrorMessage: string): Fault | null {
  const match = /Document contains more tha[nt] (\d+) tokens/.exec(parseErrorMessage);
  if (match === null) return null;
  const limit = Number(match[1]);
  return new Fault(
    'QUERY_TOO_LONG',
    `The query has more than ${limit} tokens. Send data as variables.`,
    { limit },
  );
}

/**
 * Refuses queries that would touch too many things: the fields asked for, times the sizes of the
 * pages they are asked in. Page sizes left out count as the default and variables as the value
 * sent, since a limit that reads literals only is walked around.
 */
export class CostLimit {
  private readonly prepared = new WeakMap<DocumentNode, PreparedDocument>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly costMax: number,
  ) {}

  /** @returns the refusal, or null where the query may run */
  check(document: DocumentNode, variables: Readonly<Record<string, unknown>>): Fault | null {
    const prepared = this.prepare(document);
    if (prepared.refusedAtLargest === null) return null;
    if (prepared.pageSizeVariables.length === 0) return prepared.refusedAtLargest;
    return this.refuse(withPageSizes(prepared.document, variables));
  }

  /** Documents are parsed once and kept, so what holds for all variables is reckoned once. */
  private prepare(document: DocumentNode): PreparedDocument {
    const known = this.prepared.get(document);
    if (known !== undefined) return known;
    const complete = withDefaultPageSizes(document, this.schema);
    const pageSizeVariables = pageSizeVariablesOf(complete);
    const largest = Object.fromEntries(pageSizeVariables.map((name) => [name, PAGE_SIZE_MAX]));
    const prepared = {
      document: complete,
      pageSizeVariables,
      refusedAtLargest: this.refuse(withPageSizes(complete, largest)),
    };
    this.prepared.set(document, prepared);
    return prepared;
  }

  private refuse(document: DocumentNode): Fault | null {
    const rule = costLimitRule({
      maxCost: this.costMax,
      ignoreIntrospection: IGNORE_INTROSPECTION,
      flattenFragments: true,
      ...refusal(
        'QUERY_TOO_COSTLY',
        `The query asks for too much at once: its cost is above ${this.costMax}. Ask for fewer ` +
          'fields, or for smaller pages (`first`).',
        this.costMax,
      ),
    });
    const [error] = validate(this.schema, document, [rule]);
    return error?.originalError instanceof Fault ? error.originalError : null;
  }
}

interface PreparedDocument {
  /** With every page size written out. */
  readonly document: DocumentNode;
  readonly pageSizeVariables: readonly string[];
  /** Null where even the largest pages stay within the limit: nearly always. */
  readonly refusedAtLargest: Fault | null;
}

const PAGE_SIZE_ARGUMENT = 'first';

function withDefaultPageSizes(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new TypeInfo(schema);
  const addPageSize = (field: FieldNode): FieldNode | undefined => {
    const isPaged = types.getFieldDef()?.args.some(({ name }) => name === PAGE_SIZE_ARGUMENT);
    const isGiven = field.arguments?.some(({ name }) => name.value === PAGE_SIZE_ARGUMENT);
    if (isPaged !== true || isGiven === true) return undefined;
    return { ...field, arguments: [...(field.arguments ?? []), pageSizeNode(PAGE_SIZE_DEFAULT)] };
  };
  return visit(document, visitWithTypeInfo(types, { [Kind.FIELD]: { leave: addPageSize } }));
}

function pageSizeVariablesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const collect = ({ name, value }: ArgumentNode): void => {
    if (name.value === PAGE_SIZE_ARGUMENT && value.kind === Kind.VARIABLE) {
      names.add(value.name.value);
    }
  };
  visit(document, { [Kind.ARGUMENT]: collect });
  return [...names];
}

/** Sizes out of range are taken as the largest: they are refused anyway, where they are used. */
function withPageSizes(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): DocumentNode {
  const defaults = new Map<string, number>();
  const collectDefault = ({ variable, defaultValue }: VariableDefinitionNode): void => {
    if (defaultValue?.kind === Kind.INT) {
      defaults.set(variable.name.value, Number(defaultValue.value));
    }
  };
  visit(document, { [Kind.VARIABLE_DEFINITION]: collectDefault });
  const sizeOf = (name: string): number => {
    const size = variables[name] ?? defaults.get(name) ?? PAGE_SIZE_DEFAULT;
    const isInRange = typeof size === 'number' && size >= 1 && size <= PAGE_SIZE_MAX;
    return isInRange ? size : PAGE_SIZE_MAX;
  };
  const writeOut = ({ name, value }: ArgumentNode): ArgumentNode | undefined =>
    name.value === PAGE_SIZE_ARGUMENT && value.kind === Kind.VARIABLE
      ? pageSizeNode(sizeOf(value.name.value))
      : undefined;
  return visit(document, { [Kind.ARGUMENT]: writeOut });
}

function pageSizeNode(size: number): ArgumentNode {
  return {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: PAGE_SIZE_ARGUMENT },
    value: { kind: Kind.INT, value: String(size) },
  };
}

/** Armor's own messages and missing codes replaced by a fault of ours that names the limit. */
function refusal(code: string, message: string, limit: number) {
  const fault = new Fault(code, message, { limit });
  return {
    onReject: [
      (context: { reportError(error: GraphQLError): void } | null) =>
        context?.reportError(new GraphQLError(message, { originalError: fault })),
    ],
    propagateOnRejection: false,
  };
}
