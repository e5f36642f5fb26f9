import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  TypeInfo,
  type ValidationRule,
  type ValueNode,
  type VariableDefinitionNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { Fault } from '../../shared/errors';
import { PageInfo } from './connection';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './page-arguments';

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

/** What a list without a page size counts as. Nearly all of them hold one or two things. */
const UNPAGED_SIZE = 2;

/** The most a list argument counts as; a field that takes longer ones refuses them itself. */
const LIST_ARGUMENT_MAX = 500;

/**
 * Refuses queries that would touch too many things: the fields asked for, times how many of each
 * there may be. A page counts as its size, which is the default where it is left out or null; the
 * answer to a list argument counts once for each of what was sent; any other list counts as
 * `UNPAGED_SIZE`. Variables count as the value sent, since a limit that reads literals only is
 * walked around.
 */
export class CostLimit {
  private readonly prepared = new WeakMap<DocumentNode, PreparedDocument>();
  private readonly answersToLists: ReadonlySet<GraphQLNamedType>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly costMax: number,
  ) {
    this.answersToLists = answersToLists(schema);
  }

  /** @returns the refusal, or null where the query may run */
  check(document: DocumentNode, variables: Readonly<Record<string, unknown>>): Fault | null {
    const prepared = this.prepare(document);
    if (prepared.refusedAtLargest === null) return null;
    if (prepared.sizeVariables.length === 0) return prepared.refusedAtLargest;
    return this.refuse(withVariables(prepared.document, variables));
  }

  /** Documents are parsed once and kept, so what holds for all variables is reckoned once. */
  private prepare(document: DocumentNode): PreparedDocument {
    const known = this.prepared.get(document);
    if (known !== undefined) return known;
    const complete = withSizes(document, this.schema, this.answersToLists);
    const sizeVariables = sizeVariablesOf(complete);
    const largest = Object.fromEntries(sizeVariables.map((name) => [name, LARGEST]));
    const prepared = {
      document: complete,
      sizeVariables,
      refusedAtLargest: this.refuse(withVariables(complete, largest)),
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
          'fields, for smaller pages (`first`), or about fewer things.',
        this.costMax,
      ),
    });
    const [error] = validate(this.schema, document, [rule]);
    return error?.originalError instanceof Fault ? error.originalError : null;
  }
}

interface PreparedDocument {
  /** With the size of every list written out, or the variable it depends on. */
  readonly document: DocumentNode;
  readonly sizeVariables: readonly string[];
  /** Null where even the largest lists stay within the limit: nearly always. */
  readonly refusedAtLargest: Fault | null;
}

/** Where Armor looks for a multiplier. */
const SIZE_ARGUMENT = 'first';

/** The arguments of a page size: from the front, or from the end. */
const PAGE_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'last']);

/** Stands for a value as large as it may be, be it a page size or a list. */
const LARGEST = Symbol('largest');

/**
 * Writes the multiplier of each field into its `first`. The document is not run, so that it does
 * not matter whether the field has such an argument.
 */
function withSizes(
  document: DocumentNode,
  schema: GraphQLSchema,
  answers: ReadonlySet<GraphQLNamedType>,
): DocumentNode {
  const types = new TypeInfo(schema);
  const mutations = schema.getMutationType();
  const addSize = (field: FieldNode): FieldNode | undefined => {
    const definition = types.getFieldDef();
    const parent = types.getParentType();
    if (!definition || !parent) return undefined;
    const finds = parent === mutations && mayFind(field, definition);
    const size = finds ? intNode(LIST_ARGUMENT_MAX) : sizeOf(field, definition, parent, answers);
    if (size === null) return undefined;
    const others = field.arguments?.filter(({ name }) => !PAGE_ARGUMENTS.has(name.value)) ?? [];
    return { ...field, arguments: [sizeArgument(size), ...others] };
  };
  return visit(document, visitWithTypeInfo(types, { [Kind.FIELD]: { leave: addSize } }));
}

/** Null where a field stands for one thing. */
function sizeOf(
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  parent: GraphQLNamedType,
  answers: ReadonlySet<GraphQLNamedType>,
): ValueNode | null {
  if (definition.args.some(({ name }) => PAGE_ARGUMENTS.has(name))) return pageSizeOf(field);
  const list = listArgumentOf(definition);
  if (list !== undefined) {
    const value = givenTo(field, list);
    return value?.kind === Kind.VARIABLE ? value : intNode(lengthOf(value));
  }
  const isCounted = answers.has(parent) || isConnection(parent);
  return isListOfObjects(definition.type) && !isCounted ? intNode(UNPAGED_SIZE) : null;
}

