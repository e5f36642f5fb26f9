import type { DataSource } from 'typeorm';
import { Database } from '../../src/platform/database/database';
import { createSchemaDataSource } from '../../src/schema-files';
import { useTestDatabase } from '../support/database';

const testing = useTestDatabase();

test('events survive the change to partitions and back', async () => {
  // A connection of its own: others would go on with plans for tables that are gone.
  const migrating = await createSchemaDataSource({
    url: testing.url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  }).initialize();
  const database = new Database(migrating);
  const events = () =>
    database.query(
      'select tableoid::regclass::text as place, e.* from event e order by message_id',
    );
  try {
    await undoPartitions(migrating, database);
    expect(await events()).toEqual([]);
    await database.query(`
      insert into event
      select gen_random_uuid(), instant, gen_random_uuid(), 'web', instant::text, 'Page Viewed',
        null, '[{"namespace":"user_id","value":"ann"}]', '{"path":"/"}', now()
      from unnest(array['2024-02-29T23:59:59.999999Z', '2024-03-01T00:00:00Z',
        '1970-01-01T00:00:00Z', '2026-12-31T23:59:59.999Z']::timestamptz[]) as instant`);
    const whole = await events();
    expect(whole).toHaveLength(4);

    await migrating.runMigrations();
    const parted = await events();
    expect(parted.map(({ place }) => place)).toEqual([
      'event_y1970m01',
      'event_y2024m02',
      'event_y2024m03',
      'event_y2026m12',
    ]);
    expect(parted.map(withoutPlace)).toEqual(whole.map(withoutPlace));
    // What a later migration says of the table holds for partitions that were there before it.
    expect(await samplesOf(database, 'event_y1970m01')).toEqual(await samplesOf(database, 'event'));

    await undoPartitions(migrating, database);
    expect(await events()).toEqual(whole);
  } finally {
    await migrating.destroy();
  }
}, 120_000);

/** Takes back the migration, and those after it. */
async function undoPartitions(migrating: DataSource, database: Database): Promise<void> {
  for (;;) {
    const parted = await database.query(
      "select from pg_partitioned_table where partrelid = 'event'::regclass",
    );
    if (parted.length === 0) return;
    await migrating.undoLastMigration();
  }
}

/** How much of each column is analysed, by name. */
function samplesOf(database: Database, table: string) {
  return database.query(
    `select attname, attstattarget from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attname`,
    [table],
  );
}

function withoutPlace({ place, ...event }: Record<string, unknown>) {
  return event;
}
