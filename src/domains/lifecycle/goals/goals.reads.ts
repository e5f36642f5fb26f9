import type { Sql } from '../../../platform/database/database';
import type { EpochDay } from '../../../shared/days';
import { UnknownLifecycleModel } from '../models/models.errors';
import type { LifecycleRulings } from '../stage/rulings';
import { type Moves, stageFlows } from './flow.rules';
import type { Period, PeriodLength } from './goals.periods.rules';
import { type StageGoals, stageGoals } from './goals.rules';
import { findGoalScan } from './goals.scan.store';
import { type GoalStage, goalStages } from './goals.stages.rules';
import * as store from './goals.store';

/** A model that goals can be told of. */
export interface GoalModel {
  readonly name: string;
  readonly stages: readonly GoalStage[];
  /** The last complete pass that took it in; null where there is none yet. */
  readonly reckoned: (store.Reckoned & { readonly asOf: Date }) | null;
}

/** Goals and flows, from what the last complete pass has added up. */
export class LifecycleGoalReads {
  constructor(
    private readonly sql: Sql,
    private readonly rulings: LifecycleRulings,
  ) {}

  /**
   * @param name the default model where null
   * @throws UnknownLifecycleModel where it is not in use
   */
  async model(name: string | null): Promise<GoalModel> {
    const model = name ?? this.rulings.defaultModel.name;
    const rulings = (await this.rulings.inForce(this.sql)).get(model);
    if (rulings === undefined) throw new UnknownLifecycleModel(model);
    const { shown } = await findGoalScan(this.sql);
    const reckoned = shown?.models.includes(model)
      ? { pass: shown.pass, model, asOf: shown.asOf }
      : null;
    return { name: model, stages: goalStages(rulings), reckoned };
  }

  /** The moves within a stretch of days (period 1) and before it (period 0). */
  moves(reckoned: store.Reckoned, from: EpochDay, to: EpochDay): Promise<readonly Moves[]> {
    return store.findMoves(this.sql, reckoned, [from], to);
  }

  /** The indicators of every stage, for each of some periods that follow each other. */
  async goals(
    { stages, reckoned }: GoalModel,
    every: PeriodLength,
    periods: readonly Period[],
  ): Promise<readonly (readonly StageGoals[])[]> {
    const last = periods.at(-1);
    if (reckoned === null || last === undefined) return [];
    const [moves, sums, medians] = await Promise.all([
      store.findMoves(
        this.sql,
        reckoned,
        periods.map(({ starts }) => starts),
        last.ends,
      ),
      store.findGoalSums(this.sql, reckoned, every, periods),
      store.findMedianStays(this.sql, reckoned, every, periods),
    ]);
    const names = stages.map(({ name }) => name);
    return stageGoals(stages, { flows: stageFlows(names, moves, periods.length), sums, medians });
  }
}
