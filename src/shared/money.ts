/**
 * An amount as a decimal text, e.g. `formatMinor(-1234, 2)` is `-12.34`.
 * @param minor whole minor units (cents)
 * @param minorDigits how many of the digits come after the point; from 0
 */
export function formatMinor(minor: bigint | number, minorDigits: number): string {
  const amount = BigInt(minor);
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(minorDigits + 1, '0');
  const point = digits.length - minorDigits;
  return minorDigits === 0
    ? `${sign}${digits}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * Reads a decimal text as minor units, e.g. `parseMinor('19.9', 2)` is `1990n`.
 * @param minorDigits how many digits may come after the point; from 0
 * @returns null where the text is no such amount, or beyond 15 digits before the point
 */
export function parseMinor(text: string, minorDigits: number): bigint | null {
  const [, sign, whole, part = ''] = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || part.length > minorDigits) return null;
  const minor = BigInt(`${whole}${part.padEnd(minorDigits, '0')}`);
  return sign === '-' ? -minor : minor;
}
