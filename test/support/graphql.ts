import { type ExecutionResult, graphql } from 'graphql';
import { RequestContext } from '../../src/platform/graphql/context';
import type { ResolverInstances } from '../../src/platform/graphql/resolver-instances';
import { buildApiSchema } from '../../src/platform/graphql/schema';

/** Runs operations on the schema of some resolvers, as a partner with the key `test`. */
export function createExecutor(
  resolvers: readonly object[],
): (source: string, variables?: Readonly<Record<string, unknown>>) => Promise<ExecutionResult> {
  const instances: ResolverInstances = new Map(
    resolvers.map((resolver) => [resolver.constructor, resolver]),
  );
  const schema = buildApiSchema([...instances.keys()], instances);
  return (source, variableValues = {}) => {
    const caller = { kind: 'KEY', name: 'test', scopes: new Set<never>() } as const;
    const contextValue = new RequestContext('request-1', caller);
    return graphql({ schema, source, variableValues, contextValue });
  };
}
