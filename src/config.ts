import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  defaultIdentityPolicy,
  type IdentityPolicy,
  isPhoneRegion,
  readIdentityPolicy,
} from './domains/identity';
import { JWT_SECRET_BYTES_MIN } from './platform/auth/jwt';

/** Everything that can be set from outside, validated. Read once, at the start of the process. */
export interface Config {
  readonly host: string;
  /** Null: 4000, or the next free one after it. */
  readonly port: number | null;
  /** Null: start an embedded PostgreSQL in `dataFolder`. */
  readonly databaseUrl: string | null;
  readonly dataFolder: string;
  readonly databasePoolSizeMax: number;
  readonly statementTimeoutMs: number;
  readonly demoData: boolean;
  readonly demoCustomers: number;
  readonly logLevel: LogLevel;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly bodyBytesMax: number;
  readonly eventBytesMax: number;
  readonly eventsPerRequestMax: number;
  readonly messageIdLengthMax: number;
  readonly queryDepthMax: number;
  /** 0: every operation is interpreted. */
  readonly compiledOperationsMax: number;
  /** 0 for no limit. */
  readonly requestsPerMinuteMax: number;
  readonly trustProxy: boolean;
  readonly drainMs: number;
  readonly jwtSecret: string | null;
  readonly jwtJwksUrl: string | null;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
  readonly jwtIdentifierNamespace: string;
  readonly currencyCode: string;
  readonly identityPolicy: IdentityPolicy;
  readonly jobs: boolean;
  readonly jobIntervalMs: number;
  /** How far customers have to have moved for a model to be proposed. 0: none is. */
  readonly lifecycleDriftPercentMin: number;
  readonly quarantineRetentionDays: number;
  /** Null: for ever. */
  readonly eventRetentionDays: number | null;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** The environment does not make a configuration. Says everything that is wrong, at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from environment variables. The README's table of settings describes
 * each of them.
 * @throws ConfigError naming every variable that is at fault
 */
export function readConfig(environment: Environment): Config {
  const read = new Reader(environment);
  const isProduction =
    read.oneOf('NODE_ENV', ['development', 'production', 'test'], 'development') === 'production';
  const databaseUrl = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const config: Config = {
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', null, 0, 65_535),
    databaseUrl,
    dataFolder: resolve(read.text('DATA_FOLDER') ?? '.data'),
    databasePoolSizeMax: read.integer('DATABASE_POOL_SIZE', 10, 2, 500),
    statementTimeoutMs: read.integer('STATEMENT_TIMEOUT_MS', 15_000, 100, 600_000),
    // A database of one's own is not the place for invented customers, unless asked for.
    demoData: read.boolean('DEMO_DATA', databaseUrl === null && !isProduction),
    demoCustomers: read.integer('DEMO_CUSTOMERS', 2_000, 50, 5_000),
    // On a developer's terminal the banner matters more than a line for every request.
    logLevel: read.oneOf('LOG_LEVEL', logLevels, isProduction ? 'info' : 'warn'),
    graphiql: read.boolean('GRAPHIQL', !isProduction),
    introspection: read.boolean('INTROSPECTION', !isProduction),
    bodyBytesMax: read.integer('BODY_BYTES_MAX', 4 * 1024 * 1024, 1024, 64 * 1024 * 1024),
    eventBytesMax: read.integer('EVENT_BYTES_MAX', 32 * 1024, 1024, 1024 * 1024),
    eventsPerRequestMax: read.integer('EVENTS_PER_REQUEST_MAX', 2_500, 1, 100_000),
    messageIdLengthMax: read.integer('MESSAGE_ID_LENGTH_MAX', 100, 1, 1_000),
    queryDepthMax: read.integer('QUERY_DEPTH_MAX', 12, 1, 50),
    compiledOperationsMax: read.integer('COMPILED_OPERATIONS_MAX', 500, 0, 10_000),
    requestsPerMinuteMax: read.integer('REQUESTS_PER_MINUTE_MAX', 0, 0, 10_000_000),
    trustProxy: read.boolean('TRUST_PROXY', false),
    drainMs: read.integer('DRAIN_MS', 0, 0, 600_000),
    jwtSecret: read.secret('JWT_SECRET', JWT_SECRET_BYTES_MIN),
    jwtJwksUrl: read.url('JWT_JWKS_URL', ['https:', 'http:']),
    jwtIssuer: read.text('JWT_ISSUER'),
    jwtAudience: read.text('JWT_AUDIENCE'),
    jwtIdentifierNamespace: read.text('JWT_IDENTIFIER_NAMESPACE') ?? 'user_id',
    currencyCode: read.matching('CURRENCY', /^[A-Z]{3}$/, 'USD', 'an ISO 4217 code like USD'),
    identityPolicy: read.identityPolicy('IDENTITY_POLICY_FILE', {
      ...defaultIdentityPolicy,
      phoneRegion: read.phoneRegion('PHONE_REGION', defaultIdentityPolicy.phoneRegion),
    }),
    jobs: read.boolean('JOBS', true),
    jobIntervalMs: read.integer('JOB_INTERVAL_MS', 60_000, 100, 86_400_000),
    lifecycleDriftPercentMin: read.integer('LIFECYCLE_DRIFT_PERCENT_MIN', 10, 0, 100),
    quarantineRetentionDays: read.integer('QUARANTINE_RETENTION_DAYS', 30, 1, 3_650),
    // Months are dropped whole: fewer days than one has would promise what is not done.
    eventRetentionDays: read.integer('EVENT_RETENTION_DAYS', null, 31, 36_500),
  };
  if (config.jwtSecret !== null && config.jwtJwksUrl !== null) {
    read.faults.push('JWT_SECRET and JWT_JWKS_URL exclude each other.');
  }
  const isNamespace = config.identityPolicy.namespaces.some(
    ({ name }) => name === config.jwtIdentifierNamespace,
  );
  if (!isNamespace && (config.jwtSecret !== null || config.jwtJwksUrl !== null)) {
    read.faults.push('JWT_IDENTIFIER_NAMESPACE must be a namespace of the identity policy.');
  }
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return Object.freeze(config);
}

/** Reads variables one by one and collects what is wrong with them. */
class Reader {
  readonly faults: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** Null where the variable is missing or blank. */
  text(name: string): string | null {
    const value = this.environment[name]?.trim() ?? '';
    return value === '' ? null : value;
  }

