/** The one currency the company reckons in. */
export interface Currency {
  /** ISO 4217, e.g. `USD`. */
  readonly code: string;
  /** Decimal places of the minor unit: 2 for cents. */
  readonly minorDigits: number;
}

/** @param code ISO 4217 */
export function currencyOf(code: string): Currency {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
  return { code, minorDigits: format.resolvedOptions().maximumFractionDigits ?? 2 };
}
