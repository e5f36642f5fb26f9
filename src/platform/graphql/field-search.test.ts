import { buildSchema, type GraphQLResolveInfo, graphql } from 'graphql';
import { FieldSearch } from './field-search';

const schema = buildSchema(
  'type Node { wanted: Int, other: Int, node: Node } type Query { node: Node }',
);

/** Whether `wanted` is asked for below the outer `node` of a query. */
async function isAsked(source: string): Promise<boolean | undefined> {
  const search = new FieldSearch('wanted');
  let found: boolean | undefined;
  const node = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
    found = search.isAskedBelow(info);
    return {};
  };
  const { errors } = await graphql({ schema, source, rootValue: { node } });
  expect(errors).toBeUndefined();
  return found;
}

it.each([
  ['{ node { other } }', false],
  ['{ node { wanted } }', true],
  ['{ node { wanted: other } }', false],
  ['{ node { other: wanted } }', true],
  ['{ node { node { node { wanted } } } }', true],
  ['{ node { ... on Node { wanted } } }', true],
  ['{ node { ...f } } fragment f on Node { node { ...g } } fragment g on Node { wanted }', true],
  ['{ node { ...f } } fragment f on Node { other }', false],
  ['{ node { other } ...more } fragment more on Query { node { wanted } }', true],
])('%s: %p', async (query, expected) => {
  expect(await isAsked(query)).toBe(expected);
});