  integer<Fallback extends number | null>(
    name: string,
    fallback: Fallback,
    min: number,
    max: number,
  ): number | Fallback {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    return this.fault(name, `must be a whole number from ${min} to ${max}`, fallback);
  }

  boolean(name: string, fallback: boolean): boolean {
    const text = this.text(name)?.toLowerCase() ?? null;
    if (text === null) return fallback;
    if (['true', '1', 'on', 'yes'].includes(text)) return true;
    if (['false', '0', 'off', 'no'].includes(text)) return false;
    return this.fault(name, 'must be true or false', fallback);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const text = this.text(name);
    if (text === null) return fallback;
    const choice = choices.find((candidate) => candidate === text);
    return choice ?? this.fault(name, `must be one of ${choices.join(', ')}`, fallback);
  }

  matching(name: string, pattern: RegExp, fallback: string, form: string): string {
    const text = this.text(name) ?? fallback;
    return pattern.test(text) ? text : this.fault(name, `must be ${form}`, fallback);
  }

  url(name: string, protocols: readonly string[]): string | null {
    const text = this.text(name);
    if (text === null) return null;
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    return this.fault(name, `must be a URL that starts with ${protocols.join(' or ')}`, null);
  }

  secret(name: string, bytesMin: number): string | null {
    const text = this.text(name);
    if (text === null || Buffer.byteLength(text) >= bytesMin) return text;
    return this.fault(name, `must have at least ${bytesMin} bytes`, null);
  }

  phoneRegion(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (isPhoneRegion(text)) return text;
    return this.fault(name, 'must be an ISO 3166 code with phone numbers, like CN', fallback);
  }

  /** The identity policy in the file that the variable names. */
  identityPolicy(name: string, fallback: IdentityPolicy): IdentityPolicy {
    const path = this.text(name);
    if (path === null) return fallback;
    let document: unknown;
    try {
      document = JSON.parse(readFileSync(resolve(path), 'utf8'));
    } catch {
      return this.fault(name, 'must name a readable file of JSON', fallback);
    }
    const reading = readIdentityPolicy(document, fallback);
    if (reading.valid) return reading.policy;
    this.faults.push(...reading.faults.map((fault) => `${name}: ${fault}.`));
    return fallback;
  }

  private fault<Value>(name: string, expectation: string, fallback: Value): Value {
    // The value is not repeated: it may be a password.
    this.faults.push(`${name} ${expectation}.`);
    return fallback;
  }
}
