import type { Database, Sql } from '../../platform/database/database';
import type { Currency } from '../../shared/currency';
import { dayOf } from '../../shared/days';
import type { IdSource } from '../../shared/ids';
import { populationFacts } from '../activity';
import {
  calibratedCutoffs,
  defaultCalibration,
  QUINTILE_FRACTIONS,
  sameCutoffs,
  TIER_FRACTIONS,
  type ValueCalibration,
} from './value.calibration';
import { TIER_WINDOW_DAYS } from './value.rules';
import * as store from './value.store';

export class ValueService {
  constructor(
    private readonly database: Database,
    private readonly ids: IdSource,
    private readonly currency: Currency,
  ) {}

  /** The cut-offs in force. */
  calibration(): Promise<ValueCalibration> {
    return currentCalibration(this.database, this.currency);
  }

  /**
   * Takes the cut-offs from the population as it is now, and puts them in force where they differ
   * from those that are. Tiers and scores follow with the next evaluation of each profile: the
   * caller sees to that of all. Reads every day of every customer.
   * @returns what is in force now, and whether it is new
   */
  async calibrate(
    now: Date,
  ): Promise<{ readonly calibration: ValueCalibration; readonly changed: boolean }> {
    return this.database.transaction(async (tx) => {
      const current = await currentCalibration(tx, this.currency);
      const facts = await populationFacts(tx, {
        today: dayOf(now),
        windowDays: TIER_WINDOW_DAYS,
        lifetimeFractions: QUINTILE_FRACTIONS,
        windowFractions: TIER_FRACTIONS,
      });
      const cutoffs = calibratedCutoffs(facts, current.cutoffs);
      if (sameCutoffs(cutoffs, current.cutoffs)) return { calibration: current, changed: false };
      await store.addCalibration(tx, this.ids, facts.customers, cutoffs, now);
      const calibration = { calibratedAt: now, population: facts.customers, cutoffs };
      return { calibration, changed: true };
    });
  }
}

/** Read anew for each use, since another process may have calibrated. */
export async function currentCalibration(sql: Sql, currency: Currency): Promise<ValueCalibration> {
  const row = await store.findLatestCalibration(sql);
  if (row === null) return defaultCalibration(currency);
  const { calibratedAt, population, ...cutoffs } = row;
  return { calibratedAt, population, cutoffs };
}
