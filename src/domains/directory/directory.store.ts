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

/**
 * Where a list comes from: a table `r`, of which an index gives the rows under these conditions in
 * the order of the columns and the profile's id. Everything else is looked up for each of them by its
 * primary key, whatever the database thinks of it: `offset 0` keeps it from reading a whole table
 * for a page.
 */
interface Lead {
  readonly table: string;
  readonly conditions: readonly string[];
  /** The column of groups, within each of which the index gives the order; null without groups. */
  readonly group: string | null;
  /** The group that is wanted, bound; null for all of them. */
  readonly wanted: string | null;
  /** What rows are ordered by before the id. */
  readonly columns: readonly Pick<KeyColumn<ListPosition>, 'sql' | 'type'>[];
  /** What the place of a row is told by. */
  readonly value: string;
}

const PROFILE = `
  cross join lateral (
    select p.created_at from profile p
    where p.profile_id = r.profile_id and p.merged_into is null offset 0
  ) p`;

/**
 * Rows of `profile_id`, `created_at` and `value`, in the order of the page. Where one group is wanted
 * it is a range of its index. Otherwise the groups there are come from the same index, by one probe
 * each, and each gives its own first: the cost follows the page times the groups, which are few.
 */
function listSql(list: ProfileList, range: PageRange<ListPosition>, bind: Bind): string {
  const { table, conditions, group, wanted, columns, value } = leadOf(list, bind);
  const keyset = keysetOf(columns, 'r.profile_id', list);
  const { within, order } = keyset.page(range, bind);
  const limit = bind(range.limit);
  const isProfile = table === 'profile';
  const rowsOf = (name: string | null): string => `
    select r.profile_id, ${isProfile ? 'r' : 'p'}.created_at, ${value} as value
    from ${table} r ${isProfile ? '' : PROFILE}
    where ${[...conditions, ...(name === null ? [] : [`${group} = ${name}`]), within].join(' and ')}
    order by ${order}
    limit ${limit}`;
  if (group === null || wanted !== null) return rowsOf(wanted);
  const next = (condition: string): string => `
    select ${group} as name from ${table} r
    where ${condition} order by ${group} limit 1`;
  const ofTable = conditions[0] ?? 'true';
  return `
    with recursive groups as (
      (${next(ofTable)})
      union all
      select following.name from groups
      cross join lateral (${next(`${ofTable} and ${group} > groups.name`)}) following
    )
    select ranked.* from groups
    cross join lateral (${rowsOf('groups.name')}) ranked
    order by ${keysetOf([{ sql: 'ranked.value', type: '' }], 'ranked.profile_id', list).orderOf(range)}
    limit ${limit}`;
}

function leadOf(list: ProfileList, bind: Bind): Lead {
  const { by, conditions: asked } = list;
  const bound = (value: unknown): string | null => (value === null ? null : bind(value));
  const ranking = (
    table: string,
    {
      group,
      wanted,
      least,
      value,
      type,
      first = 'true',
    }: {
      group: string | null;
      wanted: string | null;
      least: unknown;
      value: string;
      type: string;
      /** What the groups are looked for under. */
      first?: string;
    },
  ): Lead => ({
    table,
    conditions: [first, ...(least === null ? [] : [`${value} >= ${bind(least)}`])],
    group,
    wanted,
    columns: [{ sql: value, type }],
    value,
  });
  switch (by) {
    case 'CREATED':
      return creationLead(list, bind);
    case 'STAGE_SINCE':
      return ranking('lifecycle_state', {
        first: `r.model = ${bind(asked.model)}`,
        group: 'r.stage',
        wanted: bound(asked.stage),
        least: asked.stageSince,
        value: 'r.since',
        type: 'timestamptz',
      });
    case 'AT_RISK_SINCE':
      return ranking('lifecycle_state', {
        first: `r.model = ${bind(asked.model)} and r.at_risk`,
        group: null,
        wanted: null,
        least: asked.atRiskSince,
        value: 'r.at_risk_since',
        type: 'timestamptz',
      });
    case 'LIFETIME_REVENUE':
      return ranking('customer_value', {
        group: 'r.tier',
        wanted: bound(asked.tier),
        least: asked.lifetimeRevenueMinorMin,
        value: '(r.revenue_minor - r.refund_minor)',
        type: 'bigint',
      });
    case 'POINTS_BALANCE':
      return ranking('loyalty_account', {
        group: 'r.tier',
        wanted: bound(asked.membershipTier),
        least: asked.pointsBalanceMin,
        value: 'r.balance',
        type: 'bigint',
      });
  }
}

/** A table that keeps one row for a profile, and what has to be true of the row `c`. */
interface Kept {
  readonly table: string;
  readonly conditions: readonly string[];
}

/**
 * Ids are made in the order of creation, and are what the other tables have of it. Of several
 * conditions the one that the fewest fulfil leads, as a rule; the others are looked up.
 */
function creationLead(list: ProfileList, bind: Bind): Lead {
  const { createdSince, createdUntil, membershipTier } = list.conditions;
  const [first, ...others] = keptOf(list, bind);
  const lookUps = others.map(
    ({ table, conditions }) => `exists (
      select from ${table} c
      where c.profile_id = r.profile_id and ${conditions.join(' and ')} offset 0)`,
  );
  if (membershipTier === list.baseTier) {
    // Whoever has no account is on the base tier, too.
    lookUps.push(`not exists (
      select from loyalty_account c
      where c.profile_id = r.profile_id and c.tier <> ${bind(list.baseTier)} offset 0)`);
  }
  const shared = { group: null, wanted: null };
  if (first !== undefined) {
    const own = first.conditions.map((condition) => condition.replaceAll('c.', 'r.'));
    const { table } = first;
    return {
      ...shared,
      table,
      conditions: [...own, ...lookUps],
      columns: [],
      value: 'p.created_at',
    };
  }
  return {
    ...shared,
    table: 'profile',
    conditions: [
      'r.merged_into is null',
      ...(createdSince === null ? [] : [`r.created_at >= ${bind(createdSince)}`]),
      ...(createdUntil === null ? [] : [`r.created_at < ${bind(createdUntil)}`]),
      ...lookUps,
    ],
    columns: [{ sql: 'r.created_at', type: 'timestamptz' }],
    value: 'r.created_at',
  };
}

/** Those that are asked for, the rarest first, as a rule. */
function keptOf({ conditions: asked, baseTier }: ProfileList, bind: Bind): readonly Kept[] {
  const { model, stage, atRisk, tier, membershipTier } = asked;
  const kept: Kept[] = [];
  const state = (): Kept => ({
    table: 'lifecycle_state',
    conditions: [
      `c.model = ${bind(model)}`,
      ...(stage === null ? [] : [`c.stage = ${bind(stage)}`]),
      // In the words of the index of those at risk.
      ...(atRisk === null ? [] : [atRisk ? 'c.at_risk' : 'not c.at_risk']),
    ],
  });
  if (atRisk === true) kept.push(state());
  if (membershipTier !== null && membershipTier !== baseTier) {
    kept.push({ table: 'loyalty_account', conditions: [`c.tier = ${bind(membershipTier)}`] });
  }
  if (tier !== null) {
    kept.push({ table: 'customer_value', conditions: [`c.tier = ${bind(tier)}`] });
  }
  if (atRisk === false || (atRisk === null && stage !== null)) kept.push(state());
  return kept;
}

function keysetOf(
  columns: Lead['columns'],
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
