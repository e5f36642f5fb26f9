import type { Sql } from '../../platform/database/database';
import { inListOrder, Keyset, type PageRange } from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly createdAt: Date;
}

export interface ListConditions {
  /** Null for any. */
  readonly stage: string | null;
  readonly tier: string | null;
  readonly atRisk: boolean | null;
}

const profileOrder = new Keyset<ProfileId>([
  { sql: 'p.profile_id', type: 'uuid', isDescending: true, of: (profileId) => profileId },
]);

/**
 * A page of profiles that are not absorbed, newest first. A condition is a join with the one row in
 * which its domain keeps the answer, so only the conditions given are paid for.
 */
export async function findProfiles(
  sql: Sql,
  model: string,
  { stage, tier, atRisk }: ListConditions,
  range: PageRange<ProfileId>,
): Promise<ListedProfile[]> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = profileOrder.page(range, bind);
  const joins: string[] = [];
  const conditions: string[] = [];
  if (stage !== null || atRisk !== null) {
    joins.push(
      `join lifecycle_state l on l.profile_id = p.profile_id and l.model = ${bind(model)}`,
    );
    if (stage !== null) conditions.push(`l.stage = ${bind(stage)}`);
    if (atRisk !== null) conditions.push(`l.at_risk = ${bind(atRisk)}`);
  }
  if (tier !== null) {
    joins.push('join customer_value v on v.profile_id = p.profile_id');
    conditions.push(`v.tier = ${bind(tier)}`);
  }
  const rows = await sql.query<ListedProfile>(
    `select p.profile_id as "profileId", p.created_at as "createdAt"
     from profile p ${joins.join(' ')}
     where ${['p.merged_into is null', within, ...conditions].join(' and ')}
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
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
