/** What is wrong with the reason of a dismissal. Names are part of the API for ever. */
export type DismissalFault = 'REASON_MISSING' | 'REASON_TOO_LONG' | 'MALFORMED_TEXT';

/** Why a pair was not dismissed. Decided before anything is written. */
export type DismissalRefusal =
  | { readonly kind: 'DUPLICATE_NOT_FOUND' }
  | { readonly kind: 'DISMISSAL_REFUSED'; readonly fault: DismissalFault };
