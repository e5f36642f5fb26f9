/**
 * Rows of a statement in the order of the keys they were asked for by.
 * @param rows at most one for each key, in any order
 * @param otherwise what stands for a key without a row; null unless given
 */
export function inOrderOf<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[];
export function inOrderOf<Key, Row, Otherwise>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
  otherwise: (key: Key) => Otherwise,
): (Row | Otherwise)[];
export function inOrderOf<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
  otherwise: (key: Key) => unknown = () => null,
): unknown[] {
  const rowsByKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => rowsByKey.get(key) ?? otherwise(key));
}
