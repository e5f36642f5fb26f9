import { InvalidInput } from '../../shared/errors';

/** How the places of a list are written into cursors, and read back. */
export interface CursorForm<Position> {
  /** How many parts a cursor has. */
  readonly length: number;
  write(position: Position): readonly string[];
  /** Null where the parts, which are as many as they must be, are no place of this list. */
  read(parts: readonly string[]): Position | null;
}

/** Wraps a place in a list, so that clients do not come to depend on what it is made of. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor back.
 * @param argument that it was given in
 * @throws InvalidInput when the text is not a cursor of this list
 */
export function decodeCursor<Position>(
  cursor: string,
  form: CursorForm<Position>,
  argument: string,
): Position {
  const parts = parseParts(cursor);
  const position = parts?.length === form.length ? form.read(parts) : null;
  if (position === null) {
    throw new InvalidInput(
      'Not a cursor of this list. Use `pageInfo.startCursor`, `pageInfo.endCursor` or that of an ' +
        'edge as it came.',
      { argument },
    );
  }
  return position;
}

function parseParts(cursor: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}
