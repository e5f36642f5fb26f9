import type { Sql } from '../../platform/database/database';
import {
  inListOrder,
  type KeyColumn,
  Keyset,
  type PageRange,
} from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';
import type { ListConditions, ListOrder } from './directory.lists.rules';

export interface ProfileList {
  readonly by: ListOrder;
  readonly isDescending: boolean;
  /** Such as go with the order. */
  readonly conditions: ListConditions;
  /** What whoever has no loyalty account is on. */
  readonly baseTier: string;
}

/** A place in a list: what it is ordered by, and the profile. */
export interface ListPosition {
  readonly value: Date | bigint;
  readonly id: ProfileId;
}

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly createdAt: Date;
  /** What the list is ordered by. */
  readonly value: Date | bigint;
}

type Bind = (value: unknown) => string;

/** A page of the profiles that are not absorbed. */
export async function findProfiles(
  sql: Sql,
  list: ProfileList,
  range: PageRange<ListPosition>,
): Promise<ListedProfile[]> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const rows = await sql.query<ListedProfile>(
    `select o.profile_id as "profileId", o.created_at as "createdAt", o.value
     from (${listSql(list, range, bind)}) o`,
    parameters,
  );
  return inListOrder(rows, range);
}

/** How many there are in a list, as far as `max`. */
export async function countProfiles(sql: Sql, list: ProfileList, max: number): Promise<number> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const first = { limit: max, after: null, before: null, isBackward: false };
  const [row] = await sql.query<{ counted: number }>(
    `select least(count(*), ${bind(max)})::int as counted from (${listSql(list, first, bind)}) o`,
    parameters,
  );
  return row?.counted ?? 0;
}

/** About how many profiles there are, as of the last time the database took its statistics. */
export async function estimateProfiles(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ profiles: number }>(
    `select reltuples::float8 as profiles from pg_class
     where oid = 'profile_by_creation'::regclass`,
  );
  return row?.profiles ?? 0;
}

/** Rows of `profile_id`, `created_at` and `value`, in the order of the page. */
function listSql(list: ProfileList, range: PageRange<ListPosition>, bind: Bind): string {
  if (list.by !== 'CREATED') return rankedSql(rankingOf(list, bind), list, range, bind);
  const { createdSince, createdUntil } = list.conditions;
  const { joins, conditions } = joined(list, bind);
  if (createdSince !== null) conditions.push(`p.created_at >= ${bind(createdSince)}`);
  if (createdUntil !== null) conditions.push(`p.created_at < ${bind(createdUntil)}`);
  // Ids are made in the order of creation, and are what the other tables have of it.
  const own = joins.length === 0 ? [{ sql: 'p.created_at', type: 'timestamptz' }] : [];
  const { within, order } = keysetOf(own, 'p.profile_id', list).page(range, bind);
  return `
    select p.profile_id, p.created_at, p.created_at as value
    from profile p ${joins.join(' ')}
    where ${['p.merged_into is null', ...conditions, within].join(' and ')}
    order by ${order}
    limit ${bind(range.limit)}`;
}

/** A condition is a join with the one row in which its domain keeps the answer. */
function joined({ conditions: asked, baseTier }: ProfileList, bind: Bind) {
  const { model, stage, atRisk, tier, membershipTier } = asked;
  const joins: string[] = [];
  const conditions: string[] = [];
  if (stage !== null || atRisk !== null) {
    joins.push(
      `join lifecycle_state l on l.profile_id = p.profile_id and l.model = ${bind(model)}`,
    );
    if (stage !== null) conditions.push(`l.stage = ${bind(stage)}`);
    // In the words of the index of those at risk.
    if (atRisk !== null) conditions.push(atRisk ? 'l.at_risk' : 'not l.at_risk');
  }
  if (tier !== null) {
    joins.push('join customer_value v on v.profile_id = p.profile_id');
    conditions.push(`v.tier = ${bind(tier)}`);
  }
  if (membershipTier === baseTier) {
    joins.push('left join loyalty_account a on a.profile_id = p.profile_id');
    conditions.push(`(a.tier is null or a.tier = ${bind(baseTier)})`);
  } else if (membershipTier !== null) {
    joins.push('join loyalty_account a on a.profile_id = p.profile_id');
    conditions.push(`a.tier = ${bind(membershipTier)}`);
  }
  return { joins, conditions };
}

