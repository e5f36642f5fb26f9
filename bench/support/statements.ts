import pg from 'pg';

/** Counts what the driver sends while the work is done, by all connections of this process. */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const query: unknown = Reflect.get(pg.Client.prototype, 'query');
  if (typeof query !== 'function') throw new Error('The driver has changed.');
  let count = 0;
  Reflect.set(pg.Client.prototype, 'query', function (this: pg.Client, ...parts: unknown[]) {
    count += 1;
    return Reflect.apply(query, this, parts);
  });
  try {
    await work();
  } finally {
    Reflect.set(pg.Client.prototype, 'query', query);
  }
  return count;
}
