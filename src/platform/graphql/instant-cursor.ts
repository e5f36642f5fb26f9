import { InvalidInput } from '../../shared/errors';
import { decodeCursor } from './connection';

/** A place in a list that is ordered by time, newest first, and by id within one instant. */
export interface InstantPosition {
  readonly at: Date;
  /** A UUID. */
  readonly id: string;
}

/** What the cursor of such a list is made of. */
export function instantPosition(at: Date, id: string): readonly string[] {
  return [at.toISOString(), id];
}

/**
 * The place an `after` argument marks; null where there is none.
 * @throws InvalidInput when the text is not a cursor of such a list
 */
export function decodeInstantCursor(after: string | null | undefined): InstantPosition | null {
  if (after === null || after === undefined) return null;
  const [time = '', id = ''] = decodeCursor(after, 2);
  const at = new Date(time);
  const isInstant = INSTANT.test(time) && !Number.isNaN(at.getTime()) && at.toISOString() === time;
  if (!isInstant || !UUID.test(id)) {
    throw new InvalidInput('Not a cursor of this list. Use `pageInfo.endCursor` as it came.', {
      argument: 'after',
    });
  }
  return { at, id };
}

/** Years 0001 to 9999: those that ISO 8601 and PostgreSQL write alike. */
const INSTANT = /^(?!0000)\d{4}-/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
