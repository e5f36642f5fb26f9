/** The one currency the company reckons in. */
export interface Currency {
  /** ISO 4217, e.g. `USD`. */
  readonly code: string;
  /** Decimal places of the minor unit: 2 for cents. */
  readonly minorDigits: number;
}
