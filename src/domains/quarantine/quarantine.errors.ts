import type { ReasonFault } from '../../shared/reason';

/** Why an operator's decision is not carried out. Names are part of the API for ever. */
export type QuarantineFault =
  | ReasonFault
  | 'NOT_FOUND'
  | 'SETTLED'
  | 'MESSAGE_ID_DIFFERS'
  | 'NESTED_TOO_DEEPLY';

/** Decided before anything is written. */
export interface QuarantineRefusal {
  readonly kind: 'REFUSED';
  readonly fault: QuarantineFault;
}

export function refuse(fault: QuarantineFault): QuarantineRefusal {
  return { kind: 'REFUSED', fault };
}

/** Each as one sentence for a person. */
export const faultMessages: Readonly<Record<QuarantineFault, string>> = {
  REASON_MISSING: 'The decision needs a reason.',
  REASON_TOO_LONG: 'The reason is too long.',
  MALFORMED_TEXT: 'The reason holds what cannot be stored: U+0000, or half a surrogate pair.',
  NOT_FOUND: 'No quarantined event has this id.',
  SETTLED: 'It is settled: it became an event, or was discarded.',
  MESSAGE_ID_DIFFERS: 'It keeps the message id it was sent with. Leave it out, or give that one.',
  NESTED_TOO_DEEPLY: 'The event is nested so deeply that it cannot be kept.',
};
