import { instantArray, integerArray, textArray, uuidArray } from '../../platform/database/arrays';
import type { Sql, Tx } from '../../platform/database/database';
import { prepared } from '../../platform/database/prepared';
import { type EpochDay, formatDay } from '../../shared/days';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { Move } from '../identity';
import { type ActivityDay, type SignalName, signalNames } from './activity.model';

/** What the events of one identifier add to one day of a profile. */
export interface DayIncrement {
  readonly profileId: ProfileId;
  readonly identifierId: IdentifierId;
  readonly day: EpochDay;
  readonly events: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** What is not named is 0. */
  readonly signals: ReadonlyMap<SignalName, number>;
}

/**
 * Adds to the days; at most one increment for each profile, day and identifier.
 * @returns profiles that may have a day they did not have, or one that begins earlier
 */
export async function addToDays(tx: Tx, increments: readonly DayIncrement[]): Promise<ProfileId[]> {
  if (increments.length === 0) return [];
  // Most events carry none of the signals: what they do not touch is not sent.
  const signals = signalNames.filter((signal) => increments.some((one) => one.signals.has(signal)));
  const rows = await tx.query<{ profileId: ProfileId }>(
    signals.length === 0 ? withoutSignals : addIncrements(signals),
    [
      uuidArray(increments.map((one) => one.profileId)),
      textArray(increments.map((one) => formatDay(one.day))),
      uuidArray(increments.map((one) => one.identifierId)),
      integerArray(increments.map((one) => one.events)),
      instantArray(increments.map((one) => one.firstAt)),
      instantArray(increments.map((one) => one.lastAt)),
      ...signals.map((signal) =>
        integerArray(increments.map((one) => one.signals.get(signal) ?? 0)),
      ),
    ],
  );
  return rows.map((row) => row.profileId);
}

/**
 * What others did for a profile dates a day only as long as nothing of the customer's own does.
 * @param signals those that any of the increments has
 */
function addIncrements(signals: readonly SignalName[]): string {
  const columns = signals.map(columnOf);
  const named = columns.map((column) => `, ${column}`).join('');
  const parameters = columns.map((_, index) => `, $${index + 7}::bigint[]`).join('');
  const values = signalNames.map((one) => (signals.includes(one) ? columnOf(one) : '0'));
  const sums = columns.map((column) => `, ${column} = a.${column} + excluded.${column}`).join('');
  return `
    with increment as (
      select profile_id, day, identifier_id, events, from_ms(first_ms) as first_at,
        from_ms(last_ms) as last_at${named}
      from unnest($1::uuid[], $2::date[], $3::uuid[], $4::int[], $5::bigint[],
        $6::bigint[]${parameters})
        as n (profile_id, day, identifier_id, events, first_ms, last_ms${named})
    ), added as (
      insert into activity_day as a
        (profile_id, day, identifier_id, events, first_at, last_at,
         ${signalNames.map(columnOf).join(', ')})
      select profile_id, day, identifier_id, events, first_at, last_at, ${values.join(', ')}
      from increment
      on conflict (profile_id, day, identifier_id) do update set
        events = a.events + excluded.events,
        first_at = case
          when (a.events > 0) = (excluded.events > 0) then least(a.first_at, excluded.first_at)
          when a.events > 0 then a.first_at else excluded.first_at end,
        last_at = case
          when (a.events > 0) = (excluded.events > 0) then greatest(a.last_at, excluded.last_at)
          when a.events > 0 then a.last_at else excluded.last_at end${sums}
      -- A row that was there before was locked to be updated.
      returning profile_id, day, identifier_id, events, first_at, xmax = 0 as is_new
    )
    select distinct a.profile_id as "profileId"
    from added a join increment i using (profile_id, day, identifier_id)
    where a.is_new or a.events = i.events or a.first_at = i.first_at`;
}

/** As most batches are. Each other set of signals has a text of its own, and there are too many. */
const withoutSignals = prepared(addIncrements([]));

// Sums leave PostgreSQL as float8: exact up to 2^53, and no BigInt for every count.
const selectDays = `
  select profile_id as "profileId", day - date '1970-01-01' as day,
    sum(events)::float8 as events,
    coalesce(min(first_at) filter (where events > 0), min(first_at)) as "firstAt",
    coalesce(max(last_at) filter (where events > 0), max(last_at)) as "lastAt",
    ${signalNames.map((signal) => `sum(${columnOf(signal)})::float8 as "${signal}"`).join(',\n    ')}
  from activity_day
  where profile_id = any($1::uuid[])
  group by profile_id, day
  order by profile_id, day`;

