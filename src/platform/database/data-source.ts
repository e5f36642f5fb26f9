import { join } from 'node:path';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

type PostgresConnectionOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

export interface DataSourceSettings {
  readonly url: string;
  /** Connections kept open at most. */
  readonly poolSizeMax: number;
  /** A statement that runs longer is cancelled by the database. */
  readonly statementTimeoutMs: number;
}

/**
 * The TypeORM data source of the product at work; not yet connected. It knows neither entities nor
 * migrations, which take longer to load than to connect: every statement is SQL of ours.
 */
export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource(optionsOf(settings));
}

/**
 * Connections of their own for what is read by key, over and over: each text is planned once, for
 * any parameters. Left to itself PostgreSQL would plan anew each time, since one key looks cheaper
 * to it than the ten it expects, and to plan takes many times longer than to read. Nothing can be
 * written here.
 */
export function createReadPool({ options }: DataSource): pg.Pool {
  const { url, extra } = options as PostgresConnectionOptions;
  const pool = new pg.Pool({
    ...extra,
    connectionString: url,
    options: `${extra.options} -c plan_cache_mode=force_generic_plan -c default_transaction_read_only=on`,
  });
  // An idle connection was lost: the pool opens another one when it is needed.
  pool.on('error', () => undefined);
  return pool;
}

/** Where a schema is written down. */
export interface SchemaFiles {
  readonly migrationsFolder: string;
  /** A pattern of paths; left out where nothing is compared with the tables. */
  readonly entities?: string;
}

/** One that can change the schema. */
export function createMigratingDataSource(
  settings: DataSourceSettings,
  { migrationsFolder, entities }: SchemaFiles,
): DataSource {
  return new DataSource({
    ...optionsOf(settings),
    migrations: [join(migrationsFolder, '*.{ts,js}')],
    entities: entities === undefined ? [] : [entities],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
  });
}

function optionsOf(settings: DataSourceSettings): PostgresConnectionOptions {
  return {
    type: 'postgres',
    // Ours, and not one that TypeORM looks for by name: in a bundle that would be a second one, whose
    // errors are not those that we know.
    driver: pg,
    url: settings.url,
    extra: {
      max: settings.poolSizeMax,
      statement_timeout: settings.statementTimeoutMs,
      application_name: 'perennial',
      // Statements of a transaction that do not need each other's answers travel together.
      pipeline: true,
      // Every instant is UTC, whatever the server's setting.
      options: '-c timezone=UTC',
      types: { getTypeParser: typeParserOf },
    },
  };
}

/**
 * Points and money are 64 bits wide: a JavaScript number would round them silently. Days stay
 * text, since the driver would read them in the process's own time zone.
 */
export function typeParserOf(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary' && oid === pg.types.builtins.INT8) return BigInt;
  if (format !== 'binary' && oid === pg.types.builtins.DATE) return String;
  return pg.types.getTypeParser(oid, format);
}
