import { COUNTED_MAX } from '../../platform/database/bounded-count';
import type { Sql, Tx } from '../../platform/database/database';
import { inListOrder, Keyset, type PageRange } from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';
import type { CandidateStatus, DuplicateCandidateRow, ProfilePair } from './duplicates.model';

const candidateColumns = `
  c.profile_id as "profileId", c.other_profile_id as "otherProfileId", c.score, c.reasons,
  c.status, c.found_at as "foundAt", c.decided_at as "decidedAt", c.decided_by as "decidedBy",
  c.decision_reason as "decisionReason"`;

/**
 * Both are profiles of today. Where one was absorbed the pair is out of date: either the two are
 * one profile now, or the next pass proposes the survivor instead.
 */
const bothLive = `
  join profile one on one.profile_id = c.profile_id and one.merged_into is null
  join profile other on other.profile_id = c.other_profile_id and other.merged_into is null`;

export interface CandidateConditions {
  readonly status: CandidateStatus;
  /** Of this profile, or the one that absorbed it. Null for any. */
  readonly profileId: ProfileId | null;
  /** 0 to 1; null for any. */
  readonly minScore: number | null;
}

/** A place in the list: best score first, and by the ids of the pair within one score. */
export interface CandidatePosition extends ProfilePair {
  readonly score: number;
}

const bestFirst = new Keyset<CandidatePosition>([
  { sql: 'c.score', type: 'float8', isDescending: true, of: ({ score }) => score },
  { sql: 'c.profile_id', type: 'uuid', isDescending: true, of: ({ profileId }) => profileId },
  {
    sql: 'c.other_profile_id',
    type: 'uuid',
    isDescending: true,
    of: ({ otherProfileId }) => otherProfileId,
  },
]);

/** A page of candidates. */
export async function findCandidates(
  sql: Sql,
  conditions: CandidateConditions,
  range: PageRange<CandidatePosition>,
): Promise<DuplicateCandidateRow[]> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = bestFirst.page(range, bind);
  const rows = await sql.query<DuplicateCandidateRow>(
    `select ${candidateColumns} from ${candidatesUnder(conditions, bind)} and ${within}
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
}

/** How many there are under the conditions, at most `COUNTED_MAX`. */
export async function countCandidates(sql: Sql, conditions: CandidateConditions): Promise<number> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const [row] = await sql.query<{ counted: number }>(
    `select count(*)::int as counted from (
       select from ${candidatesUnder(conditions, bind)} limit ${COUNTED_MAX}
     ) bounded`,
    parameters,
  );
  return row?.counted ?? 0;
}

/** `c`, for `from` and `where`. All of them are read by score; those of one profile are few. */
function candidatesUnder(
  { status, profileId, minScore }: CandidateConditions,
  bind: (value: unknown) => string,
): string {
  const ofProfile = (id: ProfileId) => `(
    with held as (
      select coalesce(merged_into, profile_id) as profile_id from profile
      where profile_id = ${bind(id)}
    )
    select c.* from held join duplicate_candidate c on c.profile_id = held.profile_id
    union all
    select c.* from held join duplicate_candidate c on c.other_profile_id = held.profile_id
  )`;
  return `
    ${profileId === null ? 'duplicate_candidate' : ofProfile(profileId)} c
    ${bothLive}
    where c.status = ${bind(status)} and c.score >= ${bind(minScore ?? 0)}::float8`;
}

/** The candidate of a pair; null for none, or where one of the two has been absorbed. */
export async function findCandidate(
  sql: Sql,
  pair: ProfilePair,
): Promise<DuplicateCandidateRow | null> {
  const [row] = await findCandidatesOfPairs(sql, [pair]);
  return row ?? null;
}

/** Those candidates of the pairs that there are, where neither of the two has been absorbed. */
export function findCandidatesOfPairs(
  sql: Sql,
  pairs: readonly ProfilePair[],
): Promise<DuplicateCandidateRow[]> {
  return sql.query<DuplicateCandidateRow>(
    `select ${candidateColumns}
     from unnest($1::uuid[], $2::uuid[]) as pair (profile_id, other_profile_id)
     join duplicate_candidate c using (profile_id, other_profile_id)
     ${bothLive}`,
    [pairs.map(({ profileId }) => profileId), pairs.map(({ otherProfileId }) => otherProfileId)],
  );
}

export interface Dismissal extends ProfilePair {
  readonly reason: string;
  /** e.g. `key:crm-sync`. */
  readonly actor: string;
}

/** Records that the two are two people, where nobody has decided yet. */
export async function dismissOpen(tx: Tx, dismissal: Dismissal, now: Date): Promise<void> {
  await tx.query(
    `update duplicate_candidate set
       status = 'DISMISSED', decided_at = $3, decided_by = $4, decision_reason = $5
     where profile_id = $1 and other_profile_id = $2 and status = 'OPEN'`,
    [dismissal.profileId, dismissal.otherProfileId, now, dismissal.actor, dismissal.reason],
  );
}

/** Records that pairs are two people each, whether or not they were ever proposed. */
export async function dismissPairs(
  tx: Tx,
  pairs: readonly ProfilePair[],
  { reason, actor }: Omit<Dismissal, keyof ProfilePair>,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into duplicate_candidate as c (profile_id, other_profile_id, score, reasons, status,
       found_at, decided_at, decided_by, decision_reason)
     select profile_id, other_profile_id, 0, '[]', 'DISMISSED', $3, $3, $4, $5
     from unnest($1::uuid[], $2::uuid[]) as p (profile_id, other_profile_id)
     on conflict (profile_id, other_profile_id) do update set
       status = 'DISMISSED', decided_at = excluded.decided_at, decided_by = excluded.decided_by,
       decision_reason = excluded.decision_reason
     where c.status = 'OPEN'`,
    [
      pairs.map((pair) => pair.profileId),
      pairs.map((pair) => pair.otherProfileId),
      now,
      actor,
      reason,
    ],
  );
}
