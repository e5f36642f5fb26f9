import { buildSchema, type GraphQLSchema, parse } from 'graphql';
import { CompiledExecutor } from './compiled-executor';

const schema: GraphQLSchema = buildSchema(`
  input Filter { name: String, first: Int = 3 }
  type Thing { name: String!, parts(first: Int = 2): [Thing!] }
  type Query { thing(filter: Filter, limit: Int! = 5, tags: [String!]): Thing }
  type Mutation { add(filter: Filter!): Thing }
`);

const asked: unknown[] = [];
const fields = schema.getQueryType()?.getFields() ?? {};
const mutations = schema.getMutationType()?.getFields() ?? {};
const tell = (_source: unknown, args: object) => {
  asked.push(JSON.parse(JSON.stringify(args)));
  return { name: 'it', parts: [{ name: 'a' }, { name: null }] };
};
if (fields['thing']) fields['thing'].resolve = tell;
if (mutations['add']) mutations['add'].resolve = tell;

beforeEach(() => {
  asked.length = 0;
});

/** What both ways of running give, with the arguments that the resolver got. */
async function both(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const results = [];
  for (const settings of [
    { compiledMax: 10, usesMin: 1 },
    { compiledMax: 0, usesMin: 1 },
  ]) {
    asked.length = 0;
    const executor = new CompiledExecutor(schema, settings);
    const execution = { document, operationName: undefined, variables, context: {} };
    const result = await executor.run('key', execution);
    results.push(JSON.parse(JSON.stringify({ result, asked })));
  }
  return results;
}

describe('an operation that is compiled and one that is not say the same', () => {
  it.each<[name: string, query: string, variables?: Record<string, unknown>]>([
    ['fields under other names', '{ a: thing { n: name } b: thing { name __typename } }'],
    ['a variable left out', 'query ($n: Int) { thing { parts(first: $n) { __typename } } }'],
    [
      'a variable left out in an object',
      'query ($n: String) { thing(filter: { name: $n }) { name } }',
    ],
    ['a variable left out in a list', 'query ($t: String = "x") { thing(tags: [$t]) { name } }'],
    ['an object with defaults', 'query ($f: Filter) { thing(filter: $f) { name } }', { f: {} }],
    [
      'null for what has a default',
      'query ($l: Int = 7) { thing(limit: $l) { name } }',
      { l: null },
    ],
    ['the wrong type', 'query ($l: Int!) { thing(limit: $l) { name } }', { l: 'x' }],
    ['null where there must be something', '{ thing { parts { name } } }'],
    [
      'fields left out',
      'query ($no: Boolean!) { thing { name @skip(if: $no) parts @include(if: $no) { __typename } } }',
      { no: true },
    ],
    [
      'fragments that are spread twice',
      '{ thing { ...n parts { ...n } } } fragment n on Thing { __typename }',
    ],
    ['a mutation', 'mutation ($f: Filter!) { add(filter: $f) { name } }', { f: { name: 'b' } }],
    ['introspection', '{ __type(name: "Thing") { fields { name type { kind } } } }'],
  ])('%s', async (_name, query, variables = {}) => {
    const [compiled, interpreted] = await both(query, variables);
    expect(compiled).toEqual(interpreted);
  });
});

it('has the arguments that graphql-js makes', async () => {
  const [compiled] = await both('query ($f: Filter) { thing(filter: $f) { name } }', { f: {} });
  expect(compiled.asked).toEqual([{ filter: { first: 3 }, limit: 5 }]);
});

it('runs nothing by a name that is none of the document', async () => {
  const executor = new CompiledExecutor(schema, { compiledMax: 10, usesMin: 1 });
  const document = parse('mutation Add { add(filter: {}) { name } }');
  for (const operationName of ['', 'Other']) {
    const execution = { document, operationName, variables: {}, context: {} };
    const { errors } = await executor.run('key', execution);
    expect(errors?.[0]?.message).toContain('Unknown operation');
  }
  expect(asked).toEqual([]);
});
