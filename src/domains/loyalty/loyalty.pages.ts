/** The rows of each query, in the order they come in. */
export function rowsByIndex<Row extends { readonly index: number }>(
  queries: readonly unknown[],
  rows: readonly Row[],
): readonly (readonly Row[])[] {
  const pages = queries.map((): Row[] => []);
  for (const row of rows) pages[row.index]?.push(row);
  return pages;
}
