/** One document, indented, since a person may look at it as well. */
export function asJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, part: unknown) => (typeof part === 'bigint' ? Number(part) : part),
    2,
  );
  return `${text}\n`;
}
