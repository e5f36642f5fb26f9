import { useTestDatabase } from '../../../test/support/database';
import { createSchemaDataSource, migrationsFolder } from '../../schema-files';
import { openDatabase } from './open-database';

const { url, database } = useTestDatabase();

const times = () => database.query('select timestamp, name from migration order by timestamp');

async function open(): Promise<void> {
  const settings = { url, dataFolder: '', poolSizeMax: 1, statementTimeoutMs: 20_000 };
  const { close } = await openDatabase({ ...settings, migrationsFolder });
  await close();
}

it('runs what migrations are missing, and leaves a database that has them all as it is', async () => {
  const all = await times();
  await open();
  expect(await times()).toEqual(all);

  const migrating = await createSchemaDataSource({
    url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  }).initialize();
  await migrating.undoLastMigration();
  await migrating.destroy();
  expect(await times()).toEqual(all.slice(0, -1));
  await open();
  expect(await times()).toEqual(all);
});
