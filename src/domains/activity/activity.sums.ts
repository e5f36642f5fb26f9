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

export type Sums<Name extends SignalName> = Readonly<Record<Name, number>>;

/** The sums of all days, and when it was that they grew last. */
export interface TotalSums<Name extends SignalName> {
  readonly sums: Sums<Name>;
  /** The end of the last active day that carries any of the signals; null where none does. */
  readonly lastAt: Date | null;
}

/**
 * The sums of some signals per profile, in one statement. Every profile asked for is in the result,
 * with zeros where it has no days. Money sums are exact up to 2^53 minor units.
 */
export class SumsOfSignals<Name extends SignalName> {
  private readonly ofAllText: string;
  private readonly ofSpanText: string;

  constructor(private readonly names: readonly Name[]) {
    const isAny = names.map((name) => `a.${columnOf(name)} > 0`).join(' or ');
    const lastAt = `max(a.last_at) filter (where ${isAny}) as "lastAt"`;
    this.ofAllText = textFor([...names.map(sumOf), lastAt], '');
    this.ofSpanText = textFor(names.map(sumOf), 'and a.day between $2::date and $3::date');
  }

  async ofAllDays(
    sql: Sql,
    profileIds: readonly ProfileId[],
  ): Promise<ReadonlyMap<ProfileId, TotalSums<Name>>> {
    type Row = SumsRow<Name> & Pick<TotalSums<Name>, 'lastAt'>;
    const found = await findRows<Row>(sql, this.ofAllText, profileIds);
    return new Map(
      profileIds.map((profileId) => {
        const row = found.get(profileId);
        return [profileId, { sums: this.toSums(row), lastAt: row?.lastAt ?? null }];
      }),
    );
  }

  async ofSpan(
    sql: Sql,
    profileIds: readonly ProfileId[],
    { first, last }: DaySpan,
  ): Promise<ReadonlyMap<ProfileId, Sums<Name>>> {
    const span = [formatDay(first), formatDay(last)];
    const found = await findRows<SumsRow<Name>>(sql, this.ofSpanText, profileIds, span);
    return new Map(profileIds.map((profileId) => [profileId, this.toSums(found.get(profileId))]));
  }

  private toSums(row: SumsRow<Name> | undefined): Sums<Name> {
    const sums: Partial<Record<Name, number>> = {};
    for (const name of this.names) sums[name] = row?.[name] ?? 0;
    return sums as Sums<Name>;
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

type SumsRow<Name extends SignalName> = Sums<Name> & { readonly profileId: ProfileId };

async function findRows<Row extends { readonly profileId: ProfileId }>(
  sql: Sql,
  text: string,
  profileIds: readonly ProfileId[],
  span: readonly string[] = [],
): Promise<ReadonlyMap<ProfileId, Row>> {
  const rows = await sql.query<Row>(text, [[...new Set(profileIds)], ...span]);
  return new Map(rows.map((row) => [row.profileId, row]));
}

function sumOf(name: SignalName): string {
  // Doubles hold whole numbers up to 2^53, so that no sum arrives as text.
  return `sum(a.${columnOf(name)})::float8 as "${name}"`;
}

function textFor(columns: readonly string[], condition: string): string {
  return `select a.profile_id as "profileId", ${columns.join(', ')}
    from activity_day a
    where a.profile_id = any($1::uuid[]) ${condition}
    group by a.profile_id`;
}
