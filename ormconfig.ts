import 'reflect-metadata';
import { readConfig } from './src/config';
import { createSchemaDataSource } from './src/schema-files';

/**
 * The data source for TypeORM's own command line, e.g. `npx typeorm migration:revert -d
 * dist/ormconfig.js`. The product itself migrates at its start.
 */
const config = readConfig(process.env);
if (config.databaseUrl === null) {
  throw new Error(
    'Set DATABASE_URL to the database to work on; docs/guides/operations.md has the embedded one.',
  );
}

export default createSchemaDataSource({
  url: config.databaseUrl,
  poolSizeMax: config.databasePoolSizeMax,
  statementTimeoutMs: 0,
});
