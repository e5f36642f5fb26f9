import type { ProfileId } from '../../shared/ids';

/** A page of what a profile has, to be read with those of other profiles in one statement. */
export interface PageQuery<Position> {
  readonly profileId: ProfileId;
  readonly size: number;
  /** The place of the last one of the page before. */
  readonly after: Position | null;
}

/** The rows of each query, in the order they come in. */
export function rowsByIndex<Row extends { readonly index: number }>(
  queries: readonly unknown[],
  rows: readonly Row[],
): readonly (readonly Row[])[] {
  const pages = queries.map((): Row[] => []);
  for (const row of rows) pages[row.index]?.push(row);
  return pages;
}
