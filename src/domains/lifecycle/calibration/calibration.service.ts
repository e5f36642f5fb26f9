import type { Database, Tx } from '../../../platform/database/database';
import type { Logger } from '../../../platform/telemetry/logger';
import { MS_PER_DAY } from '../../../shared/days';
import type { IdSource } from '../../../shared/ids';
import type { ActivityService } from '../../activity';
import type { Measures } from '../facts/history';
import type { Calibration } from '../models/calibration';
import * as store from '../stage/calibration.store';
import { type CompiledModel, compileModel } from '../stage/compiled';
import type { LifecycleCalibrations } from '../stage/latest-calibration';
import { lastOf, sinceAfter } from '../stage/ruling';
import type { LifecycleRulings } from '../stage/rulings';
import { addRulings, findRulings, holdRulings, type NewRuling } from '../stage/rulings.store';
import { CALIBRATION_CUSTOMERS_MIN, Census } from './census';
import { isChangedBy } from './recalibration.rules';

/** Populations change slowly, and everybody whose stage it moves has to be evaluated anew. */
const CALIBRATION_AGE_MS_MAX = 7 * MS_PER_DAY;

/**
 * Customers that are read: a share of a half is known to within 0.7 % from so many, so ten million
 * customers cost no more.
 */
const CENSUS_CUSTOMERS = 20_000;

const RECORDED_BY = 'calibrate-lifecycle';

export interface LifecycleCalibrationGround {
  readonly database: Database;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly activity: Pick<ActivityService, 'someProfiles'>;
  readonly rulings: LifecycleRulings;
  readonly calibrations: LifecycleCalibrations;
}

/** What a calibration came to. */
export interface CalibrationOutcome {
  readonly calibration: Calibration;
  /** Models that decide by it from now on. */
  readonly changed: readonly string[];
}

/** Finds out what all customers are like, which thresholds, scores and risks refer to. */
export class LifecycleCalibrationService {
  constructor(private readonly ground: LifecycleCalibrationGround) {}

  /**
   * Whether the last calibration, if any, is a week old, and there are customers enough for one.
   * Cheap, unlike the calibration: may be asked every minute.
   */
  async isDue(now: Date): Promise<boolean> {
    const { database, calibrations, rulings } = this.ground;
    const latest = await calibrations.latest(database);
    const age = latest === null ? null : now.getTime() - latest.calibratedAt.getTime();
    // Of a clock that was ahead when it calibrated the age is negative, and would be for long.
    if (age !== null && age >= 0 && age < CALIBRATION_AGE_MS_MAX) return false;
    return store.hasCustomers(database, rulings.defaultModel.name, CALIBRATION_CUSTOMERS_MIN);
  }

  /**
   * Calibrates on the customers as they are now. Facts are measured as the default model in force
   * does. Models which that would change decide by it from now on; what they decided stays. Everybody
   * has to be evaluated then, which whoever rolls rulings out sees to.
   * @returns null where there are too few customers, or another process calibrated meanwhile
   */
  async calibrate(now: Date): Promise<CalibrationOutcome | null> {
    const { database, activity, logger } = this.ground;
    const before = await store.findLatestCalibrationId(database);
    const census = new Census(await this.defaultMeasures(), now);
    for await (const profiles of activity.someProfiles(CENSUS_CUSTOMERS)) {
      for (const { days } of profiles) census.add(days);
    }
    if (census.customers < CALIBRATION_CUSTOMERS_MIN) return null;
    const calibration: Calibration = { ...census.result(), calibratedAt: now };
    const changed = await database.transaction(async (tx) => {
      await holdRulings(tx);
      if ((await store.findLatestCalibrationId(tx)) !== before) return null;
      return this.put(tx, census, calibration);
    });
    if (changed === null) return null;
    const { customers, activityFit, fitRefusal } = calibration;
    const { auc, silenceAuc } = activityFit ?? {};
    logger.info({ customers, changed, auc, silenceAuc, fitRefusal }, 'lifecycle calibrated');
    return { calibration, changed };
  }

  private async defaultMeasures(): Promise<Measures> {
    const { database, rulings } = this.ground;
    const inForce = await rulings.inForce(database);
    return lastOf(inForce.get(rulings.defaultModel.name)).compiled.measures;
  }

  /** @returns the models that are changed by it */
  private async put(tx: Tx, census: Census, calibration: Calibration): Promise<readonly string[]> {
    const { ids, rulings } = this.ground;
    const calibrationId = ids.next();
    await store.addCalibration(tx, calibrationId, calibration);
    const changed = [...(await rulings.inForce(tx))]
      .map(([name, ofModel]) => ({ name, ...lastOf(ofModel) }))
      .filter(({ compiled }) => {
        const { activityFit = null } = compiled.measures;
        const shift = census.shiftBetween(activityFit, calibration.activityFit ?? null);
        return isChangedBy(compiled, compileModel(compiled.model, calibration), shift);
      });
    const recorded = new Set((await findRulings(tx)).map(({ model }) => model));
    const added = changed.flatMap(({ compiled, since }) =>
      this.rulingsOf(compiled, since, calibration.calibratedAt, calibrationId, recorded),
    );
    if (added.length > 0) await addRulings(tx, added, calibration.calibratedAt);
    return changed.map(({ name }) => name);
  }

  private rulingsOf(
    { model }: CompiledModel,
    since: Date,
    now: Date,
    calibrationId: string,
    recorded: ReadonlySet<string>,
  ): NewRuling[] {
    const { ids } = this.ground;
    const shared = { model: model.name, version: model.version, recordedBy: RECORDED_BY };
    const next: NewRuling = {
      ...shared,
      rulingId: ids.next(),
      since: sinceAfter(since, now),
      calibrationId,
      note: 'What it compares with in the population has moved.',
    };
    if (recorded.has(model.name)) return [next];
    // The first ruling holds from the beginning: what was decided without one stays as it was.
    const first = { ...shared, rulingId: ids.next(), since, calibrationId: null, note: null };
    return [first, next];
  }
}
