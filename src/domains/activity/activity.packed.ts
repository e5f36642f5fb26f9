import { uuidArray } from '../../platform/database/arrays';
import type { Sql } from '../../platform/database/database';
import type { EpochDay } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';
import { type ActivityDay, type DailySignals, signalNames } from './activity.model';
import { columnOf } from './activity.store';

/** All days of a profile in one text, for those who read everybody's. */
export interface PackedDays {
  readonly profileId: ProfileId;
  /** For `eachDay`. */
  readonly days: string;
  /** The latest instant at which any of the days begins. Milliseconds since 1970. */
  readonly lastBeginsAtMs: number;
}

/** Stands for the signal of this place. */
const letterOf = (place: number) => String.fromCharCode(FIRST_LETTER + place);
const FIRST_LETTER = 'a'.charCodeAt(0);

/** Behind a day on which the customer did nothing themselves. */
const OTHERS_ALONE = '~';

const columns = signalNames.map(columnOf);

/**
 * Day by day and identifier by identifier: the number of the day, and behind the letter of each
 * signal it carries how much of it. Most days carry none, and 27 columns of text for each would
 * take longer to read than everything that is done with them. Not put in order here: they mostly
 * are, since days are stored as they go by, and to sort them all takes as long as to read them.
 */
const selectPacked = (which: string) => `
  select profile_id as "profileId",
    string_agg(
      (day - date '1970-01-01')::text
        || case when events > 0 then '' else '${OTHERS_ALONE}' end
        || case when ${columns.map((column) => `${column} = 0`).join(' and ')} then '' else concat(
          ${columns
            .map(
              (column, place) =>
                `case when ${column} <> 0 then '${letterOf(place)}' || ${column} end`,
            )
            .join(',\n          ')}) end,
      ',') as days,
    (extract(epoch from max(first_at)) * 1000)::float8 as "lastBeginsAtMs"
  from activity_day
  where ${which}
  group by profile_id`;

const packedOf = selectPacked('profile_id = any($1::uuid[])');

/** Those of profiles here and there. Profiles without any day are left out. */
export function findPackedDays(sql: Sql, profileIds: readonly ProfileId[]): Promise<PackedDays[]> {
  return sql.query<PackedDays>(packedOf, [uuidArray(profileIds)]);
}

const packedBetween = selectPacked('profile_id >= $1::uuid and profile_id <= $2::uuid');

/**
 * Those of all profiles from one to another: of neighbours the index is read once, and not for each
 * of a thousand.
 */
export function findPackedDaysBetween(
  sql: Sql,
  first: ProfileId,
  last: ProfileId,
): Promise<PackedDays[]> {
  return sql.query<PackedDays>(packedBetween, [first, last]);
}

/** What evaluators may ask of a day, but its instants; `events` is 1 where there is any. */
export type DaySums = Omit<ActivityDay, 'firstAt' | 'lastAt'>;

type Draft = { -readonly [Name in keyof DaySums]: DaySums[Name] };

/**
 * Reads packed days, ascending, one for each day.
 * @param take gets the same object every time, filled anew: it must not keep it
 */
export function eachDay(days: string, take: (day: DaySums) => void): void {
  const packed = inOrder(days);
  const day = blankDay();
  let isPlain = true;
  let isFirst = true;
  for (let place = 0; place < packed.length; place++) {
    const number = readWhole(packed, place);
    if (isFirst || number !== day.day) {
      if (!isFirst) take(day);
      isFirst = false;
      if (!isPlain) clearSignals(day);
      isPlain = true;
      day.day = number as EpochDay;
      day.events = 0;
    }
    place = endOfWhole(packed, place);
    if (packed.charAt(place) === OTHERS_ALONE) place += 1;
    else day.events = 1;
    while (place < packed.length && packed.charAt(place) !== ',') {
      const signal = signalNames[packed.charCodeAt(place) - FIRST_LETTER] as keyof DailySignals;
      day[signal] += readWhole(packed, place + 1);
      place = endOfWhole(packed, place + 1);
      isPlain = false;
    }
  }
  if (!isFirst) take(day);
}

function inOrder(packed: string): string {
  let last = Number.NEGATIVE_INFINITY;
  for (let place = 0; place !== -1; place = nextDay(packed, place)) {
    const day = readWhole(packed, place);
    if (day < last) return sorted(packed);
    last = day;
  }
  return packed;
}

/** Where the day after begins; -1 where there is none. */
function nextDay(packed: string, place: number): number {
  const comma = packed.indexOf(',', place);
  return comma === -1 ? -1 : comma + 1;
}

function sorted(packed: string): string {
  const days = packed.split(',').map((text) => ({ text, day: readWhole(text, 0) }));
  days.sort((left, right) => left.day - right.day);
  return days.map(({ text }) => text).join(',');
}

function blankDay(): Draft {
  const day = { day: 0, events: 0 } as Draft;
  clearSignals(day);
  return day;
}

function clearSignals(day: Draft): void {
  for (const signal of signalNames) day[signal] = 0;
}

const ZERO = '0'.charCodeAt(0);
const MINUS = '-'.charCodeAt(0);

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

function readWhole(text: string, start: number): number {
  const isNegative = text.charCodeAt(start) === MINUS;
  let value = 0;
  for (let place = isNegative ? start + 1 : start; isDigit(text.charCodeAt(place)); place++) {
    value = 10 * value + text.charCodeAt(place) - ZERO;
  }
  return isNegative ? -value : value;
}

function endOfWhole(text: string, start: number): number {
  let place = text.charCodeAt(start) === MINUS ? start + 1 : start;
  while (isDigit(text.charCodeAt(place))) place += 1;
  return place;
}
