import type { Sql } from './database';

/** Rows are counted one by one up to this many, so that no count costs more than that. */
export const COUNT_MAX = 10_000;

/** How many rows are looked for: one more tells that there are more than are counted. */
export const COUNTED_MAX = COUNT_MAX + 1;

/**
 * How many rows each owner has, at most `COUNTED_MAX`; in the order of the ids.
 * @param rows SQL for `from` and `where`: the rows of `owner.id`, found by an index
 */
export async function countOfEach(
  sql: Sql,
  ownerIds: readonly string[],
  rows: string,
): Promise<readonly number[]> {
  const counts = await sql.query<{ counted: number }>(
    `select found.counted
     from unnest($1::uuid[]) with ordinality as owner (id, place)
     cross join lateral (
       select count(*)::int as counted from (select from ${rows} limit ${COUNTED_MAX}) bounded
     ) found
     order by owner.place`,
    [ownerIds],
  );
  return counts.map(({ counted }) => counted);
}
