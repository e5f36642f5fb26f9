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

/** One over every entity and migration, for whoever changes the schema or compares it. */
export function createSchemaDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource({
    ...optionsOf(settings),
    entities: [join(__dirname, '../../{domains,platform}/**/*.entity.{ts,js}')],
    migrations: [join(__dirname, '../../../migrations/*.{ts,js}')],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
  });
}

function optionsOf(settings: DataSourceSettings): PostgresConnectionOptions {
  return {
    type: 'postgres',
    url: settings.url,
    extra: {
      max: settings.poolSizeMax,
      statement_timeout: settings.statementTimeoutMs,
      application_name: 'perennial',
      // Statements of a transaction that do not need each other's answers travel together.
      pipeline: true,
      // Every instant is UTC, whatever the server's setting.
      options: '-c timezone=UTC',
      types: { getTypeParser },
    },
  };
}

/**
 * Points and money are 64 bits wide: a JavaScript number would round them silently. Days stay
 * text, since the driver would read them in the process's own time zone.
 */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary' && oid === pg.types.builtins.INT8) return BigInt;
  if (format !== 'binary' && oid === pg.types.builtins.DATE) return String;
  return pg.types.getTypeParser(oid, format);
}
