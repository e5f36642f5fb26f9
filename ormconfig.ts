import 'reflect-metadata';
import { readConfig } from './src/config';
import { createDataSource } from './src/platform/database/data-source';

/**
 * The data source for TypeORM's own command line, e.g. `npx typeorm migration:revert -d
 * dist/ormconfig.js`. The product itself migrates at its start.
 */
const config = readConfig(process.env);

export default createDataSource({
  url: config.databaseUrl ?? 'postgres://localhost/perennial',
  poolSizeMax: config.databasePoolSizeMax,
  statementTimeoutMs: 0,
});
