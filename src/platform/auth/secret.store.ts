import type { Database } from '../database/database';

/**
 * A secret that the installation keeps to itself, made by whoever asks for it first. It is kept in
 * the database because every process needs the same one, for as long as the data live, and because
 * it protects nothing from whoever can read the database.
 * @param value what it becomes where there is none yet
 */
export async function findOrMakeSecret(
  database: Database,
  name: string,
  value: Buffer,
  now: Date,
): Promise<Buffer> {
  await database.query(
    `insert into installation_secret (name, value, created_at) values ($1, $2, $3)
     on conflict (name) do nothing`,
    [name, value, now],
  );
  const [row] = await database.query<{ value: Buffer }>(
    'select value from installation_secret where name = $1',
    [name],
  );
  if (row === undefined) throw new Error(`The secret ${name} was made and is not there.`);
  return row.value;
}
