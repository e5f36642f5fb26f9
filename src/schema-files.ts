import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import {
  createMigratingDataSource,
  type DataSourceSettings,
} from './platform/database/data-source';

/** Of the product's build, or of its sources. The bundle of the ways in lies in this folder, too. */
export const migrationsFolder = join(__dirname, '../migrations');

const entityFiles = join(__dirname, '{domains,platform}/**/*.entity.{ts,js}');

/** Over every entity and migration, for whoever changes the schema or compares it. */
export function createSchemaDataSource(settings: DataSourceSettings): DataSource {
  return createMigratingDataSource(settings, { migrationsFolder, entities: entityFiles });
}
