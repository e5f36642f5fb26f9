import { storableText } from './text';

/** What is wrong with the reason that a person gave. Names are part of the API for ever. */
export type ReasonFault = 'REASON_MISSING' | 'REASON_TOO_LONG' | 'MALFORMED_TEXT';

/** Characters of a reason. */
export const REASON_LENGTH_MAX = 500;

/** Judges why a person decided so, without the blanks around it. Null: it can be kept. */
export function reasonFault(reason: string): ReasonFault | null {
  if (reason === '') return 'REASON_MISSING';
  if (reason.length > REASON_LENGTH_MAX) return 'REASON_TOO_LONG';
  return reason === storableText(reason) ? null : 'MALFORMED_TEXT';
}
