import type { CursorForm } from '../../platform/graphql/cursor';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { readPublicId, toPublicId } from '../../shared/ids';
import type { LotPosition } from './loyalty.lots.store';
import type { LotId, TransactionId } from './loyalty.model';

/** Of a list of postings, which are in the order of their ids. */
export const transactionCursor: CursorForm<TransactionId> = {
  length: 1,
  write: (id) => [toPublicId('txn', id)],
  read: ([id = '']) => readPublicId<TransactionId>('txn', id),
};

/** Stands in a cursor for the expiry of a lot that has none. */
const NEVER = 'never';

/** Of a list of lots in the order a spend takes them. */
export const lotCursor: CursorForm<LotPosition> = {
  length: 2,
  write: ({ expiresAt, id }) =>
    expiresAt === null
      ? [NEVER, toPublicId('lot', id)]
      : instantCursor.write({ at: expiresAt, id }),
  read: ([expiresAt = '', id = '']) => {
    if (expiresAt === NEVER) {
      const lotId = readPublicId<LotId>('lot', id);
      return lotId === null ? null : { expiresAt: null, id: lotId };
    }
    const position = instantCursor.read([expiresAt, id]);
    return position === null ? null : { expiresAt: position.at, id: position.id as LotId };
  },
};
