import type { Sql, Tx } from '../../platform/database/database';
import { Keyset, type PageKey, readPages } from '../../platform/database/keyset';
import type { IdentifierId, ProfileId } from '../../shared/ids';
import type { Move } from '../identity';
import type { LotId, LotTaking, PointLot } from './loyalty.model';

const LOT_COLUMNS = `
  profile_id as "profileId", id, identifier_id as "identifierId",
  transaction_id as "transactionId", points_earned as "pointsEarned",
  points_left as "pointsLeft", earned_at as "earnedAt",
  expires_at as "expiresAt", origin_profile_id as "originProfileId", origin_lot_id as "originLotId"`;

export async function insertLots(tx: Tx, lots: readonly PointLot[]): Promise<void> {
  if (lots.length === 0) return;
  await tx.query(
    `insert into point_lot (
       profile_id, id, transaction_id, points_earned, points_left, earned_at, expires_at,
       origin_profile_id, origin_lot_id, identifier_id
     )
     select *
     from unnest(
       $1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[],
       $7::timestamptz[], $8::uuid[], $9::uuid[], $10::uuid[]
     )`,
    [
      lots.map((lot) => lot.profileId),
      lots.map((lot) => lot.id),
      lots.map((lot) => lot.transactionId),
      lots.map((lot) => lot.pointsEarned),
      lots.map((lot) => lot.pointsLeft),
      lots.map((lot) => lot.earnedAt),
      lots.map((lot) => lot.expiresAt),
      lots.map((lot) => lot.origin?.profileId ?? null),
      lots.map((lot) => lot.origin?.lotId ?? null),
      lots.map((lot) => lot.identifierId),
    ],
  );
}

/** Lowers what is left of lots; each lot at most once. The accounts must be locked. */
export async function reduceLots(tx: Tx, takings: readonly LotTaking[]): Promise<void> {
  if (takings.length === 0) return;
  await tx.query(
    `update point_lot l
     set points_left = l.points_left - t.points
     from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as t (profile_id, lot_id, points)
     where l.profile_id = t.profile_id and l.id = t.lot_id`,
    [
      takings.map((taking) => taking.profileId),
      takings.map((taking) => taking.lotId),
      takings.map((taking) => taking.points),
    ],
  );
}

/** The unspent lots of profiles, in the order a spend takes them. The accounts must be locked. */
export async function findOpenLots(
  tx: Tx,
  profileIds: readonly ProfileId[],
): Promise<readonly PointLot[]> {
  const rows = await tx.query<LotRow>(
    `select ${LOT_COLUMNS} from point_lot
     where profile_id = any($1::uuid[]) and points_left > 0
     order by profile_id, expires_at, id`,
    [profileIds],
  );
  return rows.map(toLot);
}

/** The unspent lots that a move takes along, in the same order. The account must be locked. */
export async function findMovingLots(
  tx: Tx,
  { from, identifierIds }: Move,
): Promise<readonly PointLot[]> {
  const rows = await tx.query<LotRow>(
    `select ${LOT_COLUMNS} from point_lot
     where profile_id = $1 and points_left > 0 and identifier_id = any($2::uuid[])
     order by expires_at, id`,
    [from, identifierIds],
  );
  return rows.map(toLot);
}

/** All points that identifiers ever earned, whichever profile held them then. */
export async function sumEarned(sql: Sql, identifierIds: readonly IdentifierId[]): Promise<bigint> {
  const [row] = await sql.query<{ points: bigint }>(
    `select coalesce(sum(points_earned), 0)::bigint as points from point_lot
     where identifier_id = any($1::uuid[]) and origin_lot_id is null`,
    [identifierIds],
  );
  return row?.points ?? 0n;
}

/**
 * Locks accounts that have lots due and that nobody else is working on. The one place that skips
 * locked rows: on a database sharded by profile it has to run per shard.
 * @param lotsMax how many due lots to look at
 */
export async function claimAccountsWithDueLots(
  tx: Tx,
  now: Date,
  lotsMax: number,
): Promise<ProfileId[]> {
  const rows = await tx.query<{ profileId: ProfileId }>(
    `select a.profile_id as "profileId"
     from point_lot l
     join loyalty_account a on a.profile_id = l.profile_id
     where l.points_left > 0 and l.expires_at <= $1
     order by l.expires_at
     limit $2
     for update of a skip locked`,
    [now, lotsMax],
  );
  return [...new Set(rows.map((row) => row.profileId))];
}

