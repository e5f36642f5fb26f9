import { type Database, liftStatementTimeout, type Tx } from '../../platform/database/database';
import type { Currency } from '../../shared/currency';
import { dayOf, MS_PER_DAY } from '../../shared/days';
import type { IdSource } from '../../shared/ids';
import { populationFacts } from '../activity';
import {
  CALIBRATION_CUSTOMERS_MIN,
  calibratedCutoffs,
  QUINTILE_FRACTIONS,
  sameCutoffs,
  TIER_FRACTIONS,
  type ValueCalibration,
} from './value.calibration';
import { TIER_WINDOW_DAYS } from './value.rules';
import * as store from './value.store';

/** Cut-offs older than this are taken anew. Populations change slowly, and a scan is not free. */
const CALIBRATION_AGE_MS_MAX = 7 * MS_PER_DAY;

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
   * Takes the cut-offs from the population as it is now, and puts them in force; keeps those in
   * force, and records nothing, where there are too few customers. Reads every day of every
   * customer, for as long as that takes.
   * @returns what is in force now, and whether it differs from what was
   */
  async calibrate(
    now: Date,
  ): Promise<{ readonly calibration: ValueCalibration; readonly changed: boolean }> {
    return this.database.transaction(async (tx) => {
      // A statement for all customers takes as long as there are many of them. Cancelled, it would
      // be tried again and again.
      await liftStatementTimeout(tx);
      const current = await store.findCalibration(tx, this.currency);
      const facts = await populationFacts(tx, {
        today: dayOf(now),
        windowDays: TIER_WINDOW_DAYS,
        lifetimeFractions: QUINTILE_FRACTIONS,
        windowFractions: TIER_FRACTIONS,
      });
      if (facts.customers < CALIBRATION_CUSTOMERS_MIN) {
        return { calibration: current, changed: false };
      }
      const cutoffs = calibratedCutoffs(facts, current.cutoffs);
      const changed = !sameCutoffs(cutoffs, current.cutoffs);
      await store.addCalibration(tx, this.ids, facts.customers, cutoffs, now);
      if (changed) await this.onNewCutoffs(tx, now);
      return { calibration: { calibratedAt: now, population: facts.customers, cutoffs }, changed };
    });
  }

  /**
   * Whether the last calibration, if any, is a week old, and there are customers enough for one.
   * Cheap, unlike the calibration: may be asked every minute.
   */
  async isCalibrationDue(now: Date): Promise<boolean> {
    const { calibratedAt } = await this.calibration();
    if (calibratedAt !== null && now.getTime() - calibratedAt.getTime() < CALIBRATION_AGE_MS_MAX) {
      return false;
    }
    return store.hasBuyers(this.database, CALIBRATION_CUSTOMERS_MIN);
  }
}
