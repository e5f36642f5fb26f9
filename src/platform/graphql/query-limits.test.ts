import { buildSchema, parse } from 'graphql';
import { CostLimit } from './query-limits';

const schema = buildSchema(`
  type Query { people(first: Int, last: Int): People! node(id: ID!): Node nodes(ids: [ID!]!): [Node]! }
  type Mutation { greet(ids: [ID!], all: Boolean): [Person!]! meet(ids: [ID!]!): [Person!]! }
  interface Node { id: ID! }
  type People { edges: [Edge!]! pageInfo: PageInfo! }
  type Edge { node: Person! }
  type PageInfo { hasNextPage: Boolean! }
  type Person implements Node { id: ID! friends(first: Int, last: Int): People! }
`);

/** Whether the operation costs more than a page of 50 people does, and no more than one of 60. */
function isAsMuchAs50(query: string, variables: object = {}): boolean {
  return isWithin(query, variables, costOfPage(60)) && !isWithin(query, variables, costOfPage(49));
}

function isWithin(query: string, variables: object, costMax: number): boolean {
  return new CostLimit(schema, costMax).check(parse(query), { ...variables }) === null;
}

function costOfPage(size: number): number {
  const query = parse(`{ people(first: ${size}) { edges { node { id } } } }`);
  let [low, high] = [1, 100_000];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (new CostLimit(schema, middle).check(query, {}) === null) high = middle;
    else low = middle + 1;
  }
  return low;
}

const page = (args: string) => `{ people(${args}) { edges { node { id } } } }`;
const pageBy = (args: string) =>
  `query ($f: Int, $l: Int) { people(${args}) { edges { node { id } } } }`;

it.each<[string, string, object]>([
  ['from the front', page('first: 50'), {}],
  ['from the end', page('last: 50'), {}],
  ['from the end, with no front', page('first: null, last: 50'), {}],
  ['of the larger size', page('first: 5, last: 50'), {}],
  ['by a variable', pageBy('first: $f'), { f: 50 }],
  ['from the end by a variable', pageBy('last: $l'), { l: 50 }],
  ['by two variables', pageBy('first: $f, last: $l'), { f: 5, l: 50 }],
  ['by two variables, one of them null', pageBy('first: $f, last: $l'), { f: null, l: 50 }],
  ['by a variable and a size', pageBy('first: $f, last: 50'), { f: 5 }],
])('a page %s', (_name, query, variables) => {
  expect(isAsMuchAs50(query, variables)).toBe(true);
});

it('nodes count once for each id, and a node for one', () => {
  const many =
    '{ nodes(ids: [1, 2, 3]) { ... on Person { friends(first: 20) { edges { node { id } } } } } }';
  const one = '{ node(id: 1) { ... on Person { friends(first: 20) { edges { node { id } } } } } }';
  expect(isWithin(one, {}, 400)).toBe(true);
  expect(isWithin(many, {}, 400)).toBe(false);
  expect(isWithin(many, {}, 1_200)).toBe(true);
  const byVariable = many
    .replace('{ nodes', 'query ($ids: [ID!]!) { nodes')
    .replace('[1, 2, 3]', '$ids');
  expect(isWithin(byVariable, { ids: ['1'] }, 400)).toBe(true);
  expect(isWithin(byVariable, { ids: ['1', '2', '3'] }, 400)).toBe(false);
});

it('a mutation that may find what it is done to counts as all it may find', () => {
  expect(isWithin('mutation { meet(ids: [1]) { id } }', {}, 10)).toBe(true);
  expect(isWithin('mutation { greet(ids: [1]) { id } }', {}, 10)).toBe(true);
  for (const left of ['all: true', 'ids: null']) {
    expect(isWithin(`mutation { greet(${left}) { id } }`, {}, 500)).toBe(false);
  }
});
