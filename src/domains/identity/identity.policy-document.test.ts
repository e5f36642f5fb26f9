import { defaultIdentityPolicy } from './identity.policy';
import { readIdentityPolicy } from './identity.policy-document';

function faultsOf(document: unknown): readonly string[] {
  const reading = readIdentityPolicy(document);
  return reading.valid ? [] : reading.faults;
}

const user = { name: 'user_id', normaliser: 'ID', priority: 2, uniqueToPerson: true };
const email = {
  name: 'email',
  normaliser: 'EMAIL',
  priority: 1,
  limit: { max: 5, windowDays: 30 },
};

it('what is left out is as in the default policy', () => {
  expect(readIdentityPolicy({})).toEqual({ valid: true, policy: defaultIdentityPolicy });
});

it('the default policy can be written as a document', () => {
  const document: unknown = JSON.parse(
    JSON.stringify({ ...defaultIdentityPolicy, traitStrategies: {} }),
  );
  expect(readIdentityPolicy(document)).toEqual({ valid: true, policy: defaultIdentityPolicy });
});

it('is read with all its parts', () => {
  const provider = { domain: 'gmail.com', aliases: ['googlemail.com'], ignoreDots: true };
  const reading = readIdentityPolicy({
    namespaces: [user, { ...email, followsPerson: true }],
    junkValues: ['', 'n/a'],
    phoneRegion: 'DE',
    emailProviders: [provider],
    valueLengthMax: 400,
    identifiersPerProfileMax: 10,
    mergesPerProfileMax: 0,
    tenantsPerIdentifierMax: 7,
    relinking: 'NEW_EVIDENCE',
    traitStrategies: { interests: 'UNION', __proto: 'MAX', toString: 'MIN' },
    traitMasking: { shoe_Colour: 'SHOWN', plan: 'MASKED' },
    propertyMasking: { recipient: 'SHOWN', giftFor: 'MASKED' },
  });
  expect(reading).toEqual({
    valid: true,
    policy: {
      namespaces: [
        { ...user, limit: { max: 1, windowDays: null }, followsPerson: false },
        { ...email, uniqueToPerson: false, followsPerson: true },
      ],
      junkValues: ['', 'n/a'],
      phoneRegion: 'DE',
      emailProviders: [{ ...provider, dropPlusTags: false }],
      valueLengthMax: 400,
      identifiersPerProfileMax: 10,
      mergesPerProfileMax: 0,
      tenantsPerIdentifierMax: 7,
      relinking: 'NEW_EVIDENCE',
      traitStrategies: new Map([
        ['interests', 'UNION'],
        ['__proto', 'MAX'],
        ['toString', 'MIN'],
      ]),
      // On top of what is so by default: forgetting a name must not show it.
      traitMasking: new Map([
        ...defaultIdentityPolicy.traitMasking,
        ['shoecolour', 'SHOWN'],
        ['plan', 'MASKED'],
      ]),
      propertyMasking: new Map([
        ...defaultIdentityPolicy.propertyMasking,
        ['recipient', 'SHOWN'],
        ['giftfor', 'MASKED'],
      ]),
    },
  });
});

it('a limit without a window is one for ever', () => {
  const reading = readIdentityPolicy({ namespaces: [{ ...email, limit: { max: 3 } }] });
  expect(reading).toMatchObject({
    policy: { namespaces: [{ limit: { max: 3, windowDays: null } }] },
  });
});

