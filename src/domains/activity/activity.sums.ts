import type { Sql } from '../../platform/database/database';
import { type EpochDay, formatDay } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';
import type { SignalName } from './activity.model';
import { columnOf } from './activity.store';

/** Days, both included. */
export interface DaySpan {
  readonly first: EpochDay;
  readonly last: EpochDay;
}

export interface SignalSums<Name extends SignalName> {
  /** Over the days of the span. */
  readonly recent: Readonly<Record<Name, number>>;
  /** Over all days. */
  readonly total: Readonly<Record<Name, number>>;
  /** The end of the last active day that carries any of the signals; null where none does. */
  readonly lastAt: Date | null;
}

/**
 * The sums of some signals per profile, over `span` and over all days, in one statement.
 * Every profile asked for is in the result, with zeros where it has no days. Money sums are exact
 * up to 2^53 minor units.
 */
export async function sumSignals<Name extends SignalName>(
  sql: Sql,
  profileIds: readonly ProfileId[],
  names: readonly Name[],
  span: DaySpan,
): Promise<ReadonlyMap<ProfileId, SignalSums<Name>>> {
  const rows = await sql.query<SumsRow>(
    `select p.profile_id,
            ${names.map((name) => sumOf(name, 'recent')).join(', ')},
            ${names.map((name) => sumOf(name, 'total')).join(', ')},
            max(a.last_at) filter (where ${names.map((name) => `a.${columnOf(name)} > 0`).join(' or ')})
              as last_at
     from unnest($1::uuid[]) as p (profile_id)
     left join activity_day a using (profile_id)
     group by p.profile_id`,
    [[...new Set(profileIds)], formatDay(span.first), formatDay(span.last)],
  );
  return new Map(
    rows.map((row) => [
      row.profile_id,
      {
        recent: pick(row, names, 'recent'),
        total: pick(row, names, 'total'),
        lastAt: row.last_at,
      },
    ]),
  );
}

/** The first day that carries the signal, per profile; profiles without one are left out. */
export async function firstDaysWith(
  sql: Sql,
  profileIds: readonly ProfileId[],
  name: SignalName,
): Promise<ReadonlyMap<ProfileId, EpochDay>> {
  const rows = await sql.query<{ profile_id: ProfileId; first_day: EpochDay }>(
    `select profile_id, min(day) - date '1970-01-01' as first_day
     from activity_day
     where profile_id = any($1::uuid[]) and ${columnOf(name)} > 0
     group by profile_id`,
    [[...new Set(profileIds)]],
  );
  return new Map(rows.map((row) => [row.profile_id, row.first_day]));
}

type SumsRow = { profile_id: ProfileId; last_at: Date | null } & Record<string, unknown>;

type Part = 'recent' | 'total';

function sumOf(name: SignalName, part: Part): string {
  const filter = part === 'recent' ? 'filter (where a.day between $2::date and $3::date)' : '';
  // Doubles hold whole numbers up to 2^53, so that no sum arrives as text.
  return `coalesce(sum(a.${columnOf(name)}) ${filter}, 0)::float8 as ${part}_${columnOf(name)}`;
}

function pick<Name extends SignalName>(
  row: SumsRow,
  names: readonly Name[],
  part: Part,
): Record<Name, number> {
  const entries = names.map((name) => [name, Number(row[`${part}_${columnOf(name)}`])]);
  return Object.fromEntries(entries) as Record<Name, number>;
}
