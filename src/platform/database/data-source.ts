import { join } from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';

export interface DataSourceSettings {
  readonly url: string;
  /** Connections kept open at most. */
  readonly poolSizeMax: number;
  /** A statement that runs longer is cancelled by the database. */
  readonly statementTimeoutMs: number;
}

/** The TypeORM data source over every entity and migration of the product; not yet connected. */
export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    entities: [join(__dirname, '../../{domains,platform}/**/*.entity.{ts,js}')],
    migrations: [join(__dirname, '../../../migrations/*.{ts,js}')],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
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
  });
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
