import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { buildSchemaSync } from 'type-graphql';
import { callDirectly } from './direct-resolvers';
import { validateInput } from './input-validation';

/** A class with `@Resolver()`. */
// biome-ignore lint/complexity/noBannedTypes: type-graphql knows classes as functions only.
export type ResolverClass = Function;

/** The resolver objects of the product, by class. */
export type ResolverInstances = ReadonlyMap<ResolverClass, object>;

/**
 * The schema of the resolvers given. Without instances it can be printed and inspected, but not
 * executed; so no database is needed for that.
 * @throws Error naming the resolvers that have no instance, where instances are given
 */
export function buildApiSchema(
  resolvers: readonly ResolverClass[],
  instances?: ResolverInstances,
): GraphQLSchema {
  const [first, ...others] = resolvers;
  if (first === undefined) throw new Error('A schema needs a resolver.');
  const missing = instances && resolvers.filter((resolver) => !instances.has(resolver));
  if (missing !== undefined && missing.length > 0) {
    throw new Error(`Resolvers without an instance: ${missing.map(({ name }) => name).join(', ')}`);
  }
  const schema = buildSchemaSync({
    resolvers: [first, ...others],
    container: { get: (resolver) => instances?.get(resolver) },
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
    validateFn: validateInput,
  });
  if (instances !== undefined) callDirectly(schema, instances);
  describeRoots(schema);
  return schema;
}

/** type-graphql makes the root types by itself and leaves them without a word. */
function describeRoots(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  if (query) query.description = 'Everything that can be asked.';
  if (mutation) {
    mutation.description =
      'Everything that can be done. What an answer shows includes what was done; of several in ' +
      'one request, each is done when the one before it is.';
  }
}

/** The schema in the schema definition language, in an order that does not depend on the code's. */
export function printApiSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
