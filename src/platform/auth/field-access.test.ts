import { buildSchema, graphql, isObjectType } from 'graphql';
import { RequestContext } from '../graphql/context';
import type { Caller } from './caller';
import type { Disguises } from './disguise';
import { applyFieldAccess, refuseField, showsAsIs } from './field-access';
import type { FieldAccess, FieldAccessTable, FieldRule } from './field-rule';
import { Pseudonyms } from './pseudonyms';
import type { Scope } from './scopes';

const SDL = `
  type Query { me: Person, person: Person, thing: Thing, things: [Any] }
  type Mutation { write: Int }
  type Person implements Named { id: Int, name: String, points: Int, pets: Pets, rival: ID }
  type Pets { edges: [Pet!]!, pageInfo: Page! }
  type Pet { cursor: String!, name: String }
  type Page { endCursor: String }
  type Thing { id: Int, size: Int }
  interface Named { name: String }
  union Any = Thing
`;

const rules: FieldAccessTable = {
  'Query.me': { customer: true },
  'Query.person': { scope: 'profiles:read' },
  'Query.thing': { scope: 'profiles:read' },
  'Query.things': { scope: 'profiles:read' },
  'Mutation.write': { scope: 'events:write' },
  'Person.id': { scope: 'profiles:read', customer: true },
  'Person.name': { goesAlong: true, customer: true, masked: 'INITIAL' },
  'Person.points': { scope: 'loyalty:read' },
  'Person.pets': { goesAlong: true, customer: true, sealsCursors: true },
  'Person.rival': { goesAlong: true, customer: true, pseudonymous: true },
};

const complete: FieldAccess = {
  rules,
  alongForCustomers: { Pets: 'edges pageInfo', Pet: 'cursor name', Page: 'endCursor' },
  alongForKeys: { Thing: 'id size' },
};

const disguises: Disguises = {
  masks: { INITIAL: (name) => `${String(name).slice(0, 1)}***` },
  pseudonyms: new Pseudonyms(Buffer.alloc(32, 7)),
};

const customer: Caller = {
  kind: 'CUSTOMER',
  identifier: { namespace: 'user_id', value: 'ada' },
};

function key(...scopes: Scope[]): Caller {
  return { kind: 'KEY', name: 'k', scopes: new Set(scopes) };
}

describe('what is decided of the fields', () => {
  it.each<[string, Partial<FieldAccess>, string]>([
    ['lacks a field of Query', { rules: without('Query.person') }, 'Query.person has no entry'],
    ['lacks a field of Mutation', { rules: without('Mutation.write') }, 'Mutation.write has no'],
    ['lacks a field of any type', { alongForKeys: { Thing: 'id' } }, 'Thing.size has no entry'],
    ['lacks a type', { alongForKeys: {} }, 'Thing.id has no entry; Thing.size has no entry'],
    [
      'names a field that does not exist',
      { rules: { ...rules, 'Person.age': { customer: true } } },
      'Person.age does not exist',
    ],
    [
      'names a field that goes along and does not exist',
      { alongForKeys: { Thing: 'id size weight' } },
      'Thing.weight does not exist',
    ],
    [
      'names a type that does not exist',
      { alongForKeys: { Thing: 'id size', Ghost: 'id' } },
      'Ghost.id does not exist',
    ],
    [
      'names a field twice',
      { rules: { ...rules, 'Thing.id': { scope: 'profiles:read' } } },
      'Thing.id has two entries',
    ],
    ['admits nobody', { rules: { ...rules, 'Person.id': {} } }, 'the rule of Person.id admits'],
    [
      'lets a root field go along',
      { rules: { ...rules, 'Query.thing': { goesAlong: true } } },
      'Query.thing goes along with nothing',
    ],
    [
      'names no mask that there is',
      { rules: { ...rules, 'Person.id': { goesAlong: true, masked: 'NOSE' } } },
      'there is no mask NOSE for Person.id',
    ],
    [
      'lets customers get where only keys do',
      { rules: { ...rules, 'Query.thing': { customer: true } } },
      'Thing.id is not for customers, and they get there',
    ],
    [
      'lets customers get there through a union',
      { rules: { ...rules, 'Query.things': { customer: true } } },
      'Thing.size is not for customers, and they get there',
    ],
    [
      'admits customers where they do not get',
      { rules: { ...rules, 'Query.me': { scope: 'profiles:read' } } },
      'Pet.name is for customers, and they do not get there',
    ],
    [
      'has two faults',
      { rules: { ...without('Query.me'), 'X.y': { customer: true } } },
      'Query.me has no entry; X.y does not exist',
    ],
  ])('that %s stops the start', (_name, change, message) => {
    const access = { ...complete, ...change };
    expect(() => applyFieldAccess(buildSchema(SDL), access, disguises)).toThrow(message);
  });

  it('leaves alone the fields that go along', () => {
    const schema = buildSchema(SDL);
    applyFieldAccess(schema, complete, disguises);
    const thing = schema.getType('Thing');
    expect(thing && 'getFields' in thing && thing.getFields()['id']).toHaveProperty(
      'resolve',
      undefined,
    );
  });

  function without(name: string): FieldAccessTable {
    return Object.fromEntries(Object.entries(rules).filter(([field]) => field !== name));
  }
});

