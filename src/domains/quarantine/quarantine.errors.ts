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
