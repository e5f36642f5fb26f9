import { dumpDatabase } from '../../scripts/dump-database';
import { Database, type Sql } from '../../src/platform/database/database';
import { createSchemaDataSource } from '../../src/schema-files';
import { useTestDatabase } from '../support/database';

const { database, url } = useTestDatabase();
const scratch = useTestDatabase();
const schemaSource = createSchemaDataSource({ url, poolSizeMax: 1, statementTimeoutMs: 20_000 });

beforeAll(() => schemaSource.initialize());
afterAll(() => schemaSource.destroy());

it('the entities are what the migrations made', async () => {
  const schema = await schemaSource.driver.createSchemaBuilder().log();
  expect(schema.upQueries.map(({ query }) => query)).toEqual([]);
});

it('every table has its entity', async () => {
  const tables = await tableNames(database);
  const known = schemaSource.entityMetadatas.map(({ tableName }) => tableName);
  expect(known.toSorted()).toEqual(tables.filter((name) => name !== 'migration'));
});

it('no table refers to another, and every key has a column that leads it', async () => {
  const foreign = await database.query<{ name: string }>(
    `select conname as name from pg_constraint
     where contype = 'f' and connamespace = 'public'::regnamespace`,
  );
  expect(foreign).toEqual([]);
  const keyless = await database.query<{ name: string }>(
    `select relname as name from pg_class c
     where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
       and not exists (select 1 from pg_constraint where conrelid = c.oid and contype = 'p')`,
  );
  expect(keyless).toEqual([]);
});

it('the migrations go all the way down, and up again to the same', async () => {
  const before = await dumpDatabase(scratch.database);
  expect(before).toContain('CREATE TABLE profile');
  // A connection of its own: others would go on with plans for tables that are gone.
  const migrating = await createSchemaDataSource({
    url: scratch.url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  }).initialize();
  try {
    const count = migrating.migrations.length;
    expect(count).toBeGreaterThan(5);
    for (let undone = 0; undone < count; undone += 1) await migrating.undoLastMigration();
    expect(await tableNames(new Database(migrating))).toEqual(['migration']);
    expect(await leftovers(new Database(migrating))).toEqual([]);
    expect(await migrating.runMigrations()).toHaveLength(count);
  } finally {
    await migrating.destroy();
  }
  expect(await dumpDatabase(scratch.database)).toBe(before);
});

async function tableNames(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `select relname as name from pg_class
     where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map((row) => row.name);
}

/** Functions, types, sequences and views that no table took along. */
async function leftovers(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `select proname as name from pg_proc where pronamespace = 'public'::regnamespace
     union all
     select typname from pg_type
     where typnamespace = 'public'::regnamespace and typrelid = 0 and typelem = 0
     union all
     select relname from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('S', 'v', 'm', 'f')
       and relname not like 'migration%'`,
  );
  return rows.map((row) => row.name);
}
