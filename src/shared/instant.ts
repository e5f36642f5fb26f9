const ISO_DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds of an ISO 8601 date or time, UTC where no offset is given; null for none. */
export function readInstant(text: string): number | null {
  const [, year, month, day, time = '00:00', offset = 'Z'] = ISO_DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month}-${day}`;
  const midnight = new Date(`${date}T00:00Z`);
  // The 30th of February would otherwise be one of March.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date)) return null;
  const instant = Date.parse(`${date}T${time}${withColon(offset)}`);
  return Number.isNaN(instant) ? null : instant;
}

/** ISO 8601 has offsets with and without; JavaScript reads those with. */
function withColon(offset: string): string {
  return /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
}
