/**
 * A birth date as `YYYY-MM-DD`; null where it is none, or one that can be read in two ways. Of an
 * instant it is the date as written.
 */
export function readBirthDate(text: string): string | null {
  const parts = yearFirst(text.trim()) ?? dayFirst(text.trim()) ?? withSlashes(text.trim());
  if (parts === null) return null;
  const [year, month, day] = parts;
  if (year < YEAR_MIN || year > YEAR_MAX) return null;
  const date = `${year}-${twoDigits(month)}-${twoDigits(day)}`;
  const midnight = new Date(`${date}T00:00Z`);
  // The 30th of February would otherwise be one of March.
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return exists ? date : null;
}

/**
 * Whether one may be the other, mistyped: the same year, and either day and month changed places
 * or one digit differs. With another year it may as well be the father's.
 */
export function isMistypedDate(left: string, right: string): boolean {
  if (left === right || left.slice(0, 4) !== right.slice(0, 4)) return false;
  const swapped = `${left.slice(0, 4)}-${left.slice(8)}-${left.slice(5, 7)}`;
  const differing = [...left].filter((digit, index) => digit !== right[index]).length;
  return swapped === right || differing === 1;
}

type DateParts = readonly [year: number, month: number, day: number];

const YEAR_MIN = 1900;
const YEAR_MAX = 2100;

function yearFirst(text: string): DateParts | null {
  const [, year, month, day] =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(text) ??
    /^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?$/.exec(text) ??
    [];
  return toParts(year, month, day);
}

function dayFirst(text: string): DateParts | null {
  const [, day, month, year] = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(text) ?? [];
  return toParts(year, month, day);
}

/** The month leads in one country and the day in the next; where both could, nobody knows. */
function withSlashes(text: string): DateParts | null {
  const [, first, second, year] = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(text) ?? [];
  if (Number(first) > 12) return toParts(year, second, first);
  if (Number(second) > 12 || first === second) return toParts(year, first, second);
  return null;
}

function toParts(year?: string, month?: string, day?: string): DateParts | null {
  if (year === undefined || month === undefined || day === undefined) return null;
  return [Number(year), Number(month), Number(day)];
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
