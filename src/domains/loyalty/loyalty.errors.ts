/** What is wrong with an adjustment as asked for. Names are part of the API for ever. */
export type AdjustmentFault =
  | 'ZERO_POINTS'
  | 'BEYOND_MAXIMUM'
  | 'REASON_MISSING'
  | 'REASON_TOO_LONG'
  | 'NOTE_TOO_LONG'
  | 'KEY_MISSING'
  | 'KEY_TOO_LONG'
  | 'MALFORMED_TEXT';

/** Why an adjustment was not posted. Decided before anything is written. */
export type AdjustmentRefusal =
  | {
      readonly kind: 'ADJUSTMENT_REFUSED';
      readonly fault: AdjustmentFault;
      /** The bound that was passed: points, or characters of a text. */
      readonly limit: bigint | null;
    }
  | { readonly kind: 'PROFILE_NOT_FOUND' }
  | { readonly kind: 'IDEMPOTENCY_KEY_REUSED'; readonly idempotencyKey: string }
  | {
      readonly kind: 'INSUFFICIENT_POINTS';
      readonly balance: bigint;
      /** How many points were to be taken; positive. */
      readonly requested: bigint;
    };
