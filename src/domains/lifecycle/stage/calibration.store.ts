import type { Sql, Tx } from '../../../platform/database/database';
import { prepared } from '../../../platform/database/prepared';
import type { Calibration } from '../models/calibration';

/** The id of the latest calibration; null while there is none. */
export async function findLatestCalibrationId(sql: Sql): Promise<string | null> {
  const [row] = await sql.query<{ calibrationId: string }>(
    prepared(`select calibration_id as "calibrationId" from lifecycle_calibration
     order by calibrated_at desc, calibration_id desc limit 1`),
  );
  return row?.calibrationId ?? null;
}

/** What a new ruling goes by; null where nothing is calibrated yet. */
export async function findLatestCalibration(sql: Sql): Promise<Calibration | null> {
  const id = await findLatestCalibrationId(sql);
  return id === null ? null : findCalibration(sql, id);
}

export async function findCalibration(sql: Sql, calibrationId: string): Promise<Calibration> {
  const [row] = await sql.query<{
    document: Omit<Calibration, 'calibratedAt'>;
    calibratedAt: Date;
  }>(
    `select document, calibrated_at as "calibratedAt" from lifecycle_calibration
     where calibration_id = $1`,
    [calibrationId],
  );
  if (row === undefined) throw new Error(`The calibration ${calibrationId} is not there.`);
  return { ...row.document, calibratedAt: row.calibratedAt };
}

export async function addCalibration(
  tx: Tx,
  calibrationId: string,
  { calibratedAt, ...document }: Calibration,
): Promise<void> {
  await tx.query(
    `insert into lifecycle_calibration (calibration_id, document, calibrated_at)
     values ($1, $2, $3)`,
    [calibrationId, JSON.stringify(document), calibratedAt],
  );
}

/** Whether at least so many profiles have a stage. Looks at no more than that under each model. */
export async function hasCustomers(
  sql: Sql,
  model: string,
  customersMin: number,
): Promise<boolean> {
  const [row] = await sql.query<{ customers: number }>(
    `select count(*)::int as customers
     from (select from lifecycle_state where model = $1 limit $2) as customer`,
    [model, customersMin],
  );
  return row?.customers === customersMin;
}
