import { buildSchema, graphql } from 'graphql';
import { RequestContext } from '../graphql/context';
import type { Caller } from './caller';
import {
  applyFieldAccess,
  type FieldAccessTable,
  type FieldRule,
  refuseField,
} from './field-access';
import type { Scope } from './scopes';

const SDL = `
  type Query { me: Person, person: Person, other: Other }
  type Mutation { write: Int }
  type Person { id: Int, points: Int }
  type Other { id: Int }
`;

const complete: FieldAccessTable = {
  'Query.me': { customer: true },
  'Query.person': { scope: 'profiles:read' },
  'Query.other': { scope: 'profiles:read' },
  'Mutation.write': { scope: 'events:write' },
  'Person.id': { scope: 'profiles:read', customer: true },
  'Person.points': { scope: 'loyalty:read' },
};

const customer: Caller = {
  kind: 'CUSTOMER',
  identifier: { namespace: 'user_id', value: 'ada' },
};

function key(...scopes: Scope[]): Caller {
  return { kind: 'KEY', name: 'k', scopes: new Set(scopes) };
}

describe('the table', () => {
  it.each<[string, FieldAccessTable, string]>([
    ['lacks a field of Query', without('Query.person'), 'Query.person has no rule'],
    ['lacks a field of Mutation', without('Mutation.write'), 'Mutation.write has no rule'],
    ['lacks a field of a listed type', without('Person.points'), 'Person.points has no rule'],
    [
      'names a field that does not exist',
      { ...complete, 'Person.name': { customer: true } },
      'Person.name does not exist',
    ],
    ['admits nobody', { ...complete, 'Person.id': {} }, 'the rule of Person.id admits nobody'],
    ['has two faults', { ...without('Query.me'), 'X.y': { customer: true } }, 'X.y does not exist'],
  ])('that %s stops the start', (_name, table, message) => {
    expect(() => applyFieldAccess(buildSchema(SDL), table, ['Person'])).toThrow(message);
  });

  it('need not name the fields of other types, and leaves them alone', () => {
    const schema = buildSchema(SDL);
    applyFieldAccess(schema, complete, ['Person']);
    const other = schema.getType('Other');
    expect(other && 'getFields' in other && other.getFields()['id']).toHaveProperty(
      'resolve',
      undefined,
    );
  });

  it('guards fields before they are resolved, and passes the rest on', async () => {
    const schema = buildSchema(SDL);
    applyFieldAccess(schema, complete, ['Person']);
    const points = jest.fn(() => 7);
    const result = await graphql({
      schema,
      source: '{ person { id points } }',
      rootValue: { person: { id: 1, points } },
      contextValue: new RequestContext('r', key('profiles:read')),
    });
    expect(result.data).toEqual({ person: { id: 1, points: null } });
    expect(points).not.toHaveBeenCalled();
  });

  function without(name: string): FieldAccessTable {
    return Object.fromEntries(Object.entries(complete).filter(([field]) => field !== name));
  }
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