/** The due lots of profiles, earliest first. The accounts must be locked. */
export async function findDueLots(
  tx: Tx,
  profileIds: readonly ProfileId[],
  now: Date,
  lotsMax: number,
): Promise<readonly PointLot[]> {
  const rows = await tx.query<LotRow>(
    `select ${LOT_COLUMNS} from point_lot
     where profile_id = any($1::uuid[]) and points_left > 0 and expires_at <= $2
     order by expires_at, id
     limit $3`,
    [profileIds, now, lotsMax],
  );
  return rows.map(toLot);
}

/** Which of a profile's lots are about to expire. */
export interface ExpiringQuery {
  readonly profileId: ProfileId;
  /** Of 24 hours each; a lot that expires at the very end of the last one counts. */
  readonly days: number;
}

export interface ExpiringRow {
  /** The position of the query it answers, from 0. */
  readonly index: number;
  readonly points: bigint;
  readonly lot: PointLot;
}

/** The lots that expire after `now` and within the days, earliest first, with the points of all. */
export async function findExpiringLots(
  sql: Sql,
  queries: readonly ExpiringQuery[],
  now: Date,
  lotsMax: number,
): Promise<ExpiringRow[]> {
  const rows = await sql.query<LotRow & { index: number; points: bigint }>(
    `select * from (
       select ${LOT_COLUMNS}, (q.ordinality - 1)::integer as index,
         sum(points_left) over (partition by q.ordinality)::bigint as points,
         row_number() over (partition by q.ordinality order by expires_at, id) as place
       from unnest($1::uuid[], $2::int[]) with ordinality as q (asked_profile_id, days, ordinality)
       join point_lot on profile_id = q.asked_profile_id
       where points_left > 0 and expires_at > $3::timestamptz
         and expires_at <= $3::timestamptz + q.days * interval '24 hours'
     ) expiring
     where place <= $4
     order by index, place`,
    [queries.map((query) => query.profileId), queries.map((query) => query.days), now, lotsMax],
  );
  return rows.map((row) => ({ index: row.index, points: row.points, lot: toLot(row) }));
}

/** A place in the order a spend takes lots; those that never expire come last. */
export interface LotPosition {
  readonly expiresAt: Date | null;
  readonly id: LotId;
}

/** A page of one profile's good lots. */
export interface LotPage extends PageKey<LotPosition> {
  readonly profileId: ProfileId;
}

const lotOrder = new Keyset<LotPosition>([
  {
    sql: 'l.expires_at',
    // An index that has nulls last gives the order; where a page begins is looked for in the open
    // lots of the one profile.
    compared: `coalesce(l.expires_at, 'infinity')`,
    type: 'timestamptz',
    isDescending: false,
    of: ({ expiresAt }) => expiresAt ?? 'infinity',
  },
  { sql: 'l.id', type: 'uuid', isDescending: false, of: ({ id }) => id },
]);

/**
 * The good lots of each page, in the order a spend takes them. A page begins after a place and not
 * after a lot, so that it does not matter what became of the lot.
 */
export async function findLotPages(
  sql: Sql,
  pages: readonly LotPage[],
  now: Date,
): Promise<readonly (readonly PointLot[])[]> {
  const rows = await readPages<LotPage, LotRow>(pages, (alike) => {
    const { asked, within, order, parameters } = lotOrder.pages(alike, {
      owner: ['uuid', ({ profileId }) => profileId],
    });
    return sql.query<LotRow & { page: number }>(
      `select ${LOT_COLUMNS}, p.page
       from ${asked}
       cross join lateral (
         select *
         from point_lot l
         where l.profile_id = p.owner and l.points_left > 0
           and (l.expires_at is null or l.expires_at > $${parameters.length + 1})
           and ${within}
         order by ${order}
         limit p.size
       ) l
       order by p.page, ${lotOrder.order}`,
      [...parameters, now],
    );
  });
  return rows.map((page) => page.map(toLot));
}

interface LotRow extends Omit<PointLot, 'origin'> {
  readonly originProfileId: ProfileId | null;
  readonly originLotId: LotId | null;
}

function toLot(row: LotRow): PointLot {
  return {
    profileId: row.profileId,
    id: row.id,
    identifierId: row.identifierId,
    transactionId: row.transactionId,
    pointsEarned: row.pointsEarned,
    pointsLeft: row.pointsLeft,
    earnedAt: row.earnedAt,
    expiresAt: row.expiresAt,
    origin:
      row.originProfileId === null || row.originLotId === null
        ? null
        : { profileId: row.originProfileId, lotId: row.originLotId },
  };
}
