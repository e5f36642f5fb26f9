import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { hasRules } from './input-validation';
import { type ResolverInstances, resolversOf } from './resolver-instances';

type Storage = ReturnType<typeof getMetadataStorage>;
type FieldResolver = Storage['fieldResolvers'][number];
type Resolver = FieldResolver | Storage['queries'][number];
type Param = NonNullable<FieldResolver['params']>[number];

type Methods = Readonly<Record<string, (...parameters: unknown[]) => unknown>>;

type Field = GraphQLField<unknown, unknown>;
type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** Reads one parameter of a method from what GraphQL gives a resolver. */
type Read = (
  source: unknown,
  args: Readonly<Record<string, unknown>>,
  context: unknown,
  info: GraphQLResolveInfo,
) => unknown;

/**
 * Has fields call the methods of their resolvers themselves. type-graphql calls them by way of its
 * container, its middleware and the validation of arguments, which take longer than most of the
 * methods. Where arguments are leaves, or objects of leaves without rules, none of it has anything to
 * do. All others are left as they are. Changes `schema`.
 */
export function callDirectly(schema: GraphQLSchema, instances: ResolverInstances): void {
  const storage = getMetadataStorage();
  const queries = schema.getQueryType()?.getFields() ?? {};
  const resolvers = [
    ...storage.fieldResolvers.map((each) => [each, fieldOf(schema, storage, each)] as const),
    ...storage.queries.map((each) => [each, queries[each.schemaName] ?? null] as const),
  ];
  for (const [metadata, field] of resolvers) {
    const instance = instances.get(metadata.target) as Methods | undefined;
    const reads = field && readsOf(field, metadata);
    if (!instance || !field?.resolve || !reads) continue;
    field.resolve = direct(field.resolve, instance, metadata, reads);
  }
}

function direct(
  resolve: Resolve,
  instance: Methods,
  { target, methodName, params = [] }: Resolver,
  reads: readonly Read[],
): Resolve {
  const root = params.find((param) => param.kind === 'root');
  // biome-ignore lint/complexity/noBannedTypes: type-graphql knows classes as functions only.
  const Root = root?.kind === 'root' ? (root.getType?.() as Function | undefined) : undefined;
  return (source, args, context, info) => {
    // What is no instance yet, type-graphql makes one of.
    if (Root !== undefined && !(source instanceof Root))
      return resolve(source, args, context, info);
    const own = resolversOf(context)?.get(target) as Methods | undefined;
    return (own ?? instance)[methodName]?.(
      ...reads.map((read) => read(source, args, context, info)),
    );
  };
}

function fieldOf(schema: GraphQLSchema, storage: Storage, metadata: FieldResolver): Field | null {
  if (metadata.kind !== 'external') return null;
  const owner = metadata.getObjectType?.();
  const name = storage.objectTypes.find(({ target }) => target === owner)?.name;
  const type = name === undefined ? undefined : schema.getType(name);
  return isObjectType(type) ? (type.getFields()[metadata.schemaName] ?? null) : null;
}

/** Null where something of it is type-graphql's to do. */
function readsOf(field: Field, { params = [], middlewares = [] }: Resolver): Read[] | null {
  if (middlewares.length > 0) return null;
  if (!field.args.every(({ type }) => isPlain(getNamedType(type)))) return null;
  const reads = params.toSorted((one, other) => one.index - other.index).map(readOf);
  return reads.every((read) => read !== null) ? reads : null;
}

function readOf(param: Param): Read | null {
  switch (param.kind) {
    case 'root':
      return param.propertyName === undefined ? (source) => source : null;
    case 'context':
      return param.propertyName === undefined ? (_source, _args, context) => context : null;
    case 'info':
      return (_source, _args, _context, info) => info;
    case 'arg':
      return isMade(param.getType()) ? null : (_source, args) => args[param.name];
    case 'args':
      return isMade(param.getType()) ? null : (_source, args) => args;
    default:
      return null;
  }
}

/** A leaf, or an object of leaves: what type-graphql makes of it has nothing more. */
function isPlain(type: GraphQLNamedType): boolean {
  if (!isInputObjectType(type)) return isLeafType(type);
  return Object.values(type.getFields()).every((field) => isLeafType(getNamedType(field.type)));
}

/** Of a scalar or an enum, which is no class, there is nothing to make. */
function isMade(type: unknown): boolean {
  return typeof type === 'function' && hasRules(type);
}