describe('a fault is told with its place', () => {
  it.each<[unknown, string]>([
    [null, 'the policy: must be an object'],
    [[], 'the policy: must be an object'],
    ['x', 'the policy: must be an object'],
    [{ namespace: [] }, 'namespace: must not be there'],
    [{ namespaces: {} }, 'namespaces: must be a list of 1 to 50'],
    [{ namespaces: [] }, 'namespaces: must be a list of 1 to 50'],
    [{ namespaces: [user, null] }, 'namespaces[1]: must be an object'],
    [{ namespaces: [{ ...user, name: 'User' }] }, 'namespaces[0].name: must be lower-case'],
    [{ namespaces: [{ ...user, name: 'a'.repeat(51) }] }, 'namespaces[0].name: must be'],
    [
      { namespaces: [{ ...user, name: 'profile_id' }] },
      'namespaces[0].name: must not be profile_id',
    ],
    [
      { namespaces: [{ ...user, normaliser: 'id' }] },
      'namespaces[0].normaliser: must be one of ID',
    ],
    [{ namespaces: [{ ...user, priority: 1.5 }] }, 'namespaces[0].priority: must be a whole'],
    [{ namespaces: [{ ...user, priority: '1' }] }, 'namespaces[0].priority: must be a whole'],
    [
      { namespaces: [{ ...user, uniqueToPerson: 1 }] },
      'namespaces[0].uniqueToPerson: must be true',
    ],
    [
      { namespaces: [{ ...user, limit: { max: 2 } }] },
      'namespaces[0].limit: must be left out, or max 1',
    ],
    [
      { namespaces: [{ ...user, limit: { max: 1, windowDays: 7 } }] },
      'namespaces[0].limit: must be left out, or max 1',
    ],
    [
      { namespaces: [{ ...user, followsPerson: true }] },
      'namespaces[0].followsPerson: must be left out or false',
    ],
    [{ tenantsPerIdentifierMax: 0 }, 'tenantsPerIdentifierMax: must be a whole number from 1'],
    [{ relinking: 'ALWAYS' }, 'relinking: must be one of NEVER, NEW_EVIDENCE'],
    [{ namespaces: [{ ...email, limit: undefined }] }, 'namespaces[0].limit: must be an object'],
    [{ namespaces: [user, { ...email, limit: { max: 0 } }] }, 'namespaces[1].limit.max: must be'],
    [
      { namespaces: [{ ...email, limit: { max: 1, windowDays: 0 } }] },
      'namespaces[0].limit.windowDays: must be a whole number from 1 to 3650 or null',
    ],
    [
      { namespaces: [{ ...email, limit: { max: 1, window: 1 } }] },
      'namespaces[0].limit.window: must not',
    ],
    [
      { namespaces: [user, { ...email, priority: 2 }] },
      'namespaces[1].priority: must not be that of [0]',
    ],
    [
      { namespaces: [user, { ...user, priority: 9 }] },
      'namespaces[1].name: must not be that of [0]',
    ],
    [{ junkValues: 'null' }, 'junkValues: must be a list'],
    [{ junkValues: ['a', 1] }, 'junkValues[1]: must be text in lower case'],
    [{ junkValues: ['Null'] }, 'junkValues[0]: must be text in lower case'],
    [{ junkValues: [' x'] }, 'junkValues[0]: must be text in lower case'],
    [{ phoneRegion: 'ZZ' }, 'phoneRegion: must be a region with phone numbers'],
    [{ phoneRegion: 'gb' }, 'phoneRegion: must be an ISO 3166-1 code'],
    [{ phoneRegion: '' }, 'phoneRegion: must be an ISO 3166-1 code'],
    [{ emailProviders: [{}] }, 'emailProviders[0].domain: must be a domain'],
    [{ emailProviders: [{ domain: 'a@b' }] }, 'emailProviders[0].domain: must be a domain'],
    [{ emailProviders: [{ domain: 'G.com' }] }, 'emailProviders[0].domain: must be a domain'],
    [
      { emailProviders: [{ domain: 'a.io', aliases: ['b.io', 1] }] },
      'emailProviders[0].aliases[1]: must be a domain',
    ],
    [
      { emailProviders: [{ domain: 'a.io' }, { domain: 'b.io', aliases: ['a.io'] }] },
      'emailProviders: must not name a.io twice',
    ],
    [{ valueLengthMax: 401 }, 'valueLengthMax: must be a whole number from 1 to 400'],
    [{ identifiersPerProfileMax: 0 }, 'identifiersPerProfileMax: must be a whole number from 1'],
    [{ mergesPerProfileMax: -1 }, 'mergesPerProfileMax: must be a whole number from 0'],
    [{ mergesPerProfileMax: null }, 'mergesPerProfileMax: must be a whole number from 0'],
    [{ traitMasking: { name: 'HIDDEN' } }, 'traitMasking.name: must be one of MASKED, SHOWN'],
    [{ propertyMasking: ['name'] }, 'propertyMasking: must be an object'],
    [{ traitStrategies: ['MAX'] }, 'traitStrategies: must be an object'],
    [{ traitStrategies: { age: 'GREATEST' } }, 'traitStrategies.age: must be one of LATEST'],
  ])('%j', (document, expected) => {
    expect(faultsOf(document).filter((one) => one.startsWith(expected))).toHaveLength(1);
  });

  it('and all of them at once', () => {
    expect(
      faultsOf({
        namespaces: [
          { ...user, priority: -1 },
          { ...email, limit: { max: 'x', windowDays: null } },
        ],
        valueLengthMax: 0,
        extra: 1,
      }).map((one) => one.split(':')[0]),
    ).toEqual(['extra', 'namespaces[0].priority', 'namespaces[1].limit.max', 'valueLengthMax']);
  });
});
