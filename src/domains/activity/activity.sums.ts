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
  readonly sums: Readonly<Record<Name, number>>;
  /** The end of the last active day that carries any of the signals; null where none does. */
  readonly lastAt: Date | null;
}

/** The sums of some signals per profile, in one statement. */
export class SumsOfSignals<Name extends SignalName> {
  private readonly ofAllDays: string;
  private readonly ofSpan: string;

  constructor(private readonly names: readonly Name[]) {
    this.ofAllDays = textFor(names, '');
    this.ofSpan = textFor(names, 'and a.day between $2::date and $3::date');
  }

  /**
   * Every profile asked for is in the result, with zeros where it has no days. Money sums are exact
   * up to 2^53 minor units.
   * @param span the days that count; null for all
   */
  async find(
    sql: Sql,
    profileIds: readonly ProfileId[],
    span: DaySpan | null,
  ): Promise<ReadonlyMap<ProfileId, SignalSums<Name>>> {
    const profiles = [...new Set(profileIds)];
    const rows =
      span === null
        ? await sql.query<SumsRow<Name>>(this.ofAllDays, [profiles])
        : await sql.query<SumsRow<Name>>(this.ofSpan, [
            profiles,
            formatDay(span.first),
            formatDay(span.last),
          ]);
    const found = new Map(rows.map((row) => [row.profileId, row]));
    return new Map(profiles.map((profileId) => [profileId, this.toSums(found.get(profileId))]));
  }

  private toSums(row: SumsRow<Name> | undefined): SignalSums<Name> {
    const sums: Partial<Record<Name, number>> = {};
    for (const name of this.names) sums[name] = row?.[name] ?? 0;
    return { sums: sums as Record<Name, number>, lastAt: row?.lastAt ?? null };
  }
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

type SumsRow<Name extends SignalName> = Readonly<Record<Name, number>> & {
  readonly profileId: ProfileId;
  readonly lastAt: Date | null;
};

function textFor(names: readonly SignalName[], condition: string): string {
  const isAny = names.map((name) => `a.${columnOf(name)} > 0`).join(' or ');
  // Doubles hold whole numbers up to 2^53, so that no sum arrives as text.
  const sums = names.map((name) => `sum(a.${columnOf(name)})::float8 as "${name}"`);
  return `select a.profile_id as "profileId", ${sums.join(', ')},
      max(a.last_at) filter (where ${isAny}) as "lastAt"
    from activity_day a
    where a.profile_id = any($1::uuid[]) ${condition}
    group by a.profile_id`;
}
