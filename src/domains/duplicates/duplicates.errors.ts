import type { ReasonFault } from '../../shared/reason';

/** What is wrong with a dismissal: its reason. */
export type DismissalFault = ReasonFault;

/** Why a pair was not dismissed. Decided before anything is written. */
export type DismissalRefusal =
  | { readonly kind: 'DUPLICATE_NOT_FOUND' }
  | { readonly kind: 'DISMISSAL_REFUSED'; readonly fault: DismissalFault };