/** All days of each profile, ascending. Profiles without any are left out. */
export async function findDays(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, readonly ActivityDay[]>> {
  const rows = await sql.query<ActivityDay & { profileId: ProfileId }>(prepared(selectDays), [
    profileIds,
  ]);
  const days = new Map<ProfileId, ActivityDay[]>();
  for (const row of rows) {
    const ofProfile = days.get(row.profileId);
    if (ofProfile === undefined) days.set(row.profileId, [row]);
    else ofProfile.push(row);
  }
  return days;
}

/** Hands over the days of identifiers. */
export async function moveDays(tx: Tx, { from, into, identifierIds }: Move): Promise<void> {
  await tx.query(
    `update activity_day set profile_id = $2
     where profile_id = $1 and identifier_id = any($3::uuid[])`,
    [from, into, identifierIds],
  );
}

/** Takes a profile that is no more off the schedule. */
export async function removeEvaluation(tx: Tx, profileId: ProfileId): Promise<void> {
  await tx.query('delete from evaluation where profile_id = $1', [profileId]);
}

export interface SeenRow {
  readonly profileId: ProfileId;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** When each profile did something for the first and the last time. */
export function findSeen(sql: Sql, profileIds: readonly ProfileId[]): Promise<SeenRow[]> {
  return sql.query<SeenRow>(
    `select profile_id as "profileId", min(first_at) as "firstSeenAt", max(last_at) as "lastSeenAt"
     from activity_day
     where profile_id = any($1::uuid[]) and events > 0
     group by profile_id`,
    [profileIds],
  );
}

/** The earliest instant of any profile's own events. Reads all days: for reports only. */
export async function findFirstInstant(sql: Sql): Promise<Date | null> {
  const [row] = await sql.query<{ firstAt: Date | null }>(
    'select min(first_at) as "firstAt" from activity_day where events > 0',
  );
  return row?.firstAt ?? null;
}

/** Records when time alone will call for the profiles again. */
export function recordSchedule(
  tx: Tx,
  profileIds: readonly ProfileId[],
  next: ReadonlyMap<ProfileId, Date>,
): void {
  // Not one upsert, which would lock, and so write, every row that it leaves as it is.
  tx.send(
    `with n as (
       select profile_id, from_ms(next_ms) as next
       from unnest($1::uuid[], $2::bigint[]) as n (profile_id, next_ms)
     ), changed as (
       update evaluation e set next_evaluation_at = n.next
       from n
       where e.profile_id = n.profile_id and e.next_evaluation_at is distinct from n.next
     )
     insert into evaluation (profile_id, next_evaluation_at)
     select n.* from n
     where not exists (select from evaluation e where e.profile_id = n.profile_id)`,
    [
      uuidArray(profileIds),
      instantArray(profileIds.map((profileId) => next.get(profileId) ?? null)),
    ],
  );
}

/** Makes every profile due that would not be. */
export async function makeAllDue(sql: Sql, now: Date): Promise<void> {
  await sql.query(
    `update evaluation set next_evaluation_at = $1
     where next_evaluation_at is null or next_evaluation_at > $1`,
    [now],
  );
}

/**
 * Takes profiles whose time has come, the longest overdue first, for this transaction: other workers
 * take the next ones. Whoever holds their locks is not waited for, and may wait for this.
 */
export async function claimDue(tx: Tx, now: Date, limit: number): Promise<ProfileId[]> {
  const rows = await tx.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId" from evaluation
     where next_evaluation_at <= $1
     order by next_evaluation_at
     limit $2
     for update skip locked`,
    [now, limit],
  );
  return rows.map((row) => row.profileId);
}

/** Those of the profiles that are still due. */
export async function filterDue(
  sql: Sql,
  profileIds: readonly ProfileId[],
  now: Date,
): Promise<ProfileId[]> {
  if (profileIds.length === 0) return [];
  // Looked up first and compared then (`offset 0`): else the planner, who hopes to find them by their
  // time, would plan anew at each call instead of keeping the plan for any parameters.
  const rows = await sql.query<{ profileId: ProfileId }>(
    prepared(`select e.profile_id as "profileId" from (
       select profile_id, next_evaluation_at from evaluation
       where profile_id = any($1::uuid[]) offset 0
     ) e
     where e.next_evaluation_at <= $2`),
    [uuidArray(profileIds), now],
  );
  return rows.map((row) => row.profileId);
}

/** How many profiles ever did something. */
export async function countEvaluated(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ profiles: number }>(
    'select count(*)::float8 as profiles from evaluation',
  );
  return row?.profiles ?? 0;
}

/**
 * One page of evaluated profiles, in the order of their ids.
 * @param page `share`: which part of them, 0 … 1, by a hash of the id
 */
export async function findEvaluatedAfter(
  sql: Sql,
  page: { readonly after: ProfileId | null; readonly share: number; readonly limit: number },
): Promise<ProfileId[]> {
  const rows = await sql.query<{ profileId: ProfileId }>(
    `select profile_id as "profileId" from evaluation
     where ($1::uuid is null or profile_id > $1)
       and (uuid_hash(profile_id) & 2147483647) < $2::bigint
     order by profile_id
     limit $3`,
    [page.after, Math.ceil(page.share * 2 ** 31), page.limit],
  );
  return rows.map((row) => row.profileId);
}

export function columnOf(signal: SignalName): string {
  return signal.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
