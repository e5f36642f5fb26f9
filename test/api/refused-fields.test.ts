import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { fieldAccess } from '../../src/field-access';
import type { FieldAccessTable } from '../../src/platform/auth/field-rule';
import { type Scope, scopeNames } from '../../src/platform/auth/scopes';
import { buildApiSchema } from '../../src/platform/graphql/schema';
import { resolverClasses } from '../../src/resolvers';
import { newProfile, order, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

/**
 * What a key loses that asks for more than it may: the field, and nothing beside it. A refusal in
 * a non-null field takes its parent away, so a field that takes a scope which those who get to its
 * parent need not have must be nullable, it or what leads to it.
 */
const api = useApi();

const schema = buildApiSchema(resolverClasses);
const rules: FieldAccessTable = fieldAccess;

/** Scopes of which one is enough, by name; e.g. `loyalty:read|loyalty:adjust`. */
type Need = string;

function needOf(name: string): Need | null {
  const { scope, orScope } = rules[name] ?? {};
  if (scope === undefined) return null;
  return orScope === undefined ? scope : `${scope}|${orScope}`;
}

function isMetBy(need: Need, held: ReadonlySet<Need>): boolean {
  return held.has(need) || need.split('|').some((scope) => held.has(scope));
}

interface Edge {
  readonly parent: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly types: readonly GraphQLObjectType[];
}

const types = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && !type.name.startsWith('__'),
) as GraphQLObjectType[];
const edges = types.flatMap((type) =>
  Object.values(type.getFields()).map(
    (field): Edge => ({ parent: type.name, field, types: possible(getNamedType(field.type)) }),
  ),
);
const nameOf = ({ parent, field }: Edge) => `${parent}.${field.name}`;

function possible(type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

/** Of each type what somebody holds who got there, by each way there is. */
function waysTo(): ReadonlyMap<string, readonly ReadonlySet<Need>[]> {
  const ways = new Map<string, Map<string, ReadonlySet<Need>>>();
  const pending: [string, ReadonlySet<Need>][] = [];
  const add = (type: string, held: ReadonlySet<Need>) => {
    const key = [...held].sort().join();
    const known = ways.get(type) ?? new Map();
    ways.set(type, known);
    if (known.has(key)) return;
    known.set(key, held);
    pending.push([type, held]);
  };
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    if (root) add(root.name, new Set());
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [parent, held] = next;
    for (const edge of edges.filter((one) => one.parent === parent)) {
      const need = needOf(nameOf(edge));
      // `me` is not for keys.
      if (rules[nameOf(edge)]?.customer === true && need === null && parent === 'Query') continue;
      const heldBelow = need === null ? held : new Set([...held, need]);
      for (const type of edge.types) add(type.name, heldBelow);
    }
  }
  return new Map([...ways].map(([type, known]) => [type, [...known.values()]]));
}

/** What a field of a type can be refused for, so that its parent is lost with it. */
function lossesOf(edge: Edge, held: ReadonlySet<Need>, seen: readonly string[] = []): Set<Need> {
  if (!isNonNullType(edge.field.type)) return new Set();
  const need = needOf(nameOf(edge));
  if (need !== null && !isMetBy(need, held)) return new Set([need]);
  const heldBelow = need === null ? held : new Set([...held, need]);
  const below = edge.types
    .filter(({ name }) => !seen.includes(name))
    .flatMap((type) => edges.filter(({ parent }) => parent === type.name))
    .flatMap((one) => [...lossesOf(one, heldBelow, [...seen, one.parent])]);
  return new Set(below);
}

test('no field takes others away that whoever asks may see', () => {
  const faults = [...waysTo()].flatMap(([type, ways]) =>
    ways.flatMap((held) => {
      const fields = edges.filter(({ parent }) => parent === type);
      const losses = fields.map((edge) => ({
        edge,
        lost: [...lossesOf(edge, held)].sort().join(),
      }));
      // Where every field that cannot be null is lost for one reason, nothing is lost beside it.
      const nonNull = losses.filter(({ edge }) => isNonNullType(edge.field.type));
      const reasons = new Set(nonNull.map(({ lost }) => lost));
      const isRoot = type === 'Query' || type === 'Mutation';
      if (reasons.size <= 1 || isRoot) return [];
      return nonNull
        .filter(({ lost }) => lost !== '')
        .map(({ edge, lost }) => `${nameOf(edge)} (${lost}) by way of ${[...held].join(' ')}`);
    }),
  );
  expect([...new Set(faults)].sort()).toEqual([]);
});

describe('a key that asks for more than it may', () => {
  let ada = '';

  beforeAll(async () => {
    ada = await newProfile(api, 'ada', order('ada', 10));
  });

  it.each<[string, Scope]>([
    ['loyalty { balance }', 'loyalty:read'],
    ['referrals { code }', 'referrals:read'],
    ['feedback { edges { cursor } }', 'feedback:read'],
    ['events { edges { cursor } }', 'events:read'],
  ])('for %s keeps the profile', async (selection, scope) => {
    const key = await api.key(...scopeNames.filter((one) => one !== scope));
    const { data, errors } = await api.query(
      `query ($id: ID!) { profile(id: $id) { id it: ${selection} } }`,
      { id: ada },
      { key },
    );
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', scope }]);
    expect(data).toEqual({ profile: { id: ada, it: null } });
  });

  it('for the profiles of its events is told what became of these', async () => {
    const { data, errors } = await api.query(
      `mutation ($events: [EventInput!]!) {
        recordEvents(events: $events) { accepted profiles { id } } }`,
      { events: [{ name: 'Page Viewed', identifiers: [userIdentifier('ada')] }] },
      { key: await api.key('events:write') },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(data).toEqual({ recordEvents: { accepted: 1, profiles: null } });
  });
});