/** The larger one where both are given; a list of both where that depends on variables. */
function pageSizeOf(field: FieldNode): ValueNode {
  const given = [...PAGE_ARGUMENTS].flatMap((name) => givenTo(field, name) ?? []);
  const sizes = given.filter(({ kind }) => kind !== Kind.NULL);
  const [size, other] = sizes;
  if (size === undefined) return intNode(PAGE_SIZE_DEFAULT);
  return other === undefined ? size : { kind: Kind.LIST, values: sizes };
}

/** Whether a mutation may leave out what it is to be done to, and finds that by itself. */
function mayFind(field: FieldNode, { args }: GraphQLField<unknown, unknown>): boolean {
  const list = args.find(({ type }) => isListType(type));
  if (list === undefined) return false;
  const value = givenTo(field, list.name);
  return value === undefined || value.kind === Kind.NULL || value.kind === Kind.VARIABLE;
}

function givenTo(field: FieldNode, argument: string): ValueNode | undefined {
  return field.arguments?.find(({ name }) => name.value === argument)?.value;
}

/** What fields with a list argument answer with: its lists are as long as what was sent. */
function answersToLists(schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()));
  return new Set(
    fields
      .filter((field) => listArgumentOf(field) !== undefined)
      .map(({ type }) => getNamedType(type)),
  );
}

function listArgumentOf(field: GraphQLField<unknown, unknown>): string | undefined {
  return field.args.find(({ type }) => isListType(getNullableType(type)))?.name;
}

/** A connection's own field has the size of its page. */
function isConnection(type: GraphQLNamedType): boolean {
  if (!isObjectType(type)) return false;
  return Object.values(type.getFields()).some(
    (field) => getNamedType(field.type).name === PageInfo.name,
  );
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type));
}

function sizeVariablesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const collect = ({ name, value }: ArgumentNode): void => {
    if (name.value !== SIZE_ARGUMENT) return;
    for (const size of value.kind === Kind.LIST ? value.values : [value]) {
      if (size.kind === Kind.VARIABLE) names.add(size.name.value);
    }
  };
  visit(document, { [Kind.ARGUMENT]: collect });
  return [...names];
}

/** Writes out the sizes that depend on variables. */
function withVariables(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): DocumentNode {
  const definitions = new Map<string, VariableDefinitionNode[]>();
  const collect = (definition: VariableDefinitionNode): void => {
    const name = definition.variable.name.value;
    definitions.set(name, [...(definitions.get(name) ?? []), definition]);
  };
  visit(document, { [Kind.VARIABLE_DEFINITION]: collect });
  // Two operations of a document may each have a variable of this name: the larger one counts.
  const sizeIn = (name: string): number =>
    Math.max(
      1,
      ...(definitions.get(name) ?? []).map((definition) =>
        sizeOfVariable(definition, variables[name]),
      ),
    );
  const written = (value: ValueNode): number =>
    value.kind === Kind.VARIABLE
      ? sizeIn(value.name.value)
      : Number('value' in value && value.value);
  const writeOut = ({ name, value }: ArgumentNode): ArgumentNode | undefined => {
    if (name.value !== SIZE_ARGUMENT) return undefined;
    if (value.kind === Kind.VARIABLE) return sizeArgument(intNode(written(value)));
    if (value.kind !== Kind.LIST) return undefined;
    return sizeArgument(intNode(Math.max(...value.values.map(written))));
  };
  return visit(document, { [Kind.ARGUMENT]: writeOut });
}

/** Sizes out of range are taken as the largest: they are refused anyway, where they are used. */
function sizeOfVariable({ type, defaultValue }: VariableDefinitionNode, value: unknown): number {
  const nullable = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  if (nullable.kind === Kind.LIST_TYPE) {
    if (value === LARGEST) return LIST_ARGUMENT_MAX;
    if (value === undefined) return lengthOf(defaultValue);
    return Array.isArray(value) ? Math.min(value.length, LIST_ARGUMENT_MAX) : 1;
  }
  if (value === LARGEST) return PAGE_SIZE_MAX;
  const isDefault = value === undefined && defaultValue?.kind === Kind.INT;
  const size = isDefault ? Number(defaultValue.value) : (value ?? PAGE_SIZE_DEFAULT);
  const isInRange = typeof size === 'number' && size >= 1 && size <= PAGE_SIZE_MAX;
  return isInRange ? size : PAGE_SIZE_MAX;
}

/** A single value counts as a list of one, as everywhere in GraphQL. */
function lengthOf(list: ValueNode | undefined): number {
  return list?.kind === Kind.LIST ? Math.min(list.values.length, LIST_ARGUMENT_MAX) : 1;
}

function intNode(value: number): ValueNode {
  return { kind: Kind.INT, value: String(value) };
}

function sizeArgument(value: ValueNode): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: SIZE_ARGUMENT }, value };
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
