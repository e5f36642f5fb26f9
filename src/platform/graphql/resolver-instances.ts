/** A class with `@Resolver()`. */
// biome-ignore lint/complexity/noBannedTypes: type-graphql knows classes as functions only.
export type ResolverClass = Function;

/** The resolver objects of the product, by class. */
export type ResolverInstances = ReadonlyMap<ResolverClass, object>;

/** Those of the operation, where its context has its own. */
export function resolversOf(context: unknown): ResolverInstances | undefined {
  return (context as { readonly resolvers?: ResolverInstances } | undefined)?.resolvers;
}
