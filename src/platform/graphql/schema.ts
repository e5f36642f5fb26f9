import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { buildSchemaSync, getMetadataStorage } from 'type-graphql';
import { callDirectly } from './direct-resolvers';
import { validateInput } from './input-validation';
import { type ResolverClass, type ResolverInstances, resolversOf } from './resolver-instances';
import { type SubscriptionSources, sourcesAsPubSub } from './subscriptions/sources';

/**
 * The schema of the resolvers given. Without instances it can be printed and inspected, but not
 * executed; so no database is needed for that.
 * @param sources of the subscriptions
 * @throws Error naming the resolvers that have no instance, where instances are given
 */
export function buildApiSchema(
  resolvers: readonly ResolverClass[],
  instances?: ResolverInstances,
  sources: SubscriptionSources = new Map(),
): GraphQLSchema {
  const [first, ...others] = resolvers;
  if (first === undefined) throw new Error('A schema needs a resolver.');
  const missing = instances && resolvers.filter((resolver) => !instances.has(resolver));
  if (missing !== undefined && missing.length > 0) {
    throw new Error(`Resolvers without an instance: ${missing.map(({ name }) => name).join(', ')}`);
  }
  leaveProperties();
  const schema = buildSchemaSync({
    resolvers: [first, ...others],
    container: {
      get: (resolver, { context }) =>
        resolversOf(context)?.get(resolver) ?? instances?.get(resolver),
    },
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
    validateFn: validateInput,
    pubSub: sourcesAsPubSub(sources),
  });
  if (instances !== undefined) callDirectly(schema, instances);
  describeRoots(schema);
  return schema;
}

/**
 * Has GraphQL read what is a property of its object, but where a field says otherwise: it holds a
 * promise then. To resolve each by itself takes longer than the rest of an answer. What is a getter
 * stays as it is, since it may be reckoned, once, and may throw.
 */
function leaveProperties(): void {
  for (const { target, fields = [] } of getMetadataStorage().objectTypes) {
    for (const field of fields) {
      const property = Object.getOwnPropertyDescriptor(target.prototype, field.name);
      field.simple ??= property?.get === undefined;
    }
  }
}

/** type-graphql makes the root types by itself and leaves them without a word. */
function describeRoots(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  const subscription = schema.getSubscriptionType();
  if (query) query.description = 'Everything that can be asked.';
  if (mutation) {
    mutation.description =
      'Everything that can be done. What an answer shows includes what was done; of several in ' +
      'one request, each is done when the one before it is.';
  }
  if (subscription) {
    subscription.description =
      'Everything that can be waited for, over WebSocket. What is told was committed before. ' +
      'After a connection was lost subscribe again: the first message says how things stand.';
  }
}

/** The schema in the schema definition language, in an order that does not depend on the code's. */
export function printApiSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