describe('a schema for keys that see everything as it is', () => {
  const schema = buildSchema(SDL);
  const plain = applyFieldAccess(schema, complete, disguises);
  const resolverOf = (name: string) => {
    const person = plain.getType('Person');
    return isObjectType(person) ? person.getFields()[name]?.resolve : null;
  };

  it('has nothing before the fields that are only disguised', () => {
    expect([resolverOf('name'), resolverOf('rival'), resolverOf('pets')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('refuses what takes a scope all the same', async () => {
    const contextValue = new RequestContext('r', key('profiles:read', 'personal-data:read'));
    const rootValue = { person: { id: 1, name: 'Ada', points: 7 } };
    const source = '{ person { id name points } }';
    const result = await graphql({ schema: plain, source, rootValue, contextValue });
    expect(result.data).toEqual({ person: { id: 1, name: 'Ada', points: null } });
    expect(result.errors?.[0]?.message).toContain('loyalty:read');
  });

  it.each<[string, Caller, boolean]>([
    ['a key with the scope', key('personal-data:read'), true],
    ['a key without', key('profiles:read'), false],
    ['a customer, who sees pseudonyms', customer, false],
  ])('is not for everybody: %s', (_who, caller, isFor) => {
    expect(showsAsIs(caller)).toBe(isFor);
  });
});

describe('a guarded schema', () => {
  const points = jest.fn(() => 7);
  const pets = jest.fn((_args: { after?: string }) => ({
    edges: [{ cursor: 'at-rex', name: 'Rex' }],
    pageInfo: { endCursor: 'at-rex' },
  }));
  const ada = { id: 1, name: 'Ada', points, pets, rival: 'prf_1' };

  const SDL_OF_PAGES = SDL.replace('pets: Pets', 'pets(after: String): Pets');

  async function ask(source: string, caller: Caller) {
    const schema = buildSchema(SDL_OF_PAGES);
    applyFieldAccess(schema, complete, disguises);
    const rootValue = { me: ada, person: async () => ada };
    const contextValue = new RequestContext('r', caller);
    const { data, errors = [] } = await graphql({ schema, source, rootValue, contextValue });
    return { data: JSON.parse(JSON.stringify(data)) as never, errors };
  }

  interface Pets {
    readonly me: {
      readonly pets: {
        readonly edges: readonly [{ readonly cursor: string }];
        readonly pageInfo: { readonly endCursor: string };
      } | null;
    };
  }

  it('refuses before it resolves, and passes the rest on', async () => {
    const { data } = await ask('{ person { id points } }', key('profiles:read'));
    expect(data).toEqual({ person: { id: 1, points: null } });
    expect(points).not.toHaveBeenCalled();
  });

  it.each<[string, Caller, string]>([
    ['a key without the scope for personal data', key('profiles:read'), 'A***'],
    ['a key with it', key('profiles:read', 'personal-data:read'), 'Ada'],
    ['a source without it', { ...key('profiles:read'), kind: 'SOURCE' } as Caller, 'A***'],
  ])('to %s shows what it may see', async (_who, caller, name) => {
    expect((await ask('{ person { name rival } }', caller)).data).toEqual({
      person: { name, rival: 'prf_1' },
    });
  });

  it('shows customers what is theirs, and pseudonyms of others', async () => {
    const { data } = await ask('{ me { name rival } }', customer);
    expect(data).toEqual({ me: { name: 'Ada', rival: expect.stringMatching(/^psn_/) } });
  });

  it('masks nothing where there is nothing', async () => {
    const { name } = ada;
    Object.assign(ada, { name: null });
    const { data } = await ask('{ person { name } }', key('profiles:read'));
    Object.assign(ada, { name });
    expect(data).toEqual({ person: { name: null } });
  });

  it('gives customers cursors that say nothing, and takes only their own', async () => {
    const PAGE = '{ me { pets { edges { cursor name } pageInfo { endCursor } } } }';
    const { data } = await ask(PAGE, customer);
    const page = (data as Pets).me.pets;
    const cursor = page?.pageInfo.endCursor ?? '';
    for (const one of [cursor, page?.edges[0].cursor ?? '']) {
      expect(Buffer.from(one, 'base64url').toString()).not.toContain('rex');
    }
    const next = (after: string) => `{ me { pets(after: "${after}") { edges { name } } } }`;
    await ask(next(cursor), customer);
    expect(pets.mock.lastCall?.[0]).toEqual({ after: 'at-rex' });
    const bob: Caller = { ...customer, identifier: { namespace: 'user_id', value: 'bob' } };
    for (const [after, caller] of [
      [cursor, bob],
      ['at-rex', customer],
      ['', customer],
      [`${cursor.slice(0, -2)}AA`, customer],
    ] as const) {
      const { errors } = await ask(next(after), caller);
      expect(errors.map(({ message }) => message)).toEqual([
        expect.stringContaining('Not a cursor of this list'),
      ]);
    }
  });

  it('leaves the cursors of keys as they are', async () => {
    const { data } = await ask('{ person { pets { edges { cursor } } } }', key('profiles:read'));
    expect(data).toEqual({ person: { pets: { edges: [{ cursor: 'at-rex' }] } } });
  });
});

describe('refuseField', () => {
  it.each<[FieldRule, string, Caller, string | null]>([
    [{ scope: 'loyalty:read' }, 'a key with the scope', key('loyalty:read'), null],
    [{ scope: 'loyalty:read' }, 'a key with another', key('events:read'), 'loyalty:read'],
    [{ scope: 'loyalty:read' }, 'a customer', customer, "customer's own token"],
    [
      { scope: 'loyalty:read', orScope: 'loyalty:adjust' },
      'a key with the second',
      key('loyalty:adjust'),
      null,
    ],
    [
      { scope: 'loyalty:read', orScope: 'loyalty:adjust' },
      'a key with another',
      key('events:read'),
      'loyalty:read',
    ],
    [{ customer: true }, 'a customer', customer, null],
    [{ customer: true }, 'a key', key('loyalty:read'), 'not for keys'],
    [{ goesAlong: true }, 'any key', key(), null],
    [{ goesAlong: true }, 'a customer', customer, "customer's own token"],
    [{ goesAlong: true, customer: true }, 'a customer', customer, null],
    [{ scope: 'loyalty:read', customer: true }, 'a customer', customer, null],
    [{ scope: 'loyalty:read', customer: true }, 'a key without', key(), 'loyalty:read'],
  ])('%j for %s', (rule, _who, caller, message) => {
    const refusal = refuseField('points', rule, caller);
    if (message === null) expect(refusal).toBeNull();
    else
      expect([refusal?.code, refusal?.message]).toEqual([
        'FORBIDDEN',
        expect.stringContaining(message),
      ]);
  });
});
