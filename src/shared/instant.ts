const ISO_DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds of an ISO 8601 date or time, UTC where no offset is given; null for none. */
export function readInstant(text: string): number | null {
  const match = ISO_DATE.exec(text);
  if (match === null || !isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return null;
  const instant = Date.parse(asJavaScriptReadsIt(text, match[4], match[5]));
  return Number.isNaN(instant) ? null : instant;
}

/** As it is where that will do, which is nearly always. */
function asJavaScriptReadsIt(text: string, time: string | undefined, offset: string | undefined) {
  // A date alone is UTC to JavaScript as well.
  if (time === undefined) return text;
  // But a time without an offset is local to it.
  if (offset === undefined) return `${text}Z`;
  return offset.length === 5 ? `${text.slice(0, -2)}:${text.slice(-2)}` : text;
}

/** The 30th of February would otherwise be one of March. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  // Every month has 28 days, and most dates are asked for by events, which are many.
  return day <= 28 || new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate() >= day;
}
