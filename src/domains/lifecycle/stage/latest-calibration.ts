import type { Sql } from '../../../platform/database/database';
import type { Calibration } from '../models/calibration';
import { findCalibration, findLatestCalibrationId } from './calibration.store';

/**
 * The latest calibration, in memory: what scores and churn risks are read by. Asked for its id with
 * each request, since another process may have calibrated.
 */
export class LifecycleCalibrations {
  private known: { readonly id: string; readonly calibration: Calibration } | null = null;

  /** Null while nothing is calibrated. */
  async latest(sql: Sql): Promise<Calibration | null> {
    const id = await findLatestCalibrationId(sql);
    if (id === null) return null;
    if (this.known?.id !== id) {
      this.known = { id, calibration: await findCalibration(sql, id) };
    }
    return this.known.calibration;
  }
}
