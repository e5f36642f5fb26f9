import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, ConfigError, readConfig } from './config';
import { defaultIdentityPolicy } from './domains/identity';

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

const SECRET = 'x'.repeat(32);

describe('without any setting', () => {
  const config = readConfig({});

  it('is ready for development, with a database of its own and demo data', () => {
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: null,
      databaseUrl: null,
      dataFolder: resolve('.data'),
      demoData: true,
      graphiql: true,
      introspection: true,
      jwtSecret: null,
      currencyCode: 'USD',
      jobs: true,
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });
});

describe('in production', () => {
  it('shows nothing and invents nobody', () => {
    expect(readConfig({ NODE_ENV: 'production' })).toMatchObject({
      demoData: false,
      graphiql: false,
      introspection: false,
      logLevel: 'info',
    });
  });

  it('does when told to', () => {
    const environment = { NODE_ENV: 'production', GRAPHIQL: 'on', DEMO_DATA: 'yes' };
    expect(readConfig(environment)).toMatchObject({ graphiql: true, demoData: true });
  });
});

it('invents nobody in a database that was given', () => {
  expect(readConfig({ DATABASE_URL: 'postgres://db/x' })).toMatchObject({ demoData: false });
});

describe('a setting', () => {
  it.each<[string, string, keyof Config, unknown]>([
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['PORT', ' 80 ', 'port', 80],
    ['PORT', '', 'port', null],
    ['PORT', '  ', 'port', null],
    ['HOST', '0.0.0.0', 'host', '0.0.0.0'],
    ['DATABASE_POOL_SIZE', '2', 'databasePoolSizeMax', 2],
    ['JOBS', 'off', 'jobs', false],
    ['JOBS', 'FALSE', 'jobs', false],
    ['JOBS', '1', 'jobs', true],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['CURRENCY', 'EUR', 'currencyCode', 'EUR'],
    ['DATA_FOLDER', 'here', 'dataFolder', resolve('here')],
    ['JWT_SECRET', SECRET, 'jwtSecret', SECRET],
    ['JWT_JWKS_URL', 'https://id.example.com/keys', 'jwtJwksUrl', 'https://id.example.com/keys'],
    ['DATABASE_URL', 'postgresql://u:p@h/d', 'databaseUrl', 'postgresql://u:p@h/d'],
    ['EVENT_RETENTION_DAYS', '31', 'eventRetentionDays', 31],
    ['EVENT_RETENTION_DAYS', '', 'eventRetentionDays', null],
    ['PERSISTED_OPERATIONS_FILE', 'list.json', 'persistedOperationsFile', resolve('list.json')],
    ['PERSISTED_OPERATIONS_FILE', 'list.json', 'automaticPersistedQueries', false],
    ['PERSISTED_OPERATIONS_FILE', 'list.json', 'graphiql', false],
    ['AUTOMATIC_PERSISTED_QUERIES', '', 'automaticPersistedQueries', true],
    ['UNKNOWN_SETTING', 'x', 'port', null],
  ])('%s=%j', (name, value, key, expected) => {
    expect(readConfig({ [name]: value })[key]).toBe(expected);
  });

  it.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '4000.5'],
    ['PORT', '4e3'],
    ['PORT', '0x10'],
    ['PORT', 'http'],
    ['DATABASE_POOL_SIZE', '1'],
    ['STATEMENT_TIMEOUT_MS', '99'],
    ['BODY_BYTES_MAX', '67108865'],
    ['EVENT_RETENTION_DAYS', '30'],
    ['JOBS', 'maybe'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_LEVEL', 'INFO'],
    ['NODE_ENV', 'prod'],
    ['CURRENCY', 'usd'],
    ['CURRENCY', 'EURO'],
    ['PHONE_REGION', 'CHN'],
    ['PHONE_REGION', 'ZZ'],
    ['PHONE_REGION', 'gb'],
    ['IDENTITY_POLICY_FILE', 'no-such-file.json'],
    ['IDENTITY_POLICY_FILE', 'README.md'],
    ['DATABASE_URL', 'mysql://db/x'],
    ['DATABASE_URL', 'not a url'],
    ['JWT_JWKS_URL', 'file:///etc/passwd'],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['OPERATION_TIMEOUT_MS', '0'],
    ['PERSISTED_OPERATIONS_MODE', 'enforce'],
  ])('%s=%j is refused, and the variable named', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must `)]);
  });
});

test('GraphiQL is there with a list of operations that is only tried out', () => {
  const list = { PERSISTED_OPERATIONS_FILE: 'list.json', PERSISTED_OPERATIONS_MODE: 'log' };
  expect(readConfig(list).graphiql).toBe(true);
  expect(readConfig({ ...list, GRAPHIQL: 'false' }).graphiql).toBe(false);
});

test('persisted queries are automatic or by a list', () => {
  const both = { AUTOMATIC_PERSISTED_QUERIES: 'true', PERSISTED_OPERATIONS_FILE: 'list.json' };
  expect(faultsOf(both)).toEqual([
    'AUTOMATIC_PERSISTED_QUERIES and PERSISTED_OPERATIONS_FILE exclude each other.',
  ]);
});

describe('faults', () => {
  const environment = {
    PORT: 'http',
    DATABASE_URL: 'mysql://admin:hunter2-password@db/x',
    JWT_SECRET: 'short-secret',
    GRAPHIQL: 'perhaps',
    CURRENCY: '$',
  };

  it('are told all at once', () => {
    expect(() => readConfig(environment)).toThrow(/5 fault/);
    for (const name of Object.keys(environment)) {
      expect(faultsOf(environment)).toContainEqual(expect.stringContaining(name));
    }
  });

  it('never repeat what was set, which may be secret', () => {
    const told = faultsOf(environment).join('\n');
    for (const secret of ['hunter2', 'short-secret', 'admin']) expect(told).not.toContain(secret);
  });

  it('are a namespace of tokens that the identity policy does not know', () => {
    expect(faultsOf({ JWT_SECRET: SECRET, JWT_IDENTIFIER_NAMESPACE: 'customer_no' })).toEqual([
      'JWT_IDENTIFIER_NAMESPACE must be a namespace of the identity policy.',
    ]);
    expect(faultsOf({ JWT_SECRET: SECRET, JWT_IDENTIFIER_NAMESPACE: 'member_card' })).toEqual([]);
  });

  it('are two ways of knowing customers at once', () => {
    expect(faultsOf({ JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://id.example.com' })).toEqual([
      'JWT_SECRET and JWT_JWKS_URL exclude each other.',
    ]);
  });
});

describe('the identity policy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  const file = join(folder, 'policy.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  function policyFrom(document: unknown, environment: Record<string, string> = {}) {
    writeFileSync(file, JSON.stringify(document));
    return readConfig({ IDENTITY_POLICY_FILE: file, ...environment }).identityPolicy;
  }

  it('is the default one, for the region that is set', () => {
    expect(readConfig({}).identityPolicy).toEqual(defaultIdentityPolicy);
    expect(readConfig({ PHONE_REGION: 'GB' }).identityPolicy.phoneRegion).toBe('GB');
  });

  it('is read from a file, whose region comes first', () => {
    const document = { phoneRegion: 'FR', valueLengthMax: 100 };
    expect(policyFrom(document, { PHONE_REGION: 'GB' })).toEqual({
      ...defaultIdentityPolicy,
      ...document,
    });
    expect(policyFrom({}, { PHONE_REGION: 'GB' }).phoneRegion).toBe('GB');
  });

  it('tells all its faults, with those of the other settings', () => {
    writeFileSync(file, JSON.stringify({ valueLengthMax: 0, phoneRegion: 'ZZ' }));
    expect(faultsOf({ IDENTITY_POLICY_FILE: file, PORT: 'http' })).toEqual([
      expect.stringMatching(/^PORT must/),
      'IDENTITY_POLICY_FILE: phoneRegion: must be a region with phone numbers.',
      'IDENTITY_POLICY_FILE: valueLengthMax: must be a whole number from 1 to 400.',
    ]);
  });
});
