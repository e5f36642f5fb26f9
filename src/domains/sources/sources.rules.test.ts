import { scopeNames } from '../../platform/auth/scopes';
import { sourceScopes } from './sources.model';
import {
  checkedName,
  checkedSettings,
  defaultSourceSettings,
  type SourceSettings,
} from './sources.rules';

const known = new Set(['user_id', 'email', 'profile_id']);

function check(changes: Partial<SourceSettings>): SourceSettings {
  return checkedSettings({ ...defaultSourceSettings, ...changes }, known);
}

it.each(['web-shop', 'a', '0', 'crm.v2_eu', 'x'.repeat(64)])('%s is a name', (name) => {
  expect(checkedName(name)).toBe(name);
});

it.each(['', ' ', 'Web', 'web shop', '-web', 'läden', 'x'.repeat(65), 'a\n', 'key:x'])(
  '%j is no name',
  (name) => {
    expect(() => checkedName(name)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  },
);

it('by default a source records what it likes, and no browser does', () => {
  expect(check({})).toEqual({
    scopes: ['events:write'],
    eventsPerMinuteMax: null,
    namespaces: null,
    eventNames: null,
    origins: [],
  });
});

it.each<[string, Partial<SourceSettings>]>([
  ['the least rate', { eventsPerMinuteMax: 2_500 }],
  ['namespaces of the policy, and a profile by its id', { namespaces: [...known] }],
  ['names with spaces and in capitals', { eventNames: ['Order Completed', '注文'] }],
  ['origins with a port', { origins: ['https://shop.example', 'http://localhost:3000'] }],
  ['every origin', { origins: ['*'] }],
])('takes %s', (_name, changes) => {
  expect(check(changes)).toEqual({ ...defaultSourceSettings, ...changes });
});

it('keeps what is said twice once', () => {
  const twice = { scopes: ['events:write', 'events:write'], eventNames: ['A', 'A'] } as const;
  expect(check(twice)).toMatchObject({ scopes: ['events:write'], eventNames: ['A'] });
});

it.each<[string, Partial<SourceSettings>, string]>([
  ['no scope', { scopes: [] }, 'scopes'],
  ['a rate that a single request could pass', { eventsPerMinuteMax: 2_499 }, 'eventsPerMinuteMax'],
  ['half an event', { eventsPerMinuteMax: 2_500.5 }, 'eventsPerMinuteMax'],
  ['a namespace nobody knows', { namespaces: ['user_id', 'shoe'] }, 'namespaces'],
  ['no namespace at all', { namespaces: [] }, 'namespaces'],
  ['no event name at all', { eventNames: [] }, 'eventNames'],
  ['a blank event name', { eventNames: [' '] }, 'eventNames'],
  ['an event name of two lines', { eventNames: ['a\nb'] }, 'eventNames'],
  ['half a surrogate pair', { eventNames: ['\ud800'] }, 'eventNames'],
  ['an event name of 201 characters', { eventNames: ['x'.repeat(201)] }, 'eventNames'],
  ['an origin with a path', { origins: ['https://shop.example/'] }, 'origins'],
  ['a host without a scheme', { origins: ['shop.example'] }, 'origins'],
  ['an origin that is none', { origins: ['null'] }, 'origins'],
  ['a file', { origins: ['file:///etc'] }, 'origins'],
])('refuses %s', (_name, changes, field) => {
  expect(() => check(changes)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', details: expect.objectContaining({ field }) }),
  );
});

it.each(scopeNames.filter((scope) => !sourceScopes.includes(scope)))(
  'no source may %s',
  (scope) => {
    expect(() => check({ scopes: ['events:write', scope] })).toThrow(/has these at most/);
  },
);
