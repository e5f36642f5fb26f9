import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Database } from '../../src/platform/database/database';
import { createSchemaDataSource } from '../../src/schema-files';
import { useTestDatabase } from '../support/database';

const testing = useTestDatabase();

test('keys and sources that were there go on seeing what they saw, and no more', async () => {
  const migrating = await createSchemaDataSource({
    url: testing.url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  }).initialize();
  const database = new Database(migrating);
  const scopesOf = async (table: string) => {
    const rows = await database.query<{ name: string; scopes: readonly string[] }>(
      `select name, scopes from ${table} order by name`,
    );
    return Object.fromEntries(rows.map(({ name, scopes }) => [name, scopes]));
  };
  try {
    await undoMasking(migrating, database);
    const before = {
      reader: ['profiles:read', 'loyalty:read'],
      desk: ['quarantine:manage'],
      sender: ['events:write'],
      keeper: ['keys:manage', 'schemas:manage'],
    };
    for (const [name, scopes] of Object.entries(before)) {
      await database.query(
        `insert into api_key (hash, id, name, scopes, created_by, created_at)
         values ($1, gen_random_uuid(), $2, $3, 'test', now())`,
        [randomBytes(32), name, scopes],
      );
    }
    await database.query(
      `insert into event_source (source_id, name, created_by, created_at, scopes, origins)
       values (gen_random_uuid(), 'looks', 'test', now(), '{events:write,profiles:read}', '{}'),
              (gen_random_uuid(), 'sends', 'test', now(), '{events:write}', '{}')`,
    );

    await migrating.runMigrations();
    expect(await scopesOf('api_key')).toEqual({
      ...before,
      reader: ['profiles:read', 'loyalty:read', 'personal-data:read'],
      desk: ['quarantine:manage', 'personal-data:read'],
    });
    expect(await scopesOf('event_source')).toEqual({
      looks: ['events:write', 'profiles:read', 'personal-data:read'],
      sends: ['events:write'],
    });

    await undoMasking(migrating, database);
    expect(await scopesOf('api_key')).toEqual(before);
    await migrating.runMigrations();
  } finally {
    await migrating.destroy();
  }
}, 120_000);

/** Takes back the migration, and those after it. */
async function undoMasking(migrating: DataSource, database: Database): Promise<void> {
  for (;;) {
    const [found] = await database.query<{ place: string | null }>(
      "select to_regclass('installation_secret')::text as place",
    );
    if (found?.place == null) return;
    await migrating.undoLastMigration();
  }
}
