import type { CursorForm } from '../../platform/graphql/cursor';
import { readInstantPart } from '../../platform/graphql/instant-cursor';
import { type ProfileId, readPublicId, toPublicId } from '../../shared/ids';
import type { ListOrder } from './directory.lists.rules';
import type { ListPosition } from './directory.store';

/** The order is a part of the cursor: a place in one is none in another. */
export function listCursor(by: ListOrder): CursorForm<ListPosition> {
  return {
    length: 3,
    write: ({ value, id }) => [
      by,
      value instanceof Date ? value.toISOString() : String(value),
      toPublicId('prf', id),
    ],
    read: ([order, text = '', publicId = '']) => {
      const id = readPublicId<ProfileId>('prf', publicId);
      const value = isOfNumbers(by) ? readNumber(text) : readInstantPart(text);
      return order === by && id !== null && value !== null ? { value, id } : null;
    },
  };
}

function isOfNumbers(by: ListOrder): boolean {
  return by === 'LIFETIME_REVENUE' || by === 'POINTS_BALANCE';
}

/** At most 18 digits: less than the database holds. */
function readNumber(text: string): bigint | null {
  return /^-?\d{1,18}$/.test(text) ? BigInt(text) : null;
}
