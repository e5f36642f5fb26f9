import type { Sql, Tx } from '../../../platform/database/database';
import { prepared } from '../../../platform/database/prepared';
import type { Calibration } from '../models/calibration';
import type { LifecycleModelDocument } from '../models/model';

/** How many rulings there are; they are only added to, so the number tells whether one is new. */
export async function countRulings(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ rulings: number }>(
    prepared('select count(*)::int as rulings from lifecycle_ruling'),
  );
  return row?.rulings ?? 0;
}

/** A ruling with all that it refers to. */
export interface RulingRow {
  readonly model: string;
  readonly since: Date;
  /** Null where the model is no longer in use from then on. */
  readonly version: number | null;
  /** Null where the version is that of a preset. */
  readonly document: LifecycleModelDocument | null;
  readonly calibration: Omit<Calibration, 'calibratedAt'> | null;
  readonly calibratedAt: Date | null;
}

/** All rulings, or those of one model, by model and time. */
export function findRulings(sql: Sql, name: string | null = null): Promise<RulingRow[]> {
  return sql.query<RulingRow>(
    `select r.model, r.since, r.version, m.document, c.document as calibration,
       c.calibrated_at as "calibratedAt"
     from lifecycle_ruling r
     left join lifecycle_model m on m.name = r.model and m.version = r.version
     left join lifecycle_calibration c using (calibration_id)
     where $1::text is null or r.model = $1
     order by r.model, r.since, r.ruling_id`,
    [name],
  );
}

export interface NewRuling {
  readonly rulingId: string;
  readonly model: string;
  readonly since: Date;
  readonly version: number | null;
  readonly calibrationId: string | null;
  readonly note: string | null;
  readonly recordedBy: string;
}

/**
 * Lets nobody else add a ruling before this transaction ends, so that whoever counts them knows
 * which they are. Reading goes on.
 */
export async function holdRulings(tx: Tx): Promise<void> {
  await tx.query('lock table lifecycle_ruling in share row exclusive mode');
}

/** @param tx holds the rulings */
export async function addRulings(tx: Tx, rulings: readonly NewRuling[], now: Date): Promise<void> {
  await tx.query(
    `insert into lifecycle_ruling
       (model, since, ruling_id, version, calibration_id, note, recorded_by, recorded_at)
     select n.*, $8 from unnest($1::text[], $2::timestamptz[], $3::uuid[], $4::int[], $5::uuid[],
       $6::text[], $7::text[]) as n`,
    [
      rulings.map((ruling) => ruling.model),
      rulings.map((ruling) => ruling.since),
      rulings.map((ruling) => ruling.rulingId),
      rulings.map((ruling) => ruling.version),
      rulings.map((ruling) => ruling.calibrationId),
      rulings.map((ruling) => ruling.note),
      rulings.map((ruling) => ruling.recordedBy),
      now,
    ],
  );
}
