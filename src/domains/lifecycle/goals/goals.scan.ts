import { type Database, liftStatementTimeout } from '../../../platform/database/database';
import type { LifecycleRulings } from '../stage/rulings';
import * as store from './goals.scan.store';
import { type GoalStage, goalStages } from './goals.stages.rules';

/** Stages of customers in one transaction: a customer has one under each model. */
const STATES_PER_RUN = 20_000;

/** Between the end of a pass and the next: ten minutes … */
const PAUSE_MS_MIN = 600_000;

/** … and so many times what the pass took, so that it never is more than a part of the work. */
const PAUSE_FACTOR = 20;

/**
 * Goes through all customers, a page at a time and over again, and adds up what they did by day,
 * week and month. Late events, merges and other changes of the past are in the next pass: nothing
 * has to be found out about what they touched.
 */
export class LifecycleGoalScan {
  constructor(
    private readonly database: Database,
    private readonly rulings: LifecycleRulings,
    private readonly statesPerRun: number = STATES_PER_RUN,
  ) {}

  /**
   * Adds up the next page of customers, in one transaction: where it fails, the page comes again.
   * One at a time; whoever comes meanwhile has nothing to do.
   * @returns how many pages were added up; 0 while the next pass is not due
   */
  async run(now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      const scan = await store.claimGoalScan(tx);
      if (scan === null || isPausing(scan, now)) return 0;
      await liftStatementTimeout(tx);
      const inForce = await this.rulings.inForce(tx);
      const pass = scan.underWay ?? (await store.beginPass(tx, scan, [...inForce.keys()], now));
      const stages = new Map<string, readonly GoalStage[]>();
      for (const model of pass.models) {
        const rulings = inForce.get(model);
        if (rulings !== undefined) stages.set(model, goalStages(rulings));
      }
      // A model that is retired meanwhile is not told of with a part of its customers.
      if (stages.size < pass.models.length) await store.narrowPass(tx, [...stages.keys()]);
      const last = await store.findPageEnd(tx, pass.after, this.statesPerRun);
      await store.addPage(tx, pass, last, stages);
      if (last === null) await store.endPass(tx, now);
      else await store.savePosition(tx, last);
      return 1;
    });
  }
}

function isPausing({ underWay, shown }: store.GoalScan, now: Date): boolean {
  if (underWay !== null || shown === null) return false;
  const tookMs = shown.endedAt.getTime() - shown.asOf.getTime();
  const sinceMs = now.getTime() - shown.endedAt.getTime();
  // Below 0 the clock was set back, and nobody knows how long ago the pass ended.
  return sinceMs >= 0 && sinceMs < Math.max(PAUSE_MS_MIN, PAUSE_FACTOR * tookMs);
}