/** A table `r` whose rows of one group an index gives in the order of a value. */
interface Ranking {
  readonly table: string;
  readonly fixed: readonly string[];
  /** The column of the groups; null where all rows are one. */
  readonly group: string | null;
  /** The one that is wanted, bound; null for all of them. */
  readonly wanted: string | null;
  readonly value: string;
  readonly type: string;
  /** The least value wanted, bound; null for any. */
  readonly least: string | null;
}

function rankingOf({ by, conditions }: ProfileList, bind: Bind): Ranking {
  const bound = (value: unknown): string | null => (value === null ? null : bind(value));
  const ofModel = () => `r.model = ${bind(conditions.model)}`;
  switch (by) {
    case 'STAGE_SINCE':
      return {
        table: 'lifecycle_state',
        fixed: [ofModel()],
        group: 'r.stage',
        wanted: bound(conditions.stage),
        value: 'r.since',
        type: 'timestamptz',
        least: bound(conditions.stageSince),
      };
    case 'AT_RISK_SINCE':
      return {
        table: 'lifecycle_state',
        fixed: [ofModel(), 'r.at_risk'],
        group: null,
        wanted: null,
        value: 'r.at_risk_since',
        type: 'timestamptz',
        least: bound(conditions.atRiskSince),
      };
    case 'LIFETIME_REVENUE':
      return {
        table: 'customer_value',
        fixed: [],
        group: 'r.tier',
        wanted: bound(conditions.tier),
        value: '(r.revenue_minor - r.refund_minor)',
        type: 'bigint',
        least: bound(conditions.lifetimeRevenueMinorMin),
      };
    case 'POINTS_BALANCE':
      return {
        table: 'loyalty_account',
        fixed: [],
        group: 'r.tier',
        wanted: bound(conditions.membershipTier),
        value: 'r.balance',
        type: 'bigint',
        least: bound(conditions.pointsBalanceMin),
      };
    case 'CREATED':
      throw new Error('Profiles by creation are no ranking.');
  }
}

/**
 * Where one group is wanted it is a range of its index. Otherwise the groups there are come from the
 * same index, by one probe each, and each gives its own first: the cost follows the page times the
 * groups, which are few.
 */
function rankedSql(
  { table, fixed, group, wanted, value, type, least }: Ranking,
  list: ProfileList,
  range: PageRange<ListPosition>,
  bind: Bind,
): string {
  const keyset = keysetOf([{ sql: value, type }], 'r.profile_id', list);
  const { within, order } = keyset.page(range, bind);
  const limit = bind(range.limit);
  const rowsOf = (name: string | null): string => {
    const conditions = [
      ...fixed,
      ...(name === null ? [] : [`${group} = ${name}`]),
      ...(least === null ? [] : [`${value} >= ${least}`]),
      within,
    ];
    return `
      select r.profile_id, p.created_at, ${value} as value
      from ${table} r
      join profile p on p.profile_id = r.profile_id and p.merged_into is null
      where ${conditions.join(' and ')}
      order by ${order}
      limit ${limit}`;
  };
  if (group === null || wanted !== null) return rowsOf(wanted);
  const next = (condition: string): string => `
    select ${group} as name from ${table} r
    where ${[...fixed, condition].join(' and ')} order by ${group} limit 1`;
  const merged = keyset.over('ranked.value', 'ranked.profile_id').page(range, bind);
  return `
    with recursive groups as (
      (${next('true')})
      union all
      select following.name from groups
      cross join lateral (${next(`${group} > groups.name`)}) following
    )
    select ranked.* from groups
    cross join lateral (${rowsOf('groups.name')}) ranked
    order by ${merged.order}
    limit ${limit}`;
}

function keysetOf(
  columns: readonly Pick<KeyColumn<ListPosition>, 'sql' | 'type'>[],
  id: string,
  { isDescending }: ProfileList,
): Keyset<ListPosition> {
  return new Keyset([
    ...columns.map((column) => ({
      ...column,
      isDescending,
      of: (position: ListPosition) => position.value,
    })),
    { sql: id, type: 'uuid', isDescending, of: (position) => position.id },
  ]);
}

/** How many customers are in each stage of the model. */
export function countByStage(sql: Sql, model: string): Promise<CountRow[]> {
  return sql.query<CountRow>(
    `select stage as name, count(*)::float8 as customers
     from lifecycle_state where model = $1 group by stage`,
    [model],
  );
}

/** How many customers are in each value tier. */
export function countByTier(sql: Sql): Promise<CountRow[]> {
  return sql.query<CountRow>(
    'select tier as name, count(*)::float8 as customers from customer_value group by tier',
  );
}

export interface CountRow {
  readonly name: string;
  readonly customers: number;
}
