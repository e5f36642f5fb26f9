import type { InstantPosition } from '../database/keyset';
import type { CursorForm } from './cursor';

/** Of a list that is ordered by time, and by a UUID within one instant. */
export const instantCursor: CursorForm<InstantPosition> = {
  length: 2,
  write: ({ at, id }) => [at.toISOString(), id],
  read: ([time = '', id = '']) => {
    const at = readInstantPart(time);
    return at !== null && isUuidPart(id) ? { at, id } : null;
  },
};

/** An instant as cursors hold it; null for anything else. */
export function readInstantPart(time: string): Date | null {
  const at = new Date(time);
  const isInstant = INSTANT.test(time) && !Number.isNaN(at.getTime()) && at.toISOString() === time;
  return isInstant ? at : null;
}

export function isUuidPart(id: string): boolean {
  return UUID.test(id);
}

/** Years 0001 to 9999: those that ISO 8601 and PostgreSQL write alike. */
const INSTANT = /^(?!0000)\d{4}-/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
