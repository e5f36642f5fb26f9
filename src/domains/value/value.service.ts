import type { Database, Tx } from '../../platform/database/database';
import type { Currency } from '../../shared/currency';
import { dayOf } from '../../shared/days';
import type { IdSource } from '../../shared/ids';
import { populationFacts } from '../activity';
import {
  calibratedCutoffs,
  QUINTILE_FRACTIONS,
  sameCutoffs,
  TIER_FRACTIONS,
  type ValueCalibration,
} from './value.calibration';
import { TIER_WINDOW_DAYS } from './value.rules';
import * as store from './value.store';

/** Cut-offs older than this are taken anew. Populations change slowly, and a scan is not free. */
const CALIBRATION_AGE_MS_MAX = 7 * 86_400_000;

export class ValueService {
  /**
   * @param onNewCutoffs called in the transaction that puts new cut-offs in force: tiers follow
   *   with the next evaluation of each profile, and somebody has to see to that
   */
  constructor(
    private readonly database: Database,
    private readonly ids: IdSource,
    private readonly currency: Currency,
    private readonly onNewCutoffs: (tx: Tx, now: Date) => Promise<void>,
  ) {}

  /** The cut-offs in force. */
  calibration(): Promise<ValueCalibration> {
    return store.findCalibration(this.database, this.currency);
  }

  /**
   * Takes the cut-offs from the population as it is now, and puts them in force. Reads every day
   * of every customer.
   * @returns what is in force now, and whether it differs from what was
   */
  async calibrate(
    now: Date,
  ): Promise<{ readonly calibration: ValueCalibration; readonly changed: boolean }> {
    return this.database.transaction(async (tx) => {
      const current = await store.findCalibration(tx, this.currency);
      const facts = await populationFacts(tx, {
        today: dayOf(now),
        windowDays: TIER_WINDOW_DAYS,
        lifetimeFractions: QUINTILE_FRACTIONS,
        windowFractions: TIER_FRACTIONS,
      });
      const cutoffs = calibratedCutoffs(facts, current.cutoffs);
      const changed = !sameCutoffs(cutoffs, current.cutoffs);
      await store.addCalibration(tx, this.ids, facts.customers, cutoffs, now);
      if (changed) await this.onNewCutoffs(tx, now);
      return { calibration: { calibratedAt: now, population: facts.customers, cutoffs }, changed };
    });
  }

  /** Whether the last calibration, if any, is a week old. */
  async isCalibrationDue(now: Date): Promise<boolean> {
    const { calibratedAt } = await this.calibration();
    return (
      calibratedAt === null || now.getTime() - calibratedAt.getTime() >= CALIBRATION_AGE_MS_MAX
    );
  }
}
